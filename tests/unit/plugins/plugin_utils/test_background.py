"""Processes beside the controller: ready, or a reason."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from ansible_collections.creator.platform.plugins.plugin_utils import background

HELPER = """
import os, signal, sys
from ansible_collections.creator.platform.plugins.plugin_utils import background

def main():
    if sys.argv[3] == "fail":
        sys.exit("there is no way to begin")
    print(os.environ["GREETING"], sys.argv[3], os.getcwd(), flush=True)
    background.is_ready()
    signal.pause()
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "beside.py").write_text(HELPER)
    return {"PYTHONPATH": os.pathsep.join([str(tmp_path), *filter(None, sys.path)]), "GREETING": "hello"}


def test_one_that_is_ready_is_told_by_its_id(tmp_path: Path, environment: dict[str, str]) -> None:
    log = tmp_path / "log"
    pid = background.start("beside", ["you"], log, environment)
    try:
        assert os.getsid(pid) == pid
        assert background.last_line(log) == "hello you /"
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def test_one_that_ends_before_it_is_ready_says_why(tmp_path: Path, environment: dict[str, str]) -> None:
    with pytest.raises(background.NotStartedError, match="there is no way to begin"):
        background.start("beside", ["fail"], tmp_path / "log", environment)


def test_one_that_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("\n")
    assert background.last_line(tmp_path / "log") == "no message"

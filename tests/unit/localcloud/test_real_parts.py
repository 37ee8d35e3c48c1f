"""What a machine lacks for the services to run in containers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from localcloud import real_parts

NOBODY = 65534


def as_nobody(home: Path) -> str:
    """What a process of an ordinary user is told, whose environment has the home folder of another one."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            os.write(writing, real_parts.missing({"HOME": str(home)}).encode())
        except BaseException as error:  # the other process fails with it
            os.write(writing, repr(error).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        text = told.read()
    os.waitpid(child, 0)
    return text


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes another user, which only root can")
def test_an_ordinary_user_is_told_in_one_line_what_to_do(tmp_path: Path) -> None:
    """Also where it may not look into the folder of the builds."""
    tmp_path.chmod(0o700)
    said = as_nobody(tmp_path)
    assert said.startswith("root: run it with sudo"), said
    assert "\n" not in said


def test_everything_that_is_missing_is_in_the_line(tmp_path: Path) -> None:
    (tmp_path / "proc").mkdir()
    said = real_parts.missing({"HOME": str(tmp_path)}, root=tmp_path, user=lambda: 1000)
    assert said.startswith("root: run it with sudo; this kernel has no network namespaces")

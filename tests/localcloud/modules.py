"""Runs a module of the collection in this process against a local cloud, and counts what it writes."""

from __future__ import annotations

import contextlib
import io
import json
import os
import runpy
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import botocore.client
import pytest
from ansible.module_utils.testing import patch_module_args

from tests.localcloud.conftest import RunningCloud

ROOT = Path(__file__).resolve().parents[2]
READS = ("Describe", "List", "Get", "Head")
MODULES = "ansible_collections.creator.platform.plugins.modules."


@dataclass(frozen=True)
class Run:
    """What a module answered, and the API operations it called that are no reads."""

    result: dict[str, Any]
    writes: list[str]


def run_module(cloud: RunningCloud, name: str, arguments: dict[str, Any], *, check: bool = False) -> Run:
    """One run of a module, without changes when `check`."""
    calls: list[str] = []
    original = botocore.client.BaseClient._make_api_call

    def counted(self: Any, operation: str, parameters: Any) -> Any:
        calls.append(operation)
        return original(self, operation, parameters)

    given = {
        "endpoint_url": cloud.endpoint,
        "access_key": cloud.content.access_key_id,
        "secret_key": cloud.content.secret_access_key,
        "region": cloud.content.region,
        **arguments,
        "_ansible_check_mode": check,
        "_ansible_diff": True,
    }
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, patch_module_args(given), contextlib.redirect_stdout(said):
        patch.setattr(botocore.client.BaseClient, "_make_api_call", counted)
        with contextlib.suppress(SystemExit):
            runpy.run_module(f"{MODULES}{name}", run_name="__main__")
    result = json.loads(said.getvalue().strip().splitlines()[-1])
    return Run(result, [call for call in calls if not call.startswith(READS)])


def four_phases(cloud: RunningCloud, name: str, arguments: dict[str, Any]) -> Run:
    """Check, run, check, run: told before, done, and nothing left to tell or to do. Returns the first real run."""
    told = run_module(cloud, name, arguments, check=True)
    assert told.result.get("changed") is True, told.result
    assert told.writes == []
    done = run_module(cloud, name, arguments)
    assert done.result.get("changed") is True, done.result
    assert done.writes
    assert told.result["diff"] == done.result["diff"]
    for check in (True, False):
        again = run_module(cloud, name, arguments, check=check)
        assert again.result.get("changed") is False, again.result
        assert again.writes == []
    return done


def run_task(
    cloud: RunningCloud, folder: Path, action: str, options: dict[str, Any], *arguments: str
) -> tuple[int, str]:
    """Exit code and output of a playbook of one task with the cloud's keys, for what runs in Ansible's worker process."""
    task = {f"creator.platform.{action}": options, "name": "Try", "register": "tried"}
    told = {"ansible.builtin.debug": {"var": "tried"}, "name": "Tell"}
    book = folder / "book.yml"
    book.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": [task, told]}]))
    keys = {
        "AWS_ENDPOINT_URL": cloud.endpoint,
        "AWS_ACCESS_KEY_ID": cloud.content.access_key_id,
        "AWS_SECRET_ACCESS_KEY": cloud.content.secret_access_key,
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
        "ANSIBLE_HOME": str(folder / "ansible"),
        "ANSIBLE_NOCOLOR": "1",
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ANSIBLE_"))}
    command = [str(Path(sys.executable).parent / "ansible-playbook"), "-i", "localhost,", str(book), *arguments]
    done = subprocess.run(command, env={**kept, **keys}, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout + done.stderr

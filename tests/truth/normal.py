"""In the place of Ansible's own action `normal`: every module call of a run is made in four phases, and each is put on record.

Check, run, check, run: what the roles really ask of their modules is what the modules are judged by. The play goes on with the
result of the first real run. `make truth` uses it (ANSIBLE_ACTION_PLUGINS), with one fork, so that what reached the local cloud
between two moments is one module's.
"""

from __future__ import annotations

import copy
import importlib.util
import json
import os
import urllib.request
from pathlib import Path
from typing import Any

import ansible.plugins.action


def _normal() -> Any:
    """Ansible's own action; its module's name is this file's as soon as this file is in its place."""
    path = Path(str(ansible.plugins.action.__file__)).with_name("normal.py")
    found = importlib.util.spec_from_file_location("creator_platform_truth_normal", path)
    if found is None or found.loader is None:
        raise ImportError(f"no Python module is in {path}")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module.ActionModule


PHASES = (True, False, True, False)
COLLECTIONS = ("creator.platform.", "amazon.aws.", "community.aws.", "kubernetes.core.")


class ActionModule(_normal()):  # type: ignore[misc]
    """A module call in four phases."""

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """The result of the first real run; of a task with `async`, that of a further one, which is the job to wait for."""
        name = self._task.resolved_action or self._task.action
        if self._task.check_mode or name.endswith("_info") or not name.startswith(COLLECTIONS):
            return dict(super().run(tmp, task_vars))
        environment: dict[str, Any] = {}
        self._compute_environment_string(environment)
        log = f"{environment['AWS_ENDPOINT_URL']}/_localcloud/requests"
        arguments, job = copy.deepcopy(self._task.args), self._task.async_val
        real: dict[str, Any] = {}
        phases = []
        try:
            # A job would go on beside the next phase, and tells nothing when it is started.
            self._task.async_val = 0
            for number, check in enumerate(PHASES):
                self._task.args = copy.deepcopy(arguments)
                self._task.check_mode = check
                _ask(log, "DELETE")
                result = dict(super().run(tmp, task_vars))
                failed = str(result.get("msg", "failed"))[:300] if result.get("failed") else ""
                phases.append({"changed": bool(result.get("changed")), "failed": failed, "writes": _writes(log)})
                real = result if number == 1 else real
                if number == 1 and failed:
                    break
        finally:
            self._task.check_mode = False
            self._task.args = copy.deepcopy(arguments)
            self._task.async_val = job
        _keep({"module": name, "component": (task_vars or {}).get("inventory_hostname", ""), "phases": phases})
        return dict(super().run(tmp, task_vars)) if job else real


def _writes(log: str) -> list[str]:
    """What was written since the log was emptied, but for the heartbeat of the environment's lock, which goes on beside."""
    rows = _ask(f"{log}?mutating=true", "GET")
    return [row["action"] for row in rows if row["status"] < 400 and row["service"] != "dynamodb"]


def _ask(address: str, method: str) -> Any:
    with urllib.request.urlopen(urllib.request.Request(address, method=method), timeout=30) as answer:
        return json.loads(answer.read())


def _keep(row: dict[str, Any]) -> None:
    with open(os.environ["CREATOR_PLATFORM_TRUTH"], "a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")

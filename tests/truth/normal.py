"""In the place of Ansible's own action `normal`: every module call of a run is made in four phases, and each is put on record.

Check, run, check, run: what the roles really ask of their modules is what the modules are judged by. The play goes on with the
result of the first real run. `make truth` uses it (ANSIBLE_ACTION_PLUGINS), with one fork, so that what reached the local cloud
between two moments is one module's.
"""

from __future__ import annotations

import copy
import json
import os
import urllib.request
from typing import Any

from ansible.plugins.action.normal import ActionModule as Normal

PHASES = (True, False, True, False)
COLLECTIONS = ("creator.platform.", "amazon.aws.", "community.aws.", "kubernetes.core.")


class ActionModule(Normal):
    """A module call in four phases."""

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """The result of the first real run."""
        name = self._task.resolved_action or self._task.action
        if self._task.check_mode or name.endswith("_info") or not name.startswith(COLLECTIONS):
            return dict(super().run(tmp, task_vars))
        environment: dict[str, Any] = {}
        self._compute_environment_string(environment)
        log = f"{environment['AWS_ENDPOINT_URL']}/_localcloud/requests"
        arguments, real = copy.deepcopy(self._task.args), {}
        phases = []
        try:
            for number, check in enumerate(PHASES):
                self._task.args = copy.deepcopy(arguments)
                self._task.check_mode = check
                _ask(log, "DELETE")
                result = dict(super().run(tmp, task_vars))
                writes = [row["action"] for row in _ask(f"{log}?mutating=true", "GET") if row["status"] < 400]
                failed = str(result.get("msg", "failed"))[:300] if result.get("failed") else ""
                phases.append({"changed": bool(result.get("changed")), "failed": failed, "writes": writes})
                real = result if number == 1 else real
                if number == 1 and failed:
                    break
        finally:
            self._task.check_mode = False
            self._task.args = arguments
        _keep({"module": name, "component": (task_vars or {}).get("inventory_hostname", ""), "phases": phases})
        return real


def _ask(address: str, method: str) -> Any:
    with urllib.request.urlopen(urllib.request.Request(address, method=method), timeout=30) as answer:
        return json.loads(answer.read())


def _keep(row: dict[str, Any]) -> None:
    with open(os.environ["CREATOR_PLATFORM_TRUTH"], "a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")

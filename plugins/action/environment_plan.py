# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put the plans of components together in the worker process: see plugins/modules/environment_plan.py for its page."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.creator.platform.plugins.module_utils.provision.approval import Wish, require_applicable
from ansible_collections.creator.platform.plugins.module_utils.provision.canonical import plain
from ansible_collections.creator.platform.plugins.module_utils.provision.exits import KEY, RefusalError
from ansible_collections.creator.platform.plugins.module_utils.provision.render import markdown, summary
from ansible_collections.creator.platform.plugins.plugin_utils.component_plans import (
    environment_plan,
    planned_hosts,
    show,
)
from ansible_collections.creator.platform.plugins.plugin_utils.files import write_whole


class ActionModule(ActionBase):
    """creator.platform.environment_plan"""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    ARGUMENTS: ClassVar[dict[str, Any]] = {
        "layers": {"type": "list", "elements": "list", "required": True},
        "evidence_dir": {"type": "path", "required": True},
        "purpose": {"type": "str", "choices": ["look", "apply", "remove"], "default": "look"},
        "digest": {"type": "str", "default": ""},
        "without_approval": {"type": "bool", "default": False},
        "unprotected": {"type": "list", "elements": "str", "default": []},
    }

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Judge, show, write; a refusal is one sentence and an exit code."""
        del tmp
        variables = task_vars or {}
        result: dict[str, Any] = super().run(task_vars=variables)
        _validation, args = self.validate_argument_spec(self.ARGUMENTS)
        args = plain(args)
        folder = Path(args["evidence_dir"])
        try:
            hosts = planned_hosts(variables)
            plan = environment_plan(hosts.values())
            todo = _todo(plan, args["layers"])
            show(plan, whole=args["purpose"] != "apply")
            self._keep(folder, plan, hosts, todo, args)
        except (RefusalError, ValueError) as error:
            code = getattr(error, "exit_code", None)
            raise AnsibleActionFail(str(error), result={KEY: code} if code is not None else {}) from None
        except OSError as error:
            raise AnsibleActionFail(
                f"cannot write evidence to {folder}: {error.strerror}; free space or set platform_evidence_dir"
            ) from None
        rows = [row for one in plan["components"] for row in one["changes"]]
        told = {
            "pending": plan["pending"],
            "digest": plan["digest"],
            "summary": summary(rows),
            "todo": todo,
            "components": sorted(hosts),
        }
        return {**result, **told, "changed": False, "path": str(folder / "plan.json")}

    def _keep(
        self,
        folder: Path,
        plan: Mapping[str, Any],
        hosts: Mapping[str, Mapping[str, Any]],
        todo: Sequence[str],
        args: Mapping[str, Any],
    ) -> None:
        purpose = args["purpose"]
        if purpose in ("apply", "remove"):
            stored = _stored(folder / "plan.json") if args["digest"] else None
            free = args["without_approval"] or purpose == "remove"
            # Kept before it is judged, so that a refused plan can be looked at; the approved one stays what it was.
            if not args["digest"]:
                _write(folder, plan)
            if not self._task.check_mode:
                require_applicable(plan, Wish(args["digest"], free, stored, args["unprotected"]))
            if args["digest"]:
                _write(folder, plan)
        else:
            _write(folder, plan)
        if purpose == "apply" and not self._task.check_mode:
            for name, host in hosts.items():
                if name not in todo:
                    evidence = json.dumps(_unchanged(name, host), indent=2, ensure_ascii=False) + "\n"
                    write_whole(folder / "provision" / f"{name}.json", evidence)


def _todo(plan: Mapping[str, Any], layers: Sequence[Sequence[str]]) -> list[str]:
    """Components to apply: those with changes, and all of the layers after them, whose inputs those changes may alter."""
    pending = {one["component"] for one in plan["components"] if one["changes"]}
    known = {one["component"] for one in plan["components"]}
    todo: list[str] = []
    for layer in layers:
        earlier = bool(todo)
        todo += [name for name in layer if name in known and (earlier or name in pending)]
    return todo


def _stored(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _write(folder: Path, plan: Mapping[str, Any]) -> None:
    write_whole(folder / "plan.json", json.dumps(plan, indent=2, ensure_ascii=False) + "\n")
    write_whole(folder / "plan.md", markdown(plan))


def _unchanged(name: str, made: Mapping[str, Any]) -> dict[str, Any]:
    """The evidence of a component that had nothing to do, as publish.yml writes that of the others."""
    now = time.time()
    return {
        "component": name,
        "environment": made["plan"]["environment"],
        "started": _iso(made["started"]),
        "finished": _iso(now),
        "seconds": round(now - made["started"], 3),
        "changed": False,
        "digest": made["digest"],
        "plan": made["plan"],
        "resources": made["desired"],
        "outputs": made["outputs"],
    }


def _iso(moment: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))

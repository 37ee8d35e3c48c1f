# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan a component in the worker process: see plugins/modules/plan.py for its page."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any, ClassVar

from ansible_collections.creator.platform.plugins.module_utils.lock.run import require_held
from ansible_collections.creator.platform.plugins.module_utils.provision.canonical import digest
from ansible_collections.creator.platform.plugins.module_utils.provision.cluster_objects import (
    object_names,
    object_rows,
)
from ansible_collections.creator.platform.plugins.module_utils.provision.compare import DesiredError
from ansible_collections.creator.platform.plugins.module_utils.provision.exits import RefusalError
from ansible_collections.creator.platform.plugins.module_utils.provision.run import (
    Plan,
    PlanError,
    Request,
    plan,
    require,
    resource_of,
    settle,
    with_rows,
)
from ansible_collections.creator.platform.plugins.plugin_utils.aws_action import AwsActionBase


class ActionModule(AwsActionBase):
    """creator.platform.plan"""

    ARGUMENTS: ClassVar[dict[str, Any]] = {
        "component": {"type": "str", "required": True},
        "environment": {"type": "str", "required": True},
        "platform": {"type": "str", "required": True},
        "region": {"type": "str", "required": True},
        "account": {"type": "str", "default": ""},
        "resources": {"type": "list", "elements": "dict", "required": True},
        "kinds": {"type": "list", "elements": "str", "default": []},
        "regions": {"type": "list", "elements": "str", "default": []},
        "seconds": {"type": "int", "default": 120},
        "attempts": {"type": "int", "default": 1},
        "delay": {"type": "float", "default": 1},
        "purpose": {"type": "str", "choices": ["look", "apply", "converged"], "default": "look"},
        "unprotected": {"type": "list", "elements": "str", "default": []},
        "approved": {"type": "path"},
        "lock": {"type": "dict", "default": {}},
        "cluster_objects": {"type": "list", "elements": "dict", "default": []},
        "cluster_answer": {"type": "dict", "default": {}},
    }
    ERRORS = (PlanError, DesiredError, RefusalError)

    def answer(self, args: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """The plan as a result; `changed` in check mode when it is pending."""
        del task_vars
        request = Request(
            platform=args["platform"],
            environment=args["environment"],
            component=args["component"],
            region=args["region"],
            resources=tuple(resource_of(row, args["region"]) for row in args["resources"]),
            account=args["account"],
            kinds=tuple(args["kinds"]),
            regions=tuple(args["regions"]),
            seconds=args["seconds"],
        )
        started = time.time()
        clients = self.client_for  # new ones for each attempt: what a client listed is kept for its lifetime
        made = settle(lambda: plan(request, clients()), args["attempts"], args["delay"], time.sleep)
        made = _with_objects(made, args["cluster_objects"], args["cluster_answer"], args["region"])
        if not self.check_mode:
            require(made, args["purpose"], args["unprotected"], _approved(args["approved"]))
            if args["lock"] and args["purpose"] == "apply" and made.pending:
                require_held(clients()("dynamodb", args["region"]), args["environment"], args["lock"], time.time())
        changed = made.pending and self.check_mode
        return {**made.result(), "changed": changed, "check_mode": self.check_mode, "started": started}


def _with_objects(made: Plan, objects: list[dict[str, Any]], answer: dict[str, Any], region: str) -> Plan:
    """The plan with the objects of a cluster; without an answer there is no cluster yet. Raises PlanError for an odd answer."""
    try:
        rows = object_rows(objects, answer or None, region)
    except (KeyError, ValueError) as error:
        raise PlanError(f"the cluster's answer cannot be counted into the plan: {error}") from None
    return with_rows(made, rows, object_names(objects, region))


def _approved(path: str | None) -> dict[str, Any] | None:
    """The plan of the environment in a file. Raises PlanError when there is none, or it is not what its digest says."""
    if path is None:
        return None
    try:
        plan = dict(json.loads(Path(path).read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise PlanError(f"the approved plan {path} cannot be read: {error}; run the whole playbook again") from None
    if digest(plan.get("components")) != plan.get("digest"):
        raise PlanError(f"{path} is not what its digest says, so nothing was changed: plan again")
    return plan

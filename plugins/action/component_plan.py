# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan a component by the variables of its role: see plugins/modules/component_plan.py for its page."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from ansible_collections.creator.platform.plugins.module_utils.aws.parameters import Parameters
from ansible_collections.creator.platform.plugins.module_utils.lock.run import require_held
from ansible_collections.creator.platform.plugins.module_utils.provision.canonical import digest
from ansible_collections.creator.platform.plugins.module_utils.provision.cluster_objects import (
    object_names,
    object_rows,
)
from ansible_collections.creator.platform.plugins.module_utils.provision.compare import DesiredError
from ansible_collections.creator.platform.plugins.module_utils.provision.exits import RefusalError
from ansible_collections.creator.platform.plugins.module_utils.provision.inputs import Needs, gather
from ansible_collections.creator.platform.plugins.module_utils.provision.outputs import (
    OutputsError,
    folder,
    publication,
    rows,
    text,
)
from ansible_collections.creator.platform.plugins.module_utils.provision.run import (
    Plan,
    PlanError,
    Request,
    plan,
    require,
    resource_of,
    with_rows,
)
from ansible_collections.creator.platform.plugins.plugin_utils.aws_action import AwsActionBase
from ansible_collections.creator.platform.plugins.plugin_utils.role_variables import RoleVariables


class ActionModule(AwsActionBase):
    """creator.platform.component_plan"""

    ARGUMENTS: ClassVar[dict[str, Any]] = {
        "component": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["present", "absent"], "required": True},
        "environment": {"type": "str", "required": True},
        "platform": {"type": "str", "required": True},
        "region": {"type": "str", "required": True},
        "dr_region": {"type": "str", "required": True},
        "account": {"type": "str", "required": True},
        "inputs_optional": {"type": "bool", "default": False},
        "inputs_attempts": {"type": "int", "default": 1},
        "delay": {"type": "float", "default": 1},
        "published": {"type": "dict"},
        "known_tags": {"type": "dict", "default": {}},
        "unprotected": {"type": "list", "elements": "str", "default": []},
        "approved": {"type": "path"},
        "lock": {"type": "dict", "default": {}},
        "cluster_objects": {"type": "list", "elements": "dict", "default": []},
        "cluster_answer": {"type": "dict", "default": {}},
    }
    ERRORS = (PlanError, DesiredError, RefusalError, OutputsError)

    def answer(self, args: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """The plan as a result; `changed` in check mode when anything is pending."""
        started = time.time()
        component, wanted = args["component"], args["state"] == "present"
        variables = RoleVariables(self._templar, task_vars)
        if wanted:
            self._require_sound(variables, component)
        client_for = self.client_for()
        published = Parameters(lambda: client_for("ssm", args["region"]), args["published"])
        placeholders = self.check_mode or args["inputs_optional"] or not wanted
        needs = Needs(args["platform"], args["environment"], variables.value(f"{component}_inputs", {}), placeholders)
        inputs = gather(needs, published.under, args["inputs_attempts"], args["delay"], time.sleep)
        known = {"inputs": inputs, "check_mode": self.check_mode, "started": started}
        variables.add(component_plan=known)
        resources = variables.value(f"{component}_resources") if wanted else []
        made = plan(
            Request(
                platform=args["platform"],
                environment=args["environment"],
                component=component,
                region=args["region"],
                resources=tuple(resource_of(row, args["region"]) for row in resources),
                account=args["account"],
                kinds=tuple(variables.value(f"{component}_kinds")),
                # A removal desires nothing, so nothing else says that there is a second region to look in.
                regions=() if wanted else (args["dr_region"],),
                known_tags=args["known_tags"],
            ),
            client_for,
        )
        made = _with_objects(made, args["cluster_objects"], args["cluster_answer"], args["region"])
        if not self.check_mode:
            self._require_applicable(made, client_for, args)
        result = {**made.result(), **known}
        variables.add(component_plan=result, component_facts=made.facts)
        outputs = {}
        # The ids of what a plan would create are not known yet.
        if not made.pending:
            outputs = self._outputs(variables.value(f"{component}_outputs") if wanted else {}, published, args)
        changed = self.check_mode and (made.pending or bool(outputs.get("output_changes")))
        return {**result, "outputs": {}, "output_changes": [], **outputs, "changed": changed}

    @staticmethod
    def _require_sound(variables: RoleVariables, component: str) -> None:
        complaints = variables.complaints(component)
        if complaints:
            raise PlanError(f"the variables of {component} are wrong, so nothing was changed: {'; '.join(complaints)}")
        problems = variables.value(f"{component}_problems", [])
        if problems:
            raise PlanError("; ".join(problems))

    @staticmethod
    def _require_applicable(made: Plan, client_for: Callable[[str, str], Any], args: Mapping[str, Any]) -> None:
        """Between what was approved and its apply, or within a run, somebody else may have changed something."""
        require(made, "apply", args["unprotected"], _approved(args["approved"]))
        if args["lock"] and made.pending:
            require_held(client_for("dynamodb", args["region"]), args["environment"], args["lock"], time.time())

    @staticmethod
    def _outputs(values: Mapping[str, Any], published: Parameters, args: Mapping[str, Any]) -> dict[str, Any]:
        path = folder(args["platform"], args["environment"], args["component"])
        present = published.under(path)
        todo = publication(path, values, present, purge=True)
        return {
            "outputs": {key: text(key, value) for key, value in sorted(values.items())},
            "output_changes": rows(todo, present, args["region"]),
        }


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
        approved = dict(json.loads(Path(path).read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise PlanError(f"the approved plan {path} cannot be read: {error}; run the whole playbook again") from None
    if digest(approved.get("components")) != approved.get("digest"):
        raise PlanError(f"{path} is not what its digest says, so nothing was changed: plan again")
    return approved

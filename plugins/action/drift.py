# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge drift in the worker process: see plugins/modules/drift.py for its page."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from ansible.utils.display import Display
from ansible_collections.creator.platform.plugins.module_utils.aws.errors import AWS_ERRORS, explain
from ansible_collections.creator.platform.plugins.module_utils.aws.event_history import (
    GLOBAL,
    GLOBAL_REGION,
    changes_of,
)
from ansible_collections.creator.platform.plugins.module_utils.provision import drift
from ansible_collections.creator.platform.plugins.module_utils.provision.exits import DRIFT, RefusalError
from ansible_collections.creator.platform.plugins.module_utils.provision.run import PlanError, load_kind
from ansible_collections.creator.platform.plugins.plugin_utils.aws_action import AwsActionBase
from ansible_collections.creator.platform.plugins.plugin_utils.component_plans import (
    environment_plan,
    planned_hosts,
    show,
)
from ansible_collections.creator.platform.plugins.plugin_utils.files import write_whole

TOO_MANY = "more resources drifted than are looked up"


class ActionModule(AwsActionBase):
    """creator.platform.drift"""

    ARGUMENTS: ClassVar[dict[str, Any]] = {
        "region": {"type": "str", "required": True},
        "evidence_dir": {"type": "path", "required": True},
        "metric": {"type": "bool", "default": True},
        "lookups": {"type": "int", "default": 100},
    }
    ERRORS = (RefusalError, ValueError, OSError)

    def answer(self, args: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """No drift as a result; drift as a failure with the exit code for it."""
        hosts = planned_hosts(task_vars)
        plan = environment_plan(hosts.values())
        client_for = self.client_for()
        facts = drift.facts_of(hosts)
        resources = [
            {
                **row,
                **_authors(
                    client_for, row, facts.get((row["kind"], row["region"], row["name"]), {}), number < args["lookups"]
                ),
            }
            for number, row in enumerate(drift.drifted(plan))
        ]
        checked = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        text = json.dumps(drift.evidence(plan, resources, checked), indent=2, ensure_ascii=False) + "\n"
        path = Path(args["evidence_dir"]) / "drift.json"
        write_whole(path, text)
        show(plan, whole=True)
        if args["metric"] and not self.check_mode:
            client = client_for("cloudwatch", args["region"])
            client.put_metric_data(Namespace=drift.NAMESPACE, MetricData=drift.metric_data(plan))
        if resources:
            for line in drift.authors(resources):
                Display().display(line)
            raise RefusalError(drift.sentence(plan["environment"], resources), DRIFT)
        return {"changed": False, "drifted": 0, "path": str(path)}


def _authors(
    client_for: Callable[[str, str], Any], row: Mapping[str, Any], facts: Mapping[str, Any], asked: bool
) -> dict[str, Any]:
    """`events` of a drifted resource, and why they are `unknown` when there are none. A lookup that fails is no error."""
    if not asked:
        return {"events": [], "unknown": TOO_MANY}
    try:
        region = GLOBAL_REGION if load_kind(row["kind"]).service in GLOBAL else row["region"]
    except PlanError:  # outputs, and objects of a cluster, which CloudTrail does not know
        region = row["region"]
    try:
        events = changes_of(client_for("cloudtrail", region), drift.names_of(row, facts))
    except AWS_ERRORS as error:
        return {"events": [], "unknown": str(explain(error))}
    return {"events": events, "unknown": "" if events else f"no event names it; {drift.LATE}"}

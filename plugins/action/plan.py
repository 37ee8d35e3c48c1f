# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan a component in the worker process: see plugins/modules/plan.py for its page."""

from __future__ import annotations

import time
from typing import Any, ClassVar

from ansible_collections.creator.platform.plugins.module_utils.provision.compare import DesiredError
from ansible_collections.creator.platform.plugins.module_utils.provision.run import (
    PlanError,
    Request,
    plan,
    require,
    resource_of,
    settle,
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
        "purpose": {"type": "str", "choices": ["look", "converged"], "default": "look"},
    }
    ERRORS = (PlanError, DesiredError)

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
        if not self.check_mode:
            require(made, args["purpose"])
        changed = made.pending and self.check_mode
        return {**made.result(), "changed": changed, "check_mode": self.check_mode, "started": started}

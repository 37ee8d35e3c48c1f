# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verify rollouts in the worker process: see plugins/modules/rollout_verify.py for its page."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, ClassVar

from ansible.errors import AnsibleActionFail
from ansible.utils.display import Display
from ansible_collections.creator.platform.plugins.module_utils.kube.api import KubeError
from ansible_collections.creator.platform.plugins.module_utils.rollout.follow import UnreadableError
from ansible_collections.creator.platform.plugins.module_utils.rollout.model import Settings
from ansible_collections.creator.platform.plugins.module_utils.rollout.run import ClusterReader
from ansible_collections.creator.platform.plugins.module_utils.rollout.verify import WorkloadError, verify
from ansible_collections.creator.platform.plugins.plugin_utils.cluster_action import ClusterActionBase

_SETTINGS = {
    "timeout": Settings.timeout,
    "soak": Settings.soak,
    "unschedulable_grace": Settings.unschedulable_grace,
    "pull_grace": Settings.pull_grace,
    "readiness_floor": Settings.readiness_floor,
}


class ActionModule(ClusterActionBase):
    """creator.platform.rollout_verify"""

    ARGUMENTS: ClassVar[dict[str, Any]] = {
        **ClusterActionBase.CLUSTER,
        "environment": {"type": "str", "required": True},
        "release": {"type": "str", "required": True},
        "workloads": {"type": "list", "elements": "dict", "required": True},
        "since": {"type": "float"},
        "interval": {"type": "float", "default": 0.5},
        "crash_restarts": {"type": "int", "default": Settings.crash_restarts},
        "require_terminated": {"type": "bool", "default": False},
        "required": {"type": "bool", "default": True},
        **{key: {"type": "float", "default": value} for key, value in _SETTINGS.items()},
    }
    ERRORS = (KubeError, UnreadableError, WorkloadError)

    def answer(self, args: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """The rollout document. Fails the task unless all succeeded, if that is required."""
        del task_vars
        if self.check_mode:
            return {
                "changed": False,
                "skipped": True,
                "msg": "check mode applies nothing, so there is no rollout to verify",
            }
        settings = Settings(
            crash_restarts=args["crash_restarts"],
            require_terminated=args["require_terminated"],
            **{key: args[key] for key in _SETTINGS},
        )
        document = verify(
            ClusterReader(self.cluster(args)),
            args["workloads"],
            settings,
            release=args["release"],
            environment=args["environment"],
            since=args["since"],
            interval=args["interval"],
            clock=time.time,
            sleep=time.sleep,
            progress=lambda line: Display().v(f"rollout {args['release']}: {line}"),
        )
        return self._result(document, required=args["required"])

    @staticmethod
    def _result(document: Mapping[str, Any], *, required: bool) -> dict[str, Any]:
        result = {"changed": False, "rollout": dict(document), "verdict": document["verdict"]}
        if required and document["verdict"] != "succeeded":
            text = f"rollout of release {document['release']} {document['verdict']}: {document['reason']}: {document['message']}"
            raise AnsibleActionFail(text, result=result)
        return result

# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the migrations of a release in the worker process: see plugins/modules/migration_run.py for its page."""

from __future__ import annotations

import time
from typing import Any, ClassVar

from ansible.errors import AnsibleActionFail
from ansible_collections.creator.platform.plugins.module_utils.kube.api import KubeError
from ansible_collections.creator.platform.plugins.module_utils.migration.run import migrate
from ansible_collections.creator.platform.plugins.module_utils.rollout.document import iso
from ansible_collections.creator.platform.plugins.plugin_utils.cluster_action import ClusterActionBase


def _ended(count: int) -> str:
    return {0: "there was nothing to migrate", 1: "the migration ended well"}.get(
        count, f"{count} migrations ended well"
    )


class ActionModule(ClusterActionBase):
    """creator.platform.migration_run"""

    ARGUMENTS: ClassVar[dict[str, Any]] = {
        **ClusterActionBase.CLUSTER,
        "environment": {"type": "str", "required": True},
        "release": {"type": "str", "required": True},
        "objects": {"type": "list", "elements": "dict", "required": True},
        "interval": {"type": "float", "default": 0.5},
        "required": {"type": "bool", "default": True},
    }
    ERRORS = (KubeError,)

    def answer(self, args: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """The document of the migrations. Fails the task unless all ended well, if that is required."""
        del task_vars
        if self.check_mode:
            return {"changed": False, "skipped": True, "msg": "check mode migrates nothing"}
        started = time.time()
        rows = migrate(
            self.cluster(args), args["objects"], interval=args["interval"], clock=time.time, sleep=time.sleep
        )
        bad = next((row for row in rows if row["verdict"] != "succeeded"), None)
        message = f"{bad['job']}: {bad['message']}" if bad else _ended(len(rows))
        document = {
            "release": args["release"],
            "environment": args["environment"],
            "verdict": bad["verdict"] if bad else "succeeded",
            "reason": bad["reason"] if bad else "Complete",
            "message": message,
            "started": iso(started),
            "finished": iso(time.time()),
            "seconds": round(time.time() - started, 3),
            "migrations": rows,
        }
        result = {"changed": any(row["ran"] for row in rows), "migration": document, "verdict": document["verdict"]}
        if bad and args["required"]:
            raise AnsibleActionFail(f"migration {document['verdict']} ({document['reason']}): {message}", result=result)
        return result

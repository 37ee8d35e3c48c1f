# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Record a release in the worker process: see plugins/modules/release_record.py for its page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from ansible_collections.creator.platform.plugins.module_utils.aws import release_store as store
from ansible_collections.creator.platform.plugins.module_utils.rollout.release import STATUSES
from ansible_collections.creator.platform.plugins.plugin_utils.aws_action import AwsActionBase


class ActionModule(AwsActionBase):
    """creator.platform.release_record"""

    ARGUMENTS: ClassVar[dict[str, Any]] = {
        "release": {"type": "dict"},
        "status": {"type": "str", "choices": list(STATUSES)},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "environment": {"type": "str", "required": True},
        "platform": {"type": "str", "required": True},
        "region": {"type": "str", "required": True},
        "tags": {"type": "dict", "default": {}},
    }
    REQUIRED_IF = (("state", "present", ("release", "status")),)
    ERRORS = (store.ReleaseStoreError,)

    def answer(self, args: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """The record as it stands now, or what was removed."""
        del task_vars
        client = self.client_for()("ssm", args["region"])
        path = store.folder(args["platform"], args["environment"])
        if args["state"] == "absent":
            removed = store.remove(client, path, dry_run=self.check_mode)
            return {"changed": bool(removed), "removed": removed}
        record, changed = store.put(
            client,
            path,
            args["release"],
            args["status"],
            now=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            tags=args["tags"],
            dry_run=self.check_mode,
        )
        return {"changed": changed, "record": record}

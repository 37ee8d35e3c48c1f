# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read releases in the worker process: see plugins/modules/release_info.py for its page."""

from __future__ import annotations

from typing import Any, ClassVar

from ansible_collections.creator.platform.plugins.module_utils.aws import release_store as store
from ansible_collections.creator.platform.plugins.module_utils.rollout.release import ReleaseError, target
from ansible_collections.creator.platform.plugins.plugin_utils.aws_action import AwsActionBase


class ActionModule(AwsActionBase):
    """creator.platform.release_info"""

    ARGUMENTS: ClassVar[dict[str, Any]] = {
        "environment": {"type": "str", "required": True},
        "platform": {"type": "str", "required": True},
        "region": {"type": "str", "required": True},
        "target": {"type": "str", "default": ""},
        "leaving": {"type": "str", "default": ""},
        "target_required": {"type": "bool", "default": False},
    }
    ERRORS = (store.ReleaseStoreError, ReleaseError)

    def answer(self, args: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """All releases, the last verified one, and the one that a rollback would return to."""
        del task_vars
        path = store.folder(args["platform"], args["environment"])
        records, verified = store.read(self.client_for()("ssm", args["region"]), path)
        found, why = {}, ""
        try:
            found = dict(target(records, verified, name=args["target"], leaving=args["leaving"]))
        except ReleaseError as error:
            if args["target_required"]:
                raise
            why = str(error)
        return {"changed": False, "releases": records, "verified": verified, "target": found, "no_target": why}

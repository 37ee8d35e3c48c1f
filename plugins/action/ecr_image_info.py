# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find images in the worker process: see plugins/modules/ecr_image_info.py for its page."""

from __future__ import annotations

from typing import Any, ClassVar

from ansible_collections.creator.platform.plugins.module_utils.aws.images import newest_digest
from ansible_collections.creator.platform.plugins.plugin_utils.aws_action import AwsActionBase


class ActionModule(AwsActionBase):
    """creator.platform.ecr_image_info"""

    ARGUMENTS: ClassVar[dict[str, Any]] = {
        "repositories": {"type": "list", "elements": "str", "required": True},
        "region": {"type": "str", "required": True},
    }

    def answer(self, args: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """Newest digest by repository."""
        del task_vars
        client = self.client_for()("ecr", args["region"])
        found = {name: newest_digest(client, name) for name in args["repositories"]}
        return {"changed": False, "digests": {name: digest for name, digest in found.items() if digest}}

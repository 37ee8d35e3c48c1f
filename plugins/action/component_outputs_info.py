# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read outputs in the worker process: see plugins/modules/component_outputs_info.py for its page."""

from __future__ import annotations

from typing import Any, ClassVar

from ansible_collections.creator.platform.plugins.module_utils.aws import parameters
from ansible_collections.creator.platform.plugins.module_utils.provision.outputs import OutputsError, folder, select
from ansible_collections.creator.platform.plugins.plugin_utils.aws_action import AwsActionBase


class ActionModule(AwsActionBase):
    """creator.platform.component_outputs_info"""

    ARGUMENTS: ClassVar[dict[str, Any]] = {
        "components": {"type": "dict", "required": True},
        "environment": {"type": "str", "required": True},
        "platform": {"type": "str", "required": True},
        "region": {"type": "str", "required": True},
        "placeholders": {"type": "bool"},
    }
    ERRORS = (OutputsError,)

    def answer(self, args: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """Outputs by component and key; placeholders for what is not published, in check mode unless told otherwise."""
        del task_vars
        placeholders = self.check_mode if args["placeholders"] is None else args["placeholders"]
        client = self.client_for()("ssm", args["region"])
        outputs = {}
        for component, keys in sorted(args["components"].items()):
            if not isinstance(keys, list):
                raise OutputsError(f"components.{component} must be a list of output keys, [] for all; got {keys!r}")
            path = folder(args["platform"], args["environment"], component)
            published = parameters.read_path(client, path)
            outputs[component] = select(component, path, published, keys, placeholders=placeholders)
        return {"changed": False, "outputs": outputs}

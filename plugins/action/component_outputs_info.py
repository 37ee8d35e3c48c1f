# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read outputs in the worker process: see plugins/modules/component_outputs_info.py for its page."""

from __future__ import annotations

import time
from typing import Any, ClassVar

from ansible_collections.creator.platform.plugins.module_utils.aws.parameters import Parameters
from ansible_collections.creator.platform.plugins.module_utils.provision.inputs import Needs, gather
from ansible_collections.creator.platform.plugins.module_utils.provision.outputs import OutputsError
from ansible_collections.creator.platform.plugins.plugin_utils.aws_action import AwsActionBase


class ActionModule(AwsActionBase):
    """creator.platform.component_outputs_info"""

    ARGUMENTS: ClassVar[dict[str, Any]] = {
        "components": {"type": "dict", "required": True},
        "environment": {"type": "str", "required": True},
        "platform": {"type": "str", "required": True},
        "region": {"type": "str", "required": True},
        "placeholders": {"type": "bool"},
        "attempts": {"type": "int", "default": 1},
        "delay": {"type": "float", "default": 1},
    }
    ERRORS = (OutputsError,)

    def answer(self, args: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """Outputs by component and key; placeholders for what is not published, in check mode unless told otherwise."""
        del task_vars
        placeholders = self.check_mode if args["placeholders"] is None else args["placeholders"]
        needs = Needs(args["platform"], args["environment"], args["components"], placeholders)
        published = Parameters(lambda: self.client_for()("ssm", args["region"]))
        outputs = gather(needs, published.under, args["attempts"], args["delay"], time.sleep)
        return {"changed": False, "outputs": outputs}

# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Publish outputs in the worker process: see plugins/modules/component_outputs.py for its page."""

from __future__ import annotations

from typing import Any, ClassVar

from ansible_collections.creator.platform.plugins.module_utils.aws import parameters
from ansible_collections.creator.platform.plugins.module_utils.provision.outputs import (
    OutputsError,
    folder,
    publication,
    rows,
    shown,
    text,
)
from ansible_collections.creator.platform.plugins.plugin_utils.aws_action import AwsActionBase


class ActionModule(AwsActionBase):
    """creator.platform.component_outputs"""

    ARGUMENTS: ClassVar[dict[str, Any]] = {
        "component": {"type": "str", "required": True},
        "environment": {"type": "str", "required": True},
        "platform": {"type": "str", "required": True},
        "region": {"type": "str", "required": True},
        "outputs": {"type": "dict", "required": True},
        "purge": {"type": "bool", "default": True},
        "tags": {"type": "dict", "default": {}},
    }
    ERRORS = (OutputsError,)

    def answer(self, args: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """Compare with what is published, write the difference (not in check mode)."""
        del task_vars
        client = self.client_for()("ssm", args["region"])
        path = folder(args["platform"], args["environment"], args["component"])
        published = parameters.read_path(client, path)
        todo = publication(path, args["outputs"], published, purge=args["purge"])
        if todo.pending and not self.check_mode:
            parameters.write(client, todo.write, published, {str(k): str(v) for k, v in args["tags"].items()})
            parameters.delete(client, todo.delete)
        names = sorted({*todo.write, *todo.delete})
        return {
            "changed": todo.pending,
            "path": path,
            "written": sorted(todo.write),
            "deleted": todo.delete,
            "outputs": {key: text(key, value) for key, value in sorted(args["outputs"].items())},
            "changes": rows(todo, published, args["region"]),
            "diff": {"before": shown(names, published), "after": shown(names, todo.write)},
        }

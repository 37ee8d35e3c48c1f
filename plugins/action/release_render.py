# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Describe a release as objects in the worker process: see plugins/modules/release_render.py for its page."""

from __future__ import annotations

from typing import Any, ClassVar

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.creator.platform.plugins.module_utils.provision.canonical import plain
from ansible_collections.creator.platform.plugins.module_utils.rollout import bundle
from ansible_collections.creator.platform.plugins.module_utils.rollout.release import ReleaseError


class ActionModule(ActionBase):
    """creator.platform.release_render"""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    ARGUMENTS: ClassVar[dict[str, Any]] = {
        "release": {"type": "raw", "required": True},
        "services": {"type": "dict", "required": True},
        "repositories": {"type": "dict", "required": True},
        "namespace": {"type": "str", "required": True},
        "outputs": {"type": "dict", "default": {}},
    }

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """The record and the objects of the release; nothing is read or written."""
        del tmp
        result: dict[str, Any] = super().run(task_vars=task_vars)
        _validation, args = self.validate_argument_spec(self.ARGUMENTS)
        args = plain(args)
        try:
            made = bundle.build(
                args["release"], args["services"], args["repositories"], args["namespace"], args["outputs"]
            )
        except ReleaseError as error:
            raise AnsibleActionFail(str(error)) from None
        result.update(changed=False, release=made.record, objects=made.objects, migrations=made.migrations)
        return result

# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write evidence in the worker process: see plugins/modules/evidence.py for its page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.creator.platform.plugins.module_utils.provision.canonical import plain
from ansible_collections.creator.platform.plugins.plugin_utils.files import write_whole


class ActionModule(ActionBase):
    """creator.platform.evidence"""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    ARGUMENTS: ClassVar[dict[str, Any]] = {
        "path": {"type": "path", "required": True},
        "content": {"type": "raw", "required": True},
    }

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Write the file, and never report a change: evidence tells of a run, it is no state of the platform."""
        del tmp
        result: dict[str, Any] = super().run(task_vars=task_vars)
        _validation, args = self.validate_argument_spec(self.ARGUMENTS)
        path = Path(args["path"])
        content = plain(args["content"])
        text = content if isinstance(content, str) else json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        try:
            write_whole(path, text)
        except OSError as error:
            raise AnsibleActionFail(
                f"cannot write evidence to {path}: {error.strerror}; free space or set platform_evidence_dir"
            ) from None
        result.update(changed=False, path=str(path))
        return result

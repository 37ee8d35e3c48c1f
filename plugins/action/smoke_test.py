# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask for a few pages through the load balancer: see plugins/modules/smoke_test.py for its page."""

from __future__ import annotations

import time
import uuid
from typing import Any, ClassVar

from ansible.errors import AnsibleActionFail
from ansible_collections.creator.platform.plugins.module_utils.rollout.document import iso
from ansible_collections.creator.platform.plugins.module_utils.smoke.checks import CheckError, parse
from ansible_collections.creator.platform.plugins.module_utils.smoke.run import Pace, test
from ansible_collections.creator.platform.plugins.module_utils.web.entry import WebError
from ansible_collections.creator.platform.plugins.module_utils.web.options import entry_of, entry_options
from ansible_collections.creator.platform.plugins.plugin_utils.aws_action import AwsActionBase


class ActionModule(AwsActionBase):
    """creator.platform.smoke_test"""

    ARGUMENTS: ClassVar[dict[str, Any]] = {
        **entry_options(),
        "checks": {"type": "list", "elements": "dict", "required": True},
        "release": {"type": "str", "default": ""},
        "timeout": {"type": "float", "default": 30.0},
        "interval": {"type": "float", "default": 1.0},
    }
    ERRORS = (CheckError, WebError)

    def answer(self, args: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """The document of the smoke test. Fails the task unless every check succeeded."""
        del task_vars
        checks = parse(args["checks"], args["release"])
        through = entry_of(args)
        host, port = through.where
        if self.check_mode:
            return {"changed": False, "skipped": True, "msg": "check mode deploys nothing that could be asked"}
        started = time.time()
        pace = Pace(args["timeout"], args["interval"], time.monotonic, time.sleep)
        rows = test(through, checks, f"smoke-{uuid.uuid4().hex[:16]}", pace)
        bad = [row for row in rows if not row["ok"]]
        message = (
            f"{bad[0]['name']} ({args['url']}{bad[0]['path']}): {bad[0]['message']}"
            if bad
            else f"all {len(rows)} checks through the load balancer succeeded"
        )
        document = {
            "verdict": "failed" if bad else "succeeded",
            "message": message,
            "url": args["url"],
            "address": f"{host}:{port}",
            "started": iso(started),
            "finished": iso(time.time()),
            "seconds": round(time.time() - started, 3),
            "checks": rows,
        }
        result = {"changed": False, "smoke": document}
        if bad:
            raise AnsibleActionFail(f"the smoke test failed: {message}", result=result)
        return result

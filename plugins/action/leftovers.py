# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look for what is left of an environment in the worker process: see plugins/modules/leftovers.py for its page."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from ansible.utils.display import Display
from ansible_collections.creator.platform.plugins.module_utils.aws import backups, tagged
from ansible_collections.creator.platform.plugins.module_utils.aws.lock_table import table_name
from ansible_collections.creator.platform.plugins.module_utils.provision.exits import RefusalError
from ansible_collections.creator.platform.plugins.module_utils.provision.leftovers import (
    Leftovers,
    judge,
    kept_sentence,
    sentence,
)
from ansible_collections.creator.platform.plugins.plugin_utils.aws_action import AwsActionBase
from ansible_collections.creator.platform.plugins.plugin_utils.files import write_whole

#: What is global is told here.
GLOBAL_REGION = "us-east-1"


class ActionModule(AwsActionBase):
    """creator.platform.leftovers"""

    ARGUMENTS: ClassVar[dict[str, Any]] = {
        "environment": {"type": "str", "required": True},
        "platform": {"type": "str", "required": True},
        "regions": {"type": "list", "elements": "str", "required": True},
        "evidence_dir": {"type": "path", "required": True},
        "unprotected": {"type": "list", "elements": "str", "default": []},
        "attempts": {"type": "int", "default": 5},
        "delay": {"type": "float", "default": 5},
    }
    ERRORS = (RefusalError, OSError)

    def answer(self, args: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """Nothing is left but what is kept, or a failure that names it; the evidence of what was there goes."""
        del task_vars
        tags = {"platform": args["platform"], "environment": args["environment"]}
        clients = self.client_for()
        found, removed = self._look(clients, tags, args)
        ends = backups.ends(clients, found.kept)
        kept = [{"arn": arn, "name": name, "readable_until": ends.get(arn)} for arn, name in found.kept.items()]
        told = {"left": list(found.left), "kept": kept, "waiting": dict(found.waiting)}
        if not self.check_mode:
            folder = Path(args["evidence_dir"])
            checked = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            evidence = {**tags, "finished": checked, "removed": not found.left, **told}
            write_whole(folder / "destroy.json", json.dumps(evidence, indent=2) + "\n")
            shutil.rmtree(folder / "provision", ignore_errors=True)
        if found.left:
            raise RefusalError(sentence(args["environment"], found))
        if kept:
            told["msg"] = kept_sentence(args["environment"], found.kept, ends)
            Display().display(told["msg"], color="yellow")
        return {"changed": bool(removed), "removed": removed, **told}

    def _look(
        self, clients: tagged.ClientFor, tags: Mapping[str, str], args: Mapping[str, Any]
    ) -> tuple[Leftovers, list[str]]:
        """What is left at the last look, and the backups that were, or in check mode would be, removed because they are named."""
        regions = sorted({*args["regions"], GLOBAL_REGION})
        table = table_name(args["platform"], args["environment"])
        removed: list[str] = []
        for attempt in range(args["attempts"]):
            arns = tagged.arns(clients, regions, tags)
            found = judge(arns, tagged.gone(clients, arns), table, args["unprotected"])
            unwanted = [arn for arn in found.unwanted if arn not in removed]
            removed += unwanted
            if self.check_mode:
                left = tuple(arn for arn in found.left if arn not in removed)
                found = replace(found, left=left)
            else:
                backups.remove(clients, unwanted)
            if not found.left:
                break
            if attempt + 1 < args["attempts"]:  # the tagging API learns of deletions a little later
                time.sleep(args["delay"])
        return found, removed

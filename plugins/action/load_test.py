# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Send requests while something else is done, and tell what was lost: see plugins/modules/load_test.py for its page."""

from __future__ import annotations

import os
import time
from dataclasses import asdict
from typing import Any, ClassVar

from ansible import constants
from ansible_collections.creator.platform.plugins.module_utils.load import account
from ansible_collections.creator.platform.plugins.module_utils.load.run import Logs, targets
from ansible_collections.creator.platform.plugins.module_utils.rollout.document import iso
from ansible_collections.creator.platform.plugins.module_utils.web.entry import WebError
from ansible_collections.creator.platform.plugins.module_utils.web.options import entry_of, entry_options
from ansible_collections.creator.platform.plugins.plugin_utils import load_sender
from ansible_collections.creator.platform.plugins.plugin_utils.cluster_action import ClusterActionBase


class ActionModule(ClusterActionBase):
    """creator.platform.load_test"""

    ARGUMENTS: ClassVar[dict[str, Any]] = {
        "state": {"type": "str", "choices": ["started", "ended"], "required": True},
        **entry_options(required=False),
        "paths": {"type": "list", "elements": "str"},
        "rate": {"type": "float", "required": True},
        "timeout": {"type": "float", "default": 10.0},
        "seconds": {"type": "float", "default": 900.0},
        "before": {"type": "float", "default": 0.0},
        "cluster": {**ClusterActionBase.CLUSTER["cluster"], "required": False},
        "region": ClusterActionBase.CLUSTER["region"],
        "namespace": {"type": "str"},
        "most_lost": {"type": "int", "default": 0},
        "logs_bucket": {"type": "str", "default": ""},
        "logs_prefix": {"type": "str", "default": "alb"},
        "logs_account": {"type": "str", "default": ""},
        "logs_wait": {"type": "float", "default": 400.0},
        "marks": {"type": "dict", "default": {}},
    }
    REQUIRED_IF = (("state", "started", ("url", "paths", "cluster", "namespace")),)
    ERRORS = (WebError, load_sender.SenderError)

    def answer(self, args: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """Start to send, or end and tell what came of it."""
        del task_vars
        if self.check_mode:
            return {"changed": False, "skipped": True, "msg": "check mode changes nothing that could be put under load"}
        if args["rate"] <= 0:
            raise WebError(f"rate must be a number of requests a second above 0, found {args['rate']:g}")
        return self._start(args) if args["state"] == "started" else self._end(args)

    def _start(self, args: dict[str, Any]) -> dict[str, Any]:
        entry = entry_of(args)
        entry.context()
        settings = load_sender.Settings(
            entry=asdict(entry),
            pressure={"paths": args["paths"], "timeout": args["timeout"], "most": args["seconds"]},
            rate=args["rate"],
            cluster=args["cluster"],
            region=args["region"],
            namespace=args["namespace"],
            controller=os.getppid(),  # this is one of its workers
        )
        load_sender.start(constants.DEFAULT_LOCAL_TMP, settings, self.task_environment())
        time.sleep(args["before"])
        return {"changed": False}

    def _end(self, args: dict[str, Any]) -> dict[str, Any]:
        found = load_sender.end(constants.DEFAULT_LOCAL_TMP, args["timeout"] + 30)
        outcomes = [account.Outcome(*each) for each in found["outcomes"]]
        began = found["began"]
        logs = Logs(args["logs_bucket"], args["logs_prefix"], args["logs_account"], args["region"], args["logs_wait"])
        traces = [each.trace for each in outcomes if each.lost]
        known, missing = (
            targets(self.client_for()("s3", args["region"]), logs, traces, began, clock=time.time, sleep=time.sleep)
            if traces
            else ({}, "")
        )
        rows = account.failures(outcomes, began, known, found["pods"])
        note = "; ".join(part for part in (missing, found["blind"]) if part)
        document = account.document(
            outcomes, rate=args["rate"], began=began, most_lost=args["most_lost"], rows=rows, note=note
        )
        last = max((each.due + each.took for each in outcomes), default=began)
        document |= {
            "started": iso(began),
            "finished": iso(last),
            "seconds": round(last - began, 3),
            "marks": {name: round(float(at) - began, 1) for name, at in args["marks"].items()},
        }
        return {"changed": False, "load": document}

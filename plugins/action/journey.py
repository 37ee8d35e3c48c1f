# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Follow a post through the platform: see plugins/modules/journey.py for its page."""

from __future__ import annotations

import time
import uuid
from typing import Any, ClassVar

from ansible.errors import AnsibleActionFail
from ansible_collections.creator.platform.plugins.module_utils.journey.facts import verdict
from ansible_collections.creator.platform.plugins.module_utils.journey.run import Journey, World
from ansible_collections.creator.platform.plugins.module_utils.postgres.login import target
from ansible_collections.creator.platform.plugins.module_utils.postgres.options import target_options
from ansible_collections.creator.platform.plugins.module_utils.rollout.document import iso
from ansible_collections.creator.platform.plugins.module_utils.web.entry import WebError
from ansible_collections.creator.platform.plugins.module_utils.web.options import entry_of, entry_options
from ansible_collections.creator.platform.plugins.plugin_utils.cluster_action import ClusterActionBase


class ActionModule(ClusterActionBase):
    """creator.platform.journey"""

    ARGUMENTS: ClassVar[dict[str, Any]] = {
        **ClusterActionBase.CLUSTER,
        **entry_options(),
        "namespace": {"type": "str", "required": True},
        "services": {"type": "list", "elements": "str", "required": True},
        "database": target_options(),
        "bucket": {"type": "str", "required": True},
        "patience": {"type": "float", "default": 60.0},
    }
    ERRORS = (WebError,)

    def answer(self, args: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """The document of the journey. Fails the task unless every step was found."""
        del task_vars
        if self.check_mode:
            return {"changed": False, "skipped": True, "msg": "check mode writes no post"}
        clients = self.client_for()
        world = World(
            entry=entry_of(args),
            database=target(args["database"], lambda: clients("secretsmanager", args["region"])),
            s3=clients("s3", args["region"]),
            bucket=args["bucket"],
            client=self.cluster(args),
            namespace=args["namespace"],
            services=args["services"],
            patience=args["patience"],
        )
        journey = Journey(world, f"journey-{uuid.uuid4().hex[:12]}")
        started = time.time()
        steps = journey.go()
        word, message = verdict(steps, journey.expected)
        document = {
            "verdict": word,
            "message": message,
            "correlation_id": journey.identifier,
            "started": iso(started),
            "finished": iso(time.time()),
            "seconds": round(time.time() - started, 3),
            "steps": steps,
        }
        result = {"changed": True, "journey": document}
        if word != "succeeded":
            raise AnsibleActionFail(f"the journey {word}: {message}", result=result)
        return result

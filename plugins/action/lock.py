# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take, look at, break or remove the lock of an environment in the worker process: see plugins/modules/lock.py for its page."""

from __future__ import annotations

import getpass
import os
import socket
import time
import uuid
from pathlib import Path
from typing import Any, ClassVar

from ansible import constants as C  # noqa: N812  # its name everywhere in Ansible
from ansible import context
from ansible_collections.creator.platform.plugins.module_utils.aws import lock_table
from ansible_collections.creator.platform.plugins.module_utils.aws.errors import AwsError
from ansible_collections.creator.platform.plugins.module_utils.lock.run import Request, acquire
from ansible_collections.creator.platform.plugins.module_utils.lock.state import LEASE, holder
from ansible_collections.creator.platform.plugins.module_utils.provision.exits import RefusalError
from ansible_collections.creator.platform.plugins.plugin_utils import lock_keeper
from ansible_collections.creator.platform.plugins.plugin_utils.aws_action import AwsActionBase
from ansible_collections.creator.platform.plugins.plugin_utils.warm_wire import started_at


class ActionModule(AwsActionBase):
    """creator.platform.lock"""

    ARGUMENTS: ClassVar[dict[str, Any]] = {
        "environment": {"type": "str", "required": True},
        "platform": {"type": "str", "required": True},
        "region": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["held", "free", "absent"], "default": "held"},
        "purpose": {"type": "str", "default": ""},
        "lease": {"type": "float", "default": LEASE},
        "wait": {"type": "float", "default": 0},
        "tags": {"type": "dict", "default": {}},
    }
    ERRORS = (RefusalError,)

    def answer(self, args: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """The lock as a result; nothing is done in check mode."""
        del task_vars
        if self.check_mode:
            return {"changed": False, "lock": {}}
        if args["state"] == "held":
            return self._hold(args)
        client, table = self._client(args), lock_table.table_name(args["platform"], args["environment"])
        if args["state"] == "absent":
            # The table goes first, so that the keeper finds no lock to give back and no other run can take it meanwhile.
            changed = lock_table.remove(client, table)
            lock_keeper.end(C.DEFAULT_LOCAL_TMP)
            return {"changed": changed, "lock": {}}
        row = lock_table.read(client, table)
        freed = bool(row) and lock_table.release(client, table, row["owner"], row["token"])
        return {"changed": freed, "lock": row or {}}

    def _client(self, args: dict[str, Any]) -> Any:
        return self.client_for()("dynamodb", args["region"])

    def _hold(self, args: dict[str, Any]) -> dict[str, Any]:
        """The lock of this run, taken now, or by an earlier playbook of it."""
        wish = Request(
            platform=args["platform"],
            environment=args["environment"],
            tags={str(key): str(value) for key, value in args["tags"].items()},
            owner=uuid.uuid4().hex,
            holder=holder(os.environ, getpass.getuser(), socket.gethostname()),
            purpose=args["purpose"] or _playbook(),
            lease=args["lease"],
            wait=args["wait"],
        )
        ours = lock_keeper.kept(C.DEFAULT_LOCAL_TMP)
        if ours is not None and ours.table == wish.table:
            return {"changed": False, "lock": {"table": ours.table, "owner": ours.owner, "token": ours.token}}
        client = self._client(args)
        taken = acquire(client, wish, time.time, time.sleep)
        lock = lock_keeper.Kept(
            wish.table, args["region"], taken.owner, taken.token, args["lease"], os.getppid(), started_at(os.getppid())
        )
        try:
            lock_keeper.start(C.DEFAULT_LOCAL_TMP, lock, self.task_environment())
        except OSError as error:
            lock_table.release(client, wish.table, taken.owner, taken.token)
            raise AwsError(f"{error}; nothing was changed, and the lock is free again") from None
        return {"changed": False, "lock": {"table": wish.table, "owner": taken.owner, "token": taken.token}}


def _playbook() -> str:
    """The playbooks of the command line."""
    return " ".join(Path(name).name for name in context.CLIARGS.get("args") or ()) or "a playbook"

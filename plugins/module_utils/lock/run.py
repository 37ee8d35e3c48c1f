# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The use case: take an environment's lock, be sure to have it still. Client, clock and sleep are arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws import lock_table
from ansible_collections.creator.platform.plugins.module_utils.aws.errors import AWS_ERRORS
from ansible_collections.creator.platform.plugins.module_utils.lock.state import (
    SKEW,
    Lock,
    is_held_by,
    lost,
    refusal,
)
from ansible_collections.creator.platform.plugins.module_utils.provision.exits import LOCKED, RefusalError


@dataclass(frozen=True)
class Request:
    """Who takes the lock of which environment. lease, wait and delay in seconds; wait: for how long at most, 0 not at all."""

    platform: str
    environment: str
    tags: Mapping[str, str]
    owner: str
    holder: str
    purpose: str
    lease: float
    wait: float = 0
    delay: float = 5

    @property
    def table(self) -> str:
        """Name of the lock's table."""
        return lock_table.table_name(self.platform, self.environment)


def acquire(client: Any, wish: Request, now: Callable[[], float], sleep: Callable[[float], None]) -> Lock:
    """The lock, ours: one request when the table exists and nobody holds it.

    Raises RefusalError with who holds it since when, AwsError, or what boto3 raises.
    """
    began = now()
    while True:
        try:
            return _take(client, wish, now, sleep)
        except lock_table.HeldError as held:
            if now() - began >= wish.wait:
                raise RefusalError(refusal(wish.environment, Lock(**held.row), now()), LOCKED) from None
        sleep(wish.delay)


def _take(client: Any, wish: Request, now: Callable[[], float], sleep: Callable[[float], None]) -> Lock:
    def once() -> Lock:
        moment = now()
        wanted = {
            "owner": wish.owner,
            "holder": wish.holder,
            "purpose": wish.purpose,
            "since": moment,
            "lease_until": moment + wish.lease,
        }
        return Lock(**lock_table.take(client, wish.table, wanted, moment - SKEW))

    try:
        return once()
    except AWS_ERRORS as error:
        if not lock_table.is_absent(error):
            raise
    lock_table.create(client, wish.table, wish.tags, 1.0, sleep)
    return once()


def require_held(client: Any, environment: str, given: Mapping[str, Any], now: float) -> None:
    """Raises RefusalError when the lock (`table`, `owner`, `token`) is not held any more. One request."""
    row = lock_table.read(client, given["table"])
    found = Lock(**row) if row else None
    if not is_held_by(found, given["owner"], given["token"], now):
        raise RefusalError(lost(environment, found, now), LOCKED)

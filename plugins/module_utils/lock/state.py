# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock of an environment: who may take it, whether a holder still has it, what to tell. Pure: standard library only.

A holder has a lease, which it renews while it lives. Each holder gets a token larger than those before it (a fencing
token): a writer whose token is not the lock's any more has lost it, whatever it believes.
https://martin.kleppmann.com/2016/02/08/how-to-do-distributed-locking.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

#: Seconds by which clocks of machines may differ: a lease counts as over this much later than it says.
SKEW = 15.0
#: Seconds that a lease lasts, and its part after which it is renewed.
LEASE = 90.0
RENEWALS = 3


@dataclass(frozen=True)
class Lock:
    """A held lock. owner: unique for a run. holder: who that is, for people. purpose: what it does. Moments in seconds."""

    owner: str
    holder: str
    purpose: str
    since: float
    lease_until: float
    token: int


def is_over(lock: Lock, now: float) -> bool:
    """Whether the lease ended, by whoever's clock: then anybody may take the lock."""
    return now > lock.lease_until + SKEW


def is_held_by(lock: Lock | None, owner: str, token: int, now: float) -> bool:
    """Whether a writer still holds the lock and may change things."""
    return lock is not None and (lock.owner, lock.token) == (owner, token) and now < lock.lease_until


def refusal(environment: str, lock: Lock, now: float) -> str:
    """The sentence for a run that finds the environment locked."""
    began = datetime.fromtimestamp(lock.since, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    left = lock.lease_until + SKEW - now
    return (
        f"{environment} is locked by {lock.holder} for {lock.purpose} since {began} ({duration(now - lock.since)} ago), so "
        f"nothing was changed: wait for it. A run that died frees the lock by itself, here in {duration(left)}; if it must be "
        f"sooner, run playbooks/unlock.yml -e unlock={environment}"
    )


def lost(environment: str, lock: Lock | None, now: float) -> str:
    """The sentence for a writer that does not hold the lock any more."""
    who = f"{lock.holder} holds it now, for {lock.purpose}" if lock and not is_over(lock, now) else "its lease ended"
    return (
        f"this run lost the lock of {environment} ({who}), as when a machine sleeps or the network is away for long, so nothing "
        "more is changed: run again, what is done already is not repeated"
    )


def duration(seconds: float) -> str:
    """Seconds for people: "45 s", "3 min", "2 h 5 min"."""
    whole = max(round(seconds), 0)
    if whole < 120:
        return f"{whole} s"
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def holder(environ: Mapping[str, str], user: str, host: str) -> str:
    """Who runs this: a job of AWX or GitHub by its number, else user and host.

    https://docs.github.com/en/actions/reference/workflows-and-actions/variables
    """
    if environ.get("GITHUB_RUN_ID"):
        where = f"{environ.get('GITHUB_SERVER_URL', '')}/{environ.get('GITHUB_REPOSITORY', '')}"
        return f"{environ.get('GITHUB_ACTOR', user)} in {where}/actions/runs/{environ['GITHUB_RUN_ID']}"
    if environ.get("JOB_ID") and environ.get("AWX_PRIVATE_DATA_DIR"):
        return f"AWX job {environ['JOB_ID']}"
    return f"{user}@{host}"

"""Answers the polls of an SDK's waiter when there is something to say, instead of after the waiter's next delay.

Waiters of boto3 ask every 30 or 60 seconds, made for phases of many minutes. Here phases are scaled to seconds, so that
nearly all of the time would be spent between two polls. A call that comes from a waiter is therefore held while what it asks
about is on its way (creating, deleting …), as over a slow line. It sees no other state than it would have seen later.
The mark of a waiter is botocore's own: feature B in the `m/` part of the User-Agent, see `botocore.useragent`. The modules of
amazon.aws and community.aws replace the User-Agent and lose the mark; of those for RDS, which ask every 60 seconds, each look
is taken for a poll.
"""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from localcloud import actions, calls

#: Local seconds that a call is held at most, below the 60 after which botocore gives up reading, and between two looks.
PATIENCE, PAUSE = 20.0, 0.05
_WAITER = re.compile(r"(?:^|\s)m/(?:[^\s,]+,)*B(?:,|\s|$)")
_MARKLESS = re.compile(r"^APN/1\.0 Ansible/.*\b(?:amazon|community)\.aws/")
#: States on the way to another, without dashes and underscores, in lower case: of RDS, EKS, EC2, ELBv2, CloudFront and others.
_ON_THE_WAY = frozenset({
    "associating", "attaching", "backingup", "creating", "deleting", "detaching", "disassociating", "inprogress",
    "modifying", "pending", "pendingvalidation", "provisioning", "rebooting", "resettingmastercredentials", "shuttingdown",
    "starting", "stopping", "updating", "upgrading",
})  # fmt: skip
#: A text between tags, or a JSON string that is a value.
_VALUES = re.compile(rb'>([A-Za-z_-]{4,30})<|:\s*"([A-Za-z_-]{4,30})"')


class _Answer(Protocol):
    status: int
    body: bytes


AnswerT = TypeVar("AnswerT", bound=_Answer)


def is_waiter(service: str, user_agent: str) -> bool:
    """Whether a call with that User-Agent comes from a waiter."""
    return _WAITER.search(user_agent) is not None or (service == "rds" and _MARKLESS.match(user_agent) is not None)


def on_the_way(body: bytes) -> bool:
    """Whether an answer has something in it that is in a state on the way to another."""
    return any(
        (xml or text).decode().replace("-", "").replace("_", "").lower() in _ON_THE_WAY
        for xml, text in _VALUES.findall(body)
    )


def settled(
    call: calls.Call,
    ask: Callable[[], AnswerT],
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> AnswerT:
    """The answer of `ask`, for a waiter's poll the first one in which nothing is on its way, or the last after `PATIENCE`."""
    if not is_waiter(call.service, call.headers.get("user-agent", "")) or actions.is_mutating(
        call.service, call.action
    ):
        return ask()
    sent: dict[str, Any] = dict(call.environ)
    until = clock() + PATIENCE
    answer = ask()
    while answer.status < 300 and on_the_way(answer.body) and clock() < until:
        sleep(PAUSE)
        call.environ.clear()
        call.environ.update(sent)
        call.environ["wsgi.input"] = io.BytesIO(call.body)
        answer = ask()
    return answer

"""Which calls are held, and until when."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from localcloud import waiting

AGENT = "Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux#6.1 lang/python#3.11.7 m/Z,b,B,D cfg/retry-mode#legacy"


@dataclass
class Answer:
    """An answer of the service."""

    body: bytes
    status: int = 200


@dataclass
class Clock:
    """Time that passes by sleeping only."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Let it pass."""
        self.slept.append(seconds)
        self.now += seconds


def asked(answers: list[Answer], agent: str = AGENT, action: str = "DescribeDBInstances") -> tuple[bytes, Clock]:
    """What a caller gets when the service answers so, and the clock afterwards; the last answer is repeated."""
    clock, left = Clock(), list(answers)
    call: Any = SimpleNamespace(
        headers={"user-agent": agent}, service="rds", action=action, environ={"k": "v"}, body=b"x"
    )
    found = waiting.settled(
        call, lambda: left.pop(0) if len(left) > 1 else left[0], clock=lambda: clock.now, sleep=clock.sleep
    )
    return found.body, clock


CREATING, READY = Answer(b"<DBInstanceStatus>creating</DBInstanceStatus>"), Answer(b"<S>available</S>")


def test_a_waiter_is_held_while_something_is_on_its_way() -> None:
    body, clock = asked([CREATING, Answer(b"<S>backing-up</S>"), READY])
    assert body == READY.body
    assert len(clock.slept) == 2


def test_not_for_ever() -> None:
    body, clock = asked([CREATING])
    assert body == CREATING.body
    assert clock.now == pytest.approx(waiting.PATIENCE, abs=2 * waiting.PAUSE)


@pytest.mark.parametrize(
    ("answer", "agent", "action"),
    [
        (CREATING, AGENT.replace(",B,", ",C,"), "DescribeDBInstances"),
        (CREATING, "curl/8", "DescribeDBInstances"),
        (CREATING, AGENT, "CreateDBInstance"),
        (READY, AGENT, "DescribeDBInstances"),
        (Answer(b"<Code>creating</Code>", 404), AGENT, "DescribeDBInstances"),
    ],
)
def test_others_are_not(answer: Answer, agent: str, action: str) -> None:
    body, clock = asked([answer, READY], agent, action)
    assert body == answer.body
    assert clock.slept == []


@pytest.mark.parametrize(
    ("body", "held"),
    [
        (b'{"cluster":{"status":"CREATING"}}', True),
        (b'{"status": "ACTIVE", "name": "creating"}', True),
        (b'{"creating": "ACTIVE"}', False),
        (b"<State>pending-acceptance</State>", False),
        (b"<Status>InProgress</Status>", True),
        (b"<PendingModifiedValues/>", False),
        (b"", False),
    ],
)
def test_states_on_the_way(body: bytes, held: bool) -> None:
    assert waiting.on_the_way(body) is held


@pytest.mark.parametrize("part", ["m/B", "x m/B", "m/A,B", "m/B,C y"])
def test_waiters_are_told_by_their_mark(part: str) -> None:
    assert waiting.is_waiter("ec2", part)
    assert not waiting.is_waiter("ec2", part.replace("B", "b"))


@pytest.mark.parametrize(
    ("service", "collection", "held"),
    [("rds", "amazon.aws", True), ("ec2", "amazon.aws", False), ("rds", "creator.platform", False)],
)
def test_modules_for_rds_lose_the_mark(service: str, collection: str, held: bool) -> None:
    assert waiting.is_waiter(service, f"APN/1.0 Ansible/2.19.14 {collection}/10.1.2") is held

"""Which statements were used, which never, and what was refused."""

from __future__ import annotations

from typing import Any

from localcloud.authorization.coverage import coverage, text
from localcloud.authorization.policy import parse

ROLE = "arn:aws:iam::123456789012:role/deployer"
POLICY = parse(
    "deployer/deploy",
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "Look", "Effect": "Allow", "Action": ["rds:Describe*", "rds:ListTagsForResource"], "Resource": "*"},
            {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"},
            {"Sid": "Never", "Effect": "Deny", "Action": "rds:Delete*", "Resource": "*"},
        ],
    },
)


def record(action: str, statement: str | None, role: str = ROLE) -> dict[str, Any]:
    """A record of a call that the statement decided, or that nothing allowed."""
    service, _, operation = action.partition(":")
    spoken = [{"action": action, "kind": "identity-based policy", "policy": POLICY.name, "statement": statement}]
    decision = {"allowed": statement is not None, "role": role, "statements": spoken if statement else []}
    if statement is None:
        decision |= {"action": action, "resource": "*", "kind": "identity-based policy"}
    return {"service": service, "action": operation, "decision": decision}


def test_use() -> None:
    """Used statements with what they allowed and left idle, unused ones, refused calls; calls of other roles do not count."""
    found = coverage(
        [
            record("rds:DescribeDBInstances", "Look"),
            record("rds:DescribeDBInstances", "Look"),
            record("s3:ListAllMyBuckets", None),
            record("sqs:SendMessage", "#1", role="arn:aws:iam::123456789012:role/other"),
            {"service": "ec2", "action": "DescribeVpcs", "decision": None},
        ],
        [POLICY],
        ROLE,
    )
    assert found.requests == 3
    look, queue, _ = found.statements
    assert (look.calls, look.actions, look.idle) == (2, {"rds:DescribeDBInstances": 2}, ("rds:ListTagsForResource",))
    assert (
        [use.statement for use in found.unused] == [queue.statement] == ["#1"]
    )  # a deny that never struck is no waste
    (refusal,) = found.refusals
    assert (refusal.action, refusal.times) == ("s3:ListAllMyBuckets", 1)
    assert found.document()["unused"] == [{"policy": "deployer/deploy", "statement": "#1"}]
    shown = text(found)
    assert "never needed: rds:ListTagsForResource" in shown
    assert "unused  deployer/deploy #1: sqs:*" in shown
    assert "denied  1 times s3 ListAllMyBuckets" in shown

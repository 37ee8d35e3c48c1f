from __future__ import annotations

import json

from ansible_collections.creator.platform.plugins.module_utils.aws.policy import canonical

ONE = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": ["s3:Put*", "s3:Get*"],
        "Resource": "arn:aws:s3:::a",
        "Condition": {"Bool": {"aws:SecureTransport": False}},
    },
}


def test_policies_that_say_the_same_are_equal() -> None:
    same = {
        "Statement": [
            {
                "Condition": {"Bool": {"aws:SecureTransport": ["False"]}},
                "Resource": ["arn:aws:s3:::a"],
                "Action": ["s3:Get*", "s3:Put*"],
                "Principal": {"AWS": ["*"]},
                "Effect": "Deny",
            }
        ],
        "Version": "2012-10-17",
    }
    assert canonical(json.dumps(ONE)) == canonical(same)


def test_another_action_is_seen_and_nothing_is_nothing() -> None:
    other = {**ONE, "Statement": {**ONE["Statement"], "Action": "s3:*"}}
    assert canonical(ONE) != canonical(other)
    assert canonical(None) == canonical("") == {}


def test_canonical_form_stays() -> None:
    assert canonical(canonical(ONE)) == canonical(ONE)

# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What counts as left of an environment."""

from __future__ import annotations

import pytest
from ansible_collections.creator.platform.plugins.module_utils.provision.leftovers import judge, sentence, type_of

KEY = "arn:aws:kms:eu-west-1:1:key/0a"
VPC = "arn:aws:ec2:eu-west-1:1:vpc/vpc-1"
LOCK = "arn:aws:dynamodb:eu-west-1:1:table/creator-dev-lock"


def test_what_waits_for_its_end_and_the_lock_are_no_leftovers() -> None:
    found = judge([KEY, VPC, LOCK, VPC], [KEY], "creator-dev-lock")
    assert found.left == (VPC,)
    assert found.waiting == {KEY: "waits for its deletion"}
    assert judge([LOCK.replace("-dev-", "-prod-")], [], "creator-dev-lock").left


def test_the_sentence_names_what_is_left() -> None:
    assert VPC in sentence("dev", judge([VPC], [], ""))


@pytest.mark.parametrize(
    ("arn", "kind"),
    [
        (KEY, "kms:key"),
        ("arn:aws:secretsmanager:r:1:secret:name-AbCdEf", "secretsmanager:secret"),
        ("arn:aws:s3:::creator-dev-media", "s3:"),
        ("arn:aws:iam::1:role/x/y", "iam:role"),
    ],
)
def test_types(arn: str, kind: str) -> None:
    assert type_of(arn) == kind

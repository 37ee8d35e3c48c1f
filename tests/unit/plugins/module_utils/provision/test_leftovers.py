# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What counts as left of an environment."""

from __future__ import annotations

import pytest
from ansible_collections.creator.platform.plugins.module_utils.provision.leftovers import (
    backup_name,
    judge,
    kept_sentence,
    sentence,
    type_of,
)

KEY = "arn:aws:kms:eu-west-1:1:key/0a"
VPC = "arn:aws:ec2:eu-west-1:1:vpc/vpc-1"
BACKUP = "arn:aws:rds:eu-west-1:1:snapshot:creator-dev-database-20261128120000"
NAME = "rds_snapshot creator-dev-database-20261128120000"
AUTOMATED = "arn:aws:rds:eu-west-1:1:snapshot:rds:creator-dev-database-2026-11-28-12-00"
LOCK = "arn:aws:dynamodb:eu-west-1:1:table/creator-dev-lock"


def test_what_waits_for_its_end_and_the_lock_are_no_leftovers() -> None:
    found = judge([KEY, VPC, LOCK, VPC], [KEY], "creator-dev-lock")
    assert found.left == (VPC,)
    assert found.waiting == {KEY: "waits for its deletion"}
    assert judge([LOCK.replace("-dev-", "-prod-")], [], "creator-dev-lock").left


def test_backups_are_kept_until_they_are_named() -> None:
    found = judge([BACKUP, VPC], [], "")
    assert (found.left, found.kept, found.unwanted) == ((VPC,), {BACKUP: NAME}, ())
    named = judge([BACKUP, VPC], [], "", [NAME])
    assert (named.left, named.kept, named.unwanted) == ((VPC, BACKUP), {}, (BACKUP,))
    ended = judge([BACKUP], [BACKUP], "", [NAME])
    assert (ended.left, ended.kept, ended.unwanted) == ((), {}, ())
    assert ended.waiting == {BACKUP: "is deleted and shown for a while"}


def test_what_an_instance_takes_along_is_no_backup() -> None:
    assert [backup_name(arn) for arn in (AUTOMATED, VPC, BACKUP)] == ["", "", NAME]
    assert judge([AUTOMATED], [], "").left == (AUTOMATED,)
    retained = [AUTOMATED, "arn:aws:rds:eu-west-1:1:auto-backup:ab-1"]
    found = judge(retained, retained, "", ["rds_snapshot rds:creator-dev-database-2026-11-28-12-00"])
    assert (found.left, found.kept) == ((), {})
    assert found.waiting == dict.fromkeys(retained, "is kept by RDS until its retention ends")


def test_the_sentence_on_backups_says_how_they_go_and_how_long_they_last() -> None:
    told = kept_sentence("dev", {BACKUP: NAME}, {})
    assert f'{{"component_unprotected": ["{NAME}"]}}' in told
    assert "cancel-key-deletion" not in told
    until = kept_sentence("dev", {BACKUP: NAME}, {BACKUP: "2026-12-05"})
    assert f"{NAME} until 2026-12-05" in until
    assert "cancel-key-deletion" in until
    assert f"{NAME} no more" in kept_sentence("dev", {BACKUP: NAME}, {BACKUP: ""})


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

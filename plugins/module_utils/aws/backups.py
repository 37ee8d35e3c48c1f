# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups that outlive their environment, by the ARNs of manual snapshots of RDS. `client_for(service, region)` comes first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.errors import code_of

try:
    from botocore.exceptions import ClientError
except ImportError:  # told by client_factory; ansible-test imports everything without it
    ClientError = Exception  # type: ignore[assignment,misc]

ClientFor = Callable[[str, str], Any]


def ends(client_for: ClientFor, arns: Iterable[str]) -> dict[str, str]:
    """Those whose key waits for its deletion, and the day of that, after which nobody can restore them; "" when it is past.

    Raises what boto3 raises. https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html
    """
    found = {}
    for arn in arns:
        region = arn.split(":")[3]
        row = client_for("rds", region).describe_db_snapshots(DBSnapshotIdentifier=arn)["DBSnapshots"][0]
        if not row.get("KmsKeyId"):
            continue
        try:
            key = client_for("kms", region).describe_key(KeyId=row["KmsKeyId"])["KeyMetadata"]
        except ClientError as error:
            if code_of(error) != "NotFoundException":
                raise
            found[arn] = ""
            continue
        if "DeletionDate" in key:
            found[arn] = f"{key['DeletionDate']:%Y-%m-%d}"
    return found


def remove(client_for: ClientFor, arns: Iterable[str]) -> None:
    """Ask for the deletion of snapshots. Raises what boto3 raises."""
    for arn in arns:
        _arn, _partition, service, region, _account, _kind, name = arn.split(":", 6)
        client_for(service, region).delete_db_snapshot(DBSnapshotIdentifier=name)

# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What bears an environment's tags, whichever service it is of. `client_for(service, region)` comes first.

https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html: IAM roles are not in it, and
what was deleted may be for a while.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.errors import code_of

try:
    from botocore.exceptions import ClientError
except ImportError:  # told by client_factory; ansible-test imports everything without it
    ClientError = Exception  # type: ignore[assignment,misc]

ClientFor = Callable[[str, str], Any]


def arns(client_for: ClientFor, regions: Iterable[str], tags: Mapping[str, str]) -> list[str]:
    """ARNs of everything with all these tags, in these regions, and of IAM's roles and policies. Raises what boto3 raises."""
    filters = [{"Key": key, "Values": [value]} for key, value in sorted(tags.items())]
    found: list[str] = []
    for region in regions:
        pages = (
            client_for("resourcegroupstaggingapi", region).get_paginator("get_resources").paginate(TagFilters=filters)
        )
        found += [each["ResourceARN"] for page in pages for each in page["ResourceTagMappingList"]]
    return found + _iam(client_for("iam", "us-east-1"), tags)


def _iam(client: Any, tags: Mapping[str, str]) -> list[str]:
    """Roles and policies of the account with these tags: listings do not show tags, so names are asked one by one."""
    prefix = f"{tags['platform']}-{tags['environment']}-"
    found = []
    for page in client.get_paginator("list_roles").paginate():
        for role in page["Roles"]:
            if role["RoleName"].startswith(prefix):
                found += _with(tags, client.list_role_tags(RoleName=role["RoleName"])["Tags"], role["Arn"])
    for page in client.get_paginator("list_policies").paginate(Scope="Local"):
        for policy in page["Policies"]:
            if policy["PolicyName"].startswith(prefix):
                found += _with(tags, client.list_policy_tags(PolicyArn=policy["Arn"])["Tags"], policy["Arn"])
    return found


def _with(tags: Mapping[str, str], given: Iterable[Mapping[str, str]], arn: str) -> list[str]:
    has = {tag["Key"]: tag["Value"] for tag in given}
    return [arn] if all(has.get(key) == value for key, value in tags.items()) else []


def gone(client_for: ClientFor, found: Iterable[str]) -> list[str]:
    """Those of the ARNs that wait for their deletion or are only still shown. Raises what boto3 raises."""
    return [arn for arn in found if _is_gone(client_for, arn)]


def _is_gone(client_for: ClientFor, arn: str) -> bool:
    _arn, _partition, service, region, _account, resource = arn.split(":", 5)
    kind, _slash, name = resource.replace(":", "/").partition("/")
    ask = _ASK.get((service, kind))
    if ask is None:
        return False
    try:
        return ask(client_for(service, region), arn, name)
    except ClientError as error:
        if code_of(error) in _ABSENT or code_of(error).endswith(".NotFound"):
            return True
        raise


_ABSENT = {
    "DBInstanceAutomatedBackupNotFound",
    "DBSnapshotNotFound",
    "NatGatewayNotFound",
    "NotFoundException",
    "ResourceNotFoundException",
}


def _key(client: Any, arn: str, _name: str) -> bool:
    return str(client.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"]) in {
        "PendingDeletion",
        "PendingReplicaDeletion",
    }


def _secret(client: Any, arn: str, _name: str) -> bool:
    return "DeletedDate" in client.describe_secret(SecretId=arn)


def _gateway(client: Any, _arn: str, name: str) -> bool:
    rows = client.describe_nat_gateways(NatGatewayIds=[name])["NatGateways"]
    return all(row["State"] == "deleted" for row in rows)


def _address(client: Any, _arn: str, name: str) -> bool:
    return not client.describe_addresses(Filters=[{"Name": "allocation-id", "Values": [name]}])["Addresses"]


def _instance(client: Any, _arn: str, name: str) -> bool:
    rows = client.describe_instances(InstanceIds=[name])["Reservations"]
    return all(one["State"]["Name"] == "terminated" for row in rows for one in row["Instances"])


def _snapshot(client: Any, arn: str, _name: str) -> bool:
    rows = client.describe_db_snapshots(DBSnapshotIdentifier=arn)["DBSnapshots"]
    return all(row["Status"] in {"deleting", "deleted"} or _is_retained(client, row) for row in rows)


def _is_retained(client: Any, snapshot: Mapping[str, Any]) -> bool:
    """Whether a snapshot is part of the retained backups of an instance that is gone: nobody but RDS ends it."""
    if snapshot["SnapshotType"] != "automated":
        return False
    backups = client.describe_db_instance_automated_backups(DbiResourceId=snapshot["DbiResourceId"])
    statuses = {backup["Status"] for backup in backups["DBInstanceAutomatedBackups"]}
    return statuses == {"retained"}


def _backup(client: Any, arn: str, _name: str) -> bool:
    rows = client.describe_db_instance_automated_backups(DBInstanceAutomatedBackupsArn=arn)
    return all(row["Status"] == "retained" for row in rows["DBInstanceAutomatedBackups"])


_ASK: dict[tuple[str, str], Callable[[Any, str, str], bool]] = {
    ("kms", "key"): _key,
    ("secretsmanager", "secret"): _secret,
    ("ec2", "natgateway"): _gateway,
    ("ec2", "elastic-ip"): _address,
    ("ec2", "instance"): _instance,
    ("rds", "snapshot"): _snapshot,
    ("rds", "auto-backup"): _backup,
}

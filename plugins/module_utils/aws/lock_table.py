# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock of an environment in DynamoDB: one table, one item, conditional writes. The client comes first.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ConditionExpressions.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.errors import AwsError, code_of
from ansible_collections.creator.platform.plugins.module_utils.aws.tags import tag_list

try:
    from botocore.exceptions import ClientError
except ImportError:  # told by client_factory; ansible-test imports everything without it
    ClientError = Exception  # type: ignore[assignment,misc]

ITEM = {"name": {"S": "environment"}}
TOKEN = "token"  # noqa: S105  # an attribute's name
#: Attributes of a held lock: name to DynamoDB's type. A free lock has its token only.
HELD = {"owner": "S", "holder": "S", "purpose": "S", "since": "N", "lease_until": "N"}
_NAMES = {f"#{name}": name for name in (*HELD, TOKEN)}
_ABSENT = "ResourceNotFoundException"
_FAILED = "ConditionalCheckFailedException"
CREATE_SECONDS = 60


class HeldError(Exception):
    """Another one holds the lock; `row` tells who."""

    def __init__(self, row: dict[str, Any]) -> None:
        super().__init__("the lock is held")
        self.row = row


def table_name(platform: str, environment: str) -> str:
    """The table of an environment's lock."""
    return f"{platform}-{environment}-lock"


def take(client: Any, table: str, wanted: Mapping[str, Any], free_before: float) -> dict[str, Any]:
    """Take the lock for `wanted` (HELD), when nobody has it or its lease ended before `free_before`. Returns it with its token.

    Raises HeldError when another one has it; what boto3 raises, so also that there is no such table (is_absent).
    """
    values = {f":{name}": {kind: str(wanted[name])} for name, kind in HELD.items()}
    values |= {":free_before": {"N": str(free_before)}, ":none": {"N": "0"}, ":one": {"N": "1"}}
    sets = ", ".join(f"#{name} = :{name}" for name in HELD)
    try:
        answer = client.update_item(
            TableName=table,
            Key=ITEM,
            UpdateExpression=f"SET {sets}, #{TOKEN} = if_not_exists(#{TOKEN}, :none) + :one",
            ConditionExpression="attribute_not_exists(#owner) OR #lease_until < :free_before OR #owner = :owner",
            ExpressionAttributeNames=_NAMES,
            ExpressionAttributeValues=values,
            ReturnValues="ALL_NEW",
        )
    except ClientError as error:
        if code_of(error) != _FAILED:
            raise
        held = read(client, table)
        if held is None:  # freed between the two requests
            return take(client, table, wanted, free_before)
        raise HeldError(held) from None
    return _row(answer["Attributes"])


def renew(client: Any, table: str, owner: str, token: int, lease_until: float) -> bool:
    """Prolong the lease. Returns False when the lock is not the owner's any more. Raises what boto3 raises."""
    return _own(client, table, (owner, token), "SET #lease_until = :lease", {":lease": {"N": str(lease_until)}})


def release(client: Any, table: str, owner: str, token: int) -> bool:
    """Give the lock back; its token stays, so that the next is larger. Returns False when it was not the owner's any more."""
    return _own(client, table, (owner, token), "REMOVE " + ", ".join(f"#{name}" for name in HELD), {})


def read(client: Any, table: str) -> dict[str, Any] | None:
    """The lock with its token, or None when nobody has it, or there is no table. Raises what boto3 raises."""
    try:
        item = client.get_item(TableName=table, Key=ITEM, ConsistentRead=True).get("Item", {})
    except ClientError as error:
        if is_absent(error):
            return None
        raise
    return _row(item) if "owner" in item else None


def is_absent(error: Exception) -> bool:
    """Whether an error says that there is no such table."""
    return isinstance(error, ClientError) and code_of(error) == _ABSENT


def create(client: Any, table: str, tags: Mapping[str, str], delay: float, sleep: Callable[[float], None]) -> None:
    """Create the table, encrypted and paid by request, and wait until it can be used. Raises AwsError, what boto3 raises."""
    try:
        client.create_table(
            TableName=table,
            KeySchema=[{"AttributeName": "name", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "name", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            SSESpecification={"Enabled": True, "SSEType": "KMS"},
            Tags=tag_list(tags),
        )
    except ClientError as error:
        if code_of(error) != "ResourceInUseException":  # another run creates it at this moment
            raise
    waited = 0.0
    while client.describe_table(TableName=table)["Table"]["TableStatus"] != "ACTIVE":
        if waited >= CREATE_SECONDS:
            raise AwsError(f"table {table} of the lock is not active after {CREATE_SECONDS} seconds: run again")
        sleep(delay)
        waited += delay


def remove(client: Any, table: str) -> bool:
    """Delete the table. Returns False when there was none. Raises what boto3 raises."""
    try:
        client.delete_table(TableName=table)
    except ClientError as error:
        if is_absent(error):
            return False
        raise
    return True


def _own(client: Any, table: str, own: tuple[str, int], update: str, values: Mapping[str, Any]) -> bool:
    owner, token = own
    names = {key: name for key, name in _NAMES.items() if key in update} | {"#owner": "owner", f"#{TOKEN}": TOKEN}
    try:
        client.update_item(
            TableName=table,
            Key=ITEM,
            UpdateExpression=update,
            ConditionExpression=f"#owner = :owner AND #{TOKEN} = :{TOKEN}",
            ExpressionAttributeNames=names,
            ExpressionAttributeValues={**values, ":owner": {"S": owner}, f":{TOKEN}": {"N": str(token)}},
        )
    except ClientError as error:
        if code_of(error) in {_FAILED, _ABSENT}:
            return False
        raise
    return True


def _row(item: Mapping[str, Any]) -> dict[str, Any]:
    row = {name: item[name][kind] if kind == "S" else float(item[name][kind]) for name, kind in HELD.items()}
    return {**row, TOKEN: int(item[TOKEN]["N"])}

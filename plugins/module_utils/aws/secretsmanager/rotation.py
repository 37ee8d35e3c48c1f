# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a secret that another service keeps is rotated. Standard library only.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_managed.html
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.steps import ChangeError, Found, Steps

#: The tag with which RDS says whose password a secret is.
OWNER_TAG = "aws:rds:primaryDBInstanceArn"


def project(secret: Mapping[str, Any]) -> dict[str, Any]:
    """Properties of an entry of ListSecrets or DescribeSecret: schedule ("" when it is not rotated) and window in hours."""
    rules = secret.get("RotationRules") or {}
    schedule = rules.get("ScheduleExpression") or ""
    if not schedule and rules.get("AutomaticallyAfterDays"):
        schedule = every(int(rules["AutomaticallyAfterDays"]))
    return {
        "schedule": schedule if secret.get("RotationEnabled") else "",
        "duration": rules.get("Duration", ""),
    }


def every(days: int) -> str:
    """The schedule of so many days, as Secrets Manager writes it."""
    return f"rate({days} day{'' if days == 1 else 's'})"


def owner(secret: Mapping[str, Any]) -> str:
    """ARN of the RDS instance whose password the secret is, or ""."""
    tags = {tag["Key"]: tag["Value"] for tag in secret.get("Tags") or []}
    return str(tags.get(OWNER_TAG, ""))


def select(secrets: Iterable[Mapping[str, Any]], instance: str) -> Mapping[str, Any] | None:
    """The secret that RDS keeps for the instance of that name, or None."""
    return next((secret for secret in secrets if owner(secret).endswith(f":db:{instance}")), None)


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Steps towards the desired schedule, and a rotation now when `now` asks for it.

    Raises ChangeError when there is no secret that RDS keeps for the instance.
    """
    if found is None:
        raise ChangeError(
            f"RDS keeps no password for instance {params['instance']}: create it with managed_password, and repeat the run when "
            "it is available"
        )
    before = dict(found.properties)
    after = {**before, **desired}
    now = bool(params["now"])
    if before == after and not now:
        return Steps([], before, after)
    request: dict[str, Any] = {"SecretId": found.facts["arn"], "RotateImmediately": now}
    if before != after:
        duration = {"Duration": after["duration"]} if after["duration"] else {}
        request["RotationRules"] = {"ScheduleExpression": after["schedule"], **duration}
    return Steps([("rotate_secret", request)], before, after)

"""What AWS services do inside the emulator: with a role that trusts them, or in their own name by a resource's policy.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-service.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourcearn
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from localcloud import principals
from localcloud.authorization import context, enforcement, lookup
from localcloud.authorization.checks import Check
from localcloud.authorization.evaluation import Caller
from localcloud.cloud import ACCOUNT_ID

Values = tuple[str, ...]
_NOBODY = lookup.Own((), None, None, {})


def may_as_service(
    service: str, action: str, resource: str, source_arn: str, keys: Mapping[str, Values] | None = None
) -> bool:
    """Whether a service principal (`sns.amazonaws.com`) may do `action` on `resource`, on behalf of `source_arn`."""
    known: dict[str, Values] = {
        "aws:sourcearn": (source_arn,),
        "aws:sourceaccount": (ACCOUNT_ID,),
        "aws:principalisawsservice": ("true",),
        "aws:principalservicename": (service,),
        "aws:securetransport": ("true",),
        **(keys or {}),
    }
    caller = Caller(service, ACCOUNT_ID, service=service)
    found = enforcement.judge(caller, _NOBODY, [Check(action, (resource,))], known)
    return all(judged.decision.allowed for judged in found)


def may_with_role(
    service: str, role_arn: str, wanted: list[Check], source_arn: str, keys: Mapping[str, Values] | None = None
) -> bool:
    """Whether a service may take on a role and do everything that is wanted with it. keys: further condition keys."""
    role = lookup.role_of(role_arn)
    if role is None or not may_as_service(service, "sts:AssumeRole", role_arn, source_arn):
        return False
    arn = f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/{role.name}/{service.partition('.')[0]}"
    session = principals.Principal(arn, role.id, "", token="", role_arn=role_arn)
    own = lookup.own(session)
    known = context.of_caller(session, own.tags, datetime.datetime.now(datetime.UTC))
    known |= keys or {}
    found = enforcement.judge(lookup.caller_of(session), own, wanted, known)
    return all(judged.decision.allowed for judged in found)

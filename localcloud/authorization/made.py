"""What the tags of a request that makes something are judged on: pure."""

from __future__ import annotations

from localcloud.authorization import reference, resources
from localcloud.authorization.resources import EVERYTHING, Parameters, Place

#: End of an operation that makes something -> the type of what it makes.
_RDS_MADE = {
    "DBInstance": "db",
    "PointInTime": "db",
    "FromDBSnapshot": "db",
    "ReadReplica": "db",
    "DBSnapshot": "snapshot",
    "DBParameterGroup": "pg",
    "DBSubnetGroup": "subgrp",
}


def of(tag: str, operation: str, judged: tuple[str, ...], parameters: Parameters, place: Place) -> tuple[str, ...]:
    """The ARNs of what the request makes, without those of what it makes that of.

    tag: the action that tags, with its prefix; judged: what the request itself is judged on. A key is judged as `*` before
    it has an ARN: https://docs.aws.amazon.com/kms/latest/developerguide/tag-permissions.html
    """
    prefix, _, action = tag.partition(":")
    if prefix == "kms":
        return judged
    kinds = reference.kinds(prefix, action)
    if judged == EVERYTHING:
        named = resources.of(prefix, action, parameters, place)
        if named != EVERYTHING:
            return named
        own = [kind for kind in kinds if kind.name in operation.lower()]
        return tuple(kind.arn(place.region, place.account, []) for kind in own[:1]) or EVERYTHING
    word = next((word for word in _RDS_MADE if operation.endswith(word)), None) if prefix == "rds" else None
    wanted = [kind for kind in kinds if word is None or kind.name == _RDS_MADE[word]]
    sources = {str(value) for name, value in parameters.items() if name.startswith("Source")}
    return (
        tuple(
            arn
            for arn in judged
            if any(kind.is_arn_of(arn) for kind in wanted) and not {arn, arn.rpartition(":")[2]} & sources
        )
        or judged
    )

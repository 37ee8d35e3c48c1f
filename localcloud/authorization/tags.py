"""Tags of emulated resources, for aws:ResourceTag: reads moto's state and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import moto.backends

#: Prefix of actions -> moto's name of the service, where they differ.
_BACKENDS = {"elasticloadbalancing": "elbv2", "es": "opensearch"}
_get_backend: Any = moto.backends.get_backend
_GLOBAL = {"iam", "s3", "route53", "cloudfront", "budgets", "sts"}


def backend(prefix: str, account: str, region: str) -> Any:
    """The backend of a service in a region (or in the partition, for global services); None where there is none."""
    place = "aws" if prefix in _GLOBAL else region
    try:
        return _get_backend(_BACKENDS.get(prefix, prefix))[account][place] if place else None
    except (ImportError, KeyError, AttributeError):
        return None


def of(arn: str) -> dict[str, str]:
    """The tags of what the ARN names; none where it is not there or carries none."""
    parts = arn.split(":", 5)
    if len(parts) != 6:
        return {}
    _, _, prefix, region, account, rest = parts
    found = backend(prefix, account or _owner(prefix), region)
    if found is None:
        return {}
    special = _SPECIAL.get(prefix)
    try:
        raw = special(found, rest, arn) if special is not None else _tagger(found, arn)
    except (KeyError, AttributeError):  # it is not there
        return {}
    return _plain(raw)


def _owner(prefix: str) -> str:
    from localcloud.cloud import ACCOUNT_ID  # noqa: PLC0415 - ARNs of buckets and zones name no account

    return ACCOUNT_ID


def _plain(raw: Any) -> dict[str, str]:
    """Tags in one shape, from the several that moto keeps them in."""
    found: dict[str, str] = {}
    if isinstance(raw, dict):
        for key, value in raw.items():
            found[str(key)] = str(value.get("Value") or "") if isinstance(value, dict) else str(value or "")
    for each in raw if isinstance(raw, list) else []:
        key = each.get("Key") or each.get("key") or each.get("TagKey")
        found[str(key)] = str(each.get("Value") or each.get("value") or each.get("TagValue") or "")
    return found


def _tagger(found: Any, arn: str) -> Any:
    tagger = getattr(found, "tagger", None) or getattr(found, "tagging_service", None)
    return tagger.get_tag_dict_for_resource(arn) if tagger is not None else {}


def _last(text: str) -> str:
    return text.rpartition("/")[2]


def _iam(found: Any, rest: str, arn: str) -> Any:
    kind, _, name = rest.partition("/")
    if kind == "role":
        return next((role.tags for role in list(found.roles.values()) if role.arn == arn), {})
    if kind == "user":
        return found.tagger.get_tag_dict_for_resource(arn)
    if kind == "policy":
        return found.managed_policies[arn].tags
    if kind == "oidc-provider":
        return found.open_id_providers[arn].tags
    return found.instance_profiles[_last(name)].tags if kind == "instance-profile" else {}


def _secret(found: Any, rest: str, arn: str) -> Any:
    secret = next((each for each in list(found.secrets.values()) if each.arn == arn), None)
    return getattr(secret, "tags", None) or {}


def _parameter(found: Any, name: str) -> Any:
    held = found._resource_tags.get("Parameter", {})
    return held.get(f"/{name}") or held.get(name) or {}


def _eks(found: Any, rest: str, arn: str) -> Any:
    for cluster in list(found.clusters.values()):
        record = cluster.tagged().get(arn) if hasattr(cluster, "tagged") else None
        if record is not None:
            return record.get("tags")
    return {}


_SPECIAL: dict[str, Callable[[Any, str, str], Any]] = {
    "acm": lambda found, rest, arn: found._certificates[arn].tags,
    "dynamodb": lambda found, rest, arn: found.tables[rest.split("/")[1]].tags,
    "ec2": lambda found, rest, arn: found.tags.get(_last(rest), {}),
    "eks": _eks,
    "guardduty": lambda found, rest, arn: found.detectors[rest.split("/")[1]].tags,
    "iam": _iam,
    "kms": lambda found, rest, arn: found.tagger.get_tag_dict_for_resource(_last(rest)),
    "logs": lambda found, rest, arn: _tagger(found, arn.partition(":log-stream:")[0]),
    "rds": lambda found, rest, arn: found.list_tags_for_resource(arn),
    "route53": lambda found, rest, arn: found.resource_tags.get(_last(rest), {}),
    "s3": lambda found, rest, arn: found.tagger.get_tag_dict_for_resource(arn),
    "secretsmanager": _secret,
    "sns": lambda found, rest, arn: found.topics[arn]._tags,
    "sqs": lambda found, rest, arn: found.queues[rest].tags,
    "ssm": lambda found, rest, arn: _parameter(found, rest.partition("/")[2]),
}

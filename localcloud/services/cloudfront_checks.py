"""What CloudFront refuses of a distribution, and what it adds to one.

https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateDistribution.html#API_CreateDistribution_Errors
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.acm.models import acm_backends
from moto.core.exceptions import ServiceException
from moto.wafv2.models import GLOBAL_REGION, wafv2_backends

from localcloud.services import cloudfront_policies

HOME = "us-east-1"


class DistributionError(ServiceException):
    """The distribution is refused."""


def complete(config: dict[str, Any]) -> dict[str, Any]:
    """The configuration with what CloudFront adds."""
    nothing = {"Quantity": 0}
    origins = [_origin(origin) for origin in config["Origins"]["Items"]]
    behaviors = [_behavior(each) for each in (config.get("CacheBehaviors") or {}).get("Items") or []]
    aliases = (config.get("Aliases") or {}).get("Items") or []
    return {
        "OriginGroups": nothing,
        "CustomErrorResponses": nothing,
        "Comment": "",
        "Logging": {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""},
        "PriceClass": "PriceClass_All",
        "ViewerCertificate": {"CloudFrontDefaultCertificate": True, "MinimumProtocolVersion": "TLSv1"},
        "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}},
        "WebACLId": "",
        "HttpVersion": "http2",
        "IsIPV6Enabled": False,
        "DefaultRootObject": "",
        **config,
        "Aliases": {"Quantity": len(aliases), **({"Items": aliases} if aliases else {})},
        "Origins": {"Quantity": len(origins), "Items": origins},
        "DefaultCacheBehavior": _behavior(config["DefaultCacheBehavior"]),
        "CacheBehaviors": {"Quantity": len(behaviors), **({"Items": behaviors} if behaviors else {})},
    }


def _origin(origin: dict[str, Any]) -> dict[str, Any]:
    return {
        "OriginPath": "",
        "CustomHeaders": {"Quantity": 0},
        "ConnectionAttempts": 3,
        "ConnectionTimeout": 10,
        "OriginShield": {"Enabled": False},
        "OriginAccessControlId": "",
        **origin,
    }


def _behavior(behavior: dict[str, Any]) -> dict[str, Any]:
    methods = {"Quantity": 2, "Items": ["HEAD", "GET"]}
    given = behavior.get("AllowedMethods") or methods
    return {
        "TrustedSigners": {"Enabled": False, "Quantity": 0},
        "TrustedKeyGroups": {"Enabled": False, "Quantity": 0},
        "SmoothStreaming": False,
        "Compress": False,
        "LambdaFunctionAssociations": {"Quantity": 0},
        "FunctionAssociations": {"Quantity": 0},
        "FieldLevelEncryptionId": "",
        **behavior,
        "AllowedMethods": {"CachedMethods": methods, **given},
    }


def check(backend: Any, config: dict[str, Any], own: str | None) -> None:
    """Raises what CloudFront answers. own: id of the distribution that is changed."""
    aliases = (config.get("Aliases") or {}).get("Items") or []
    for other in backend.distributions.values():
        taken = set(aliases) & set((other.raw["Aliases"]).get("Items") or [])
        if other.id != own and taken:
            raise DistributionError(
                "CNAMEAlreadyExists",
                f"One or more of the CNAMEs you provided are already associated with a different resource: {taken}",
            )
    _check_certificate(backend, config.get("ViewerCertificate") or {}, aliases)
    _check_firewall(backend, config.get("WebACLId") or "")
    ids = {origin["Id"] for origin in config["Origins"]["Items"]}
    for origin in config["Origins"]["Items"]:
        control = origin.get("OriginAccessControlId")
        if control and control not in backend.origin_access_controls:
            raise DistributionError("InvalidOriginAccessControl", f"The origin access control {control} is not valid.")
        if ("S3OriginConfig" in origin) == ("CustomOriginConfig" in origin):
            raise DistributionError("InvalidOrigin", f"The origin {origin['Id']} must be one of S3 and custom.")
    for behavior in _behaviors(config):
        if behavior["TargetOriginId"] not in ids:
            raise DistributionError("NoSuchOrigin", "One or more of your origins or origin groups do not exist.")
        cloudfront_policies.check(backend, behavior)


def _behaviors(config: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield config["DefaultCacheBehavior"]
    yield from (config.get("CacheBehaviors") or {}).get("Items") or []


def _check_certificate(backend: Any, shown: dict[str, Any], aliases: list[str]) -> None:
    arn = shown.get("ACMCertificateArn") or ""
    if not arn:
        if aliases:
            raise DistributionError(
                "InvalidViewerCertificate",
                "To add an alternate domain name (CNAME) you must attach a trusted certificate.",
            )
        return
    region = arn.split(":")[3]
    found = acm_backends[backend.account_id][HOME]._certificates.get(arn) if region == HOME else None
    if found is not None:
        found.check()
    if found is None or found.status != "ISSUED":
        raise DistributionError(
            "InvalidViewerCertificate",
            "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include a valid "
            "certificate chain.",
        )
    names = found.describe()["Certificate"]["SubjectAlternativeNames"]
    for alias in aliases:
        if alias not in names and "*." + alias.split(".", 1)[1] not in names:
            raise DistributionError(
                "InvalidViewerCertificate",
                f"The certificate that is attached to your distribution doesn't cover the alternate domain name (CNAME) {alias}",
            )


def _check_firewall(backend: Any, arn: str) -> None:
    if arn and (":global/webacl/" not in arn or arn not in wafv2_backends[backend.account_id][GLOBAL_REGION].wacls):
        raise DistributionError(
            "InvalidWebACLId", f"Web ACL is not accessible by the requester, or is not for CloudFront: {arn}"
        )

# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration of a distribution as CloudFront takes it. Standard library only.

https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DistributionConfig.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.steps import ChangeError

_CACHED = {"Quantity": 2, "Items": ["GET", "HEAD"]}
#: What a distribution has that was not told otherwise.
_DEFAULTS: dict[str, Any] = {
    "enabled": True,
    "aliases": [],
    "price_class": "PriceClass_100",
    "http_version": "http2",
    "ipv6": True,
    "certificate": "",
    "minimum_tls": "TLSv1.2_2021",
    "web_acl": "",
    "default_root_object": "",
    "behaviors": [],
    "error_pages": {},
}


def new_config(name: str, wanted: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    """The configuration of a new distribution. Raises ChangeError when it has no origins or no default behavior."""
    missing = [each for each in ("origins", "default_behavior") if not wanted.get(each)]
    if missing:
        raise ChangeError(f"distribution {name} does not exist, and to make it needs {', '.join(missing)}")
    # The same reference is the same distribution, so a lost answer makes no twin.
    return changed_config({"CallerReference": name, "Comment": name}, {**_DEFAULTS, **wanted}, ids)


def changed_config(config: Mapping[str, Any], changes: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    """`config` with the changed properties; what the role has no word for stays. Raises ChangeError for an unknown name."""

    def known(name: str) -> str:
        if not name or name.startswith("arn:"):
            return name
        if name not in ids:
            raise ChangeError(f"nothing says what {name} is: give its id or ARN in ids")
        return ids[name]

    result = dict(config)
    for name, value in changes.items():
        if name in {"certificate", "minimum_tls"} or name == "tags":
            continue
        key, make = _MAKERS[name]
        result[key] = make(value, known)
    if {"certificate", "minimum_tls"} & set(changes):
        result["ViewerCertificate"] = _certificate(config, changes, known)
    return result


def _certificate(config: Mapping[str, Any], changes: Mapping[str, Any], known: Callable[[str], str]) -> dict[str, Any]:
    have = config.get("ViewerCertificate") or {}
    arn = known(changes["certificate"]) if "certificate" in changes else have.get("ACMCertificateArn", "")
    if not arn:
        return {"CloudFrontDefaultCertificate": True}
    return {
        "ACMCertificateArn": arn,
        "SSLSupportMethod": "sni-only",
        "MinimumProtocolVersion": changes.get("minimum_tls", have.get("MinimumProtocolVersion", "TLSv1.2_2021")),
    }


def _items(values: Sequence[Any]) -> dict[str, Any]:
    return {"Quantity": len(values), **({"Items": list(values)} if values else {})}


def _origin(origin: Mapping[str, Any], known: Callable[[str], str]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "Id": origin["id"],
        "DomainName": origin["domain"],
        "OriginPath": "",
        "CustomHeaders": {"Quantity": 0},
    }
    if origin.get("access_control"):
        # An access control takes the place of an identity, which must then be empty.
        result["S3OriginConfig"] = {"OriginAccessIdentity": ""}
        result["OriginAccessControlId"] = known(origin["access_control"])
    else:
        result["CustomOriginConfig"] = {
            "HTTPPort": 80,
            "HTTPSPort": 443,
            "OriginProtocolPolicy": "https-only",
            "OriginSslProtocols": _items(["TLSv1.2"]),
            "OriginReadTimeout": 30,
            "OriginKeepaliveTimeout": 5,
        }
    return result


def _behavior(behavior: Mapping[str, Any], known: Callable[[str], str]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "TargetOriginId": behavior["origin"],
        "ViewerProtocolPolicy": behavior["viewer_protocol"],
        "AllowedMethods": {**_items(behavior["methods"]), "CachedMethods": _CACHED},
        "Compress": behavior["compress"],
        "CachePolicyId": known(behavior["cache_policy"]),
    }
    if behavior.get("origin_request_policy"):
        result["OriginRequestPolicyId"] = known(behavior["origin_request_policy"])
    if behavior.get("response_headers_policy"):
        result["ResponseHeadersPolicyId"] = known(behavior["response_headers_policy"])
    if behavior.get("path"):
        result["PathPattern"] = behavior["path"]
    return result


def _error_page(code: str, page: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "ErrorCode": int(code),
        "ResponsePagePath": page["path"],
        "ResponseCode": str(page["status"]),
        "ErrorCachingMinTTL": int(page["ttl"]),
    }


_Maker = Callable[[Any, Callable[[str], str]], Any]
_MAKERS: dict[str, tuple[str, _Maker]] = {
    "enabled": ("Enabled", lambda value, known: bool(value)),
    "aliases": ("Aliases", lambda value, known: _items(value)),
    "price_class": ("PriceClass", lambda value, known: value),
    "http_version": ("HttpVersion", lambda value, known: value),
    "ipv6": ("IsIPV6Enabled", lambda value, known: bool(value)),
    "web_acl": ("WebACLId", lambda value, known: known(value)),
    "default_root_object": ("DefaultRootObject", lambda value, known: value),
    "origins": ("Origins", lambda value, known: _items([_origin(each, known) for each in value])),
    "default_behavior": ("DefaultCacheBehavior", _behavior),
    "behaviors": ("CacheBehaviors", lambda value, known: _items([_behavior(each, known) for each in value])),
    "error_pages": (
        "CustomErrorResponses",
        lambda value, known: _items([_error_page(code, page) for code, page in sorted(value.items())]),
    ),
}

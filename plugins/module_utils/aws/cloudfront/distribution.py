# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A distribution of CloudFront, in the role's words. Standard library only.

https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DistributionConfig.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.cloudfront.configuration import (
    changed_config,
    new_config,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import (
    Call,
    Found,
    Steps,
    merged,
    tag_changes,
    with_tags,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.tags import tag_list

#: What is compared of a behavior: the property, and CloudFront's key.
BEHAVIOR = {
    "origin": "TargetOriginId",
    "viewer_protocol": "ViewerProtocolPolicy",
    "compress": "Compress",
    "cache_policy": "CachePolicyId",
    "origin_request_policy": "OriginRequestPolicyId",
    "response_headers_policy": "ResponseHeadersPolicyId",
}


def project(config: Mapping[str, Any], tags: Mapping[str, str], names: Mapping[str, str]) -> dict[str, Any]:
    """Properties of a DistributionConfig and its tags.

    names: of policies, access controls, certificates and web ACLs by what CloudFront knows them by.
    """

    def name(identifier: str | None) -> str:
        return names.get(identifier or "", identifier or "")

    shown = config.get("ViewerCertificate") or {}
    return {
        "enabled": bool(config["Enabled"]),
        "aliases": sorted((config.get("Aliases") or {}).get("Items") or []),
        "price_class": config.get("PriceClass", "PriceClass_All"),
        "http_version": str(config.get("HttpVersion", "http2")).lower(),
        "ipv6": bool(config.get("IsIPV6Enabled")),
        "certificate": name(shown.get("ACMCertificateArn")),
        "minimum_tls": shown.get("MinimumProtocolVersion", "TLSv1"),
        "web_acl": name(config.get("WebACLId")),
        "default_root_object": config.get("DefaultRootObject") or "",
        "origins": sorted((_origin(each, name) for each in config["Origins"]["Items"]), key=lambda each: each["id"]),
        "default_behavior": _behavior(config["DefaultCacheBehavior"], name),
        "behaviors": [
            {"path": each["PathPattern"], **_behavior(each, name)}
            for each in (config.get("CacheBehaviors") or {}).get("Items") or []
        ],
        "error_pages": _error_pages(config),
        "tags": {key: value for key, value in tags.items() if key != "Name"},
    }


def normalize(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Lists whose order means nothing sorted; the order of behaviors decides, and stays."""
    result = dict(properties)
    if "aliases" in result:
        result["aliases"] = sorted(result["aliases"])
    if "origins" in result:
        result["origins"] = sorted(
            ({"access_control": "", **origin} for origin in result["origins"]), key=lambda each: each["id"]
        )
    for key in ("default_behavior", "behaviors"):
        if key in result:
            rows = result[key] if key == "behaviors" else [result[key]]
            sorted_rows = [{**row, "methods": sorted(row["methods"])} for row in rows]
            result[key] = sorted_rows if key == "behaviors" else sorted_rows[0]
    return result


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Steps towards the desired distribution, started and not waited for; what is not given is left alone.

    params: `name` and `ids`, what each name of a policy, access control, certificate or web ACL stands for.
    Raises ChangeError for a name that stands for nothing.
    """
    wanted = normalize(desired)
    ids = params["ids"] or {}
    if found is None:
        tags = {**wanted.get("tags", {}), "Name": params["name"]}
        request = {
            "DistributionConfig": new_config(params["name"], wanted, ids),
            "Tags": {"Items": tag_list(tags)},
        }
        return Steps([("create_distribution_with_tags", {"DistributionConfigWithTags": request})], {}, wanted)
    have = normalize(found.properties)
    changed = [name for name in sorted(wanted) if name != "tags" and wanted[name] != have[name]]
    calls: list[Call] = []
    if changed:
        config = changed_config(found.facts["config"], {name: wanted[name] for name in changed}, ids)
        calls.append(
            (
                "update_distribution",
                {"Id": found.facts["id"], "IfMatch": found.facts["etag"], "DistributionConfig": config},
            )
        )
    add, gone = tag_changes(have["tags"], wanted.get("tags"), params["purge_tags"])
    if add:
        calls.append(("tag_resource", {"Resource": found.facts["arn"], "Tags": {"Items": tag_list(add)}}))
    if gone:
        calls.append(("untag_resource", {"Resource": found.facts["arn"], "TagKeys": {"Items": gone}}))
    after = merged(have, wanted, changed)
    after["tags"] = with_tags(have["tags"], wanted.get("tags"), params["purge_tags"])
    return Steps(calls, have, after)


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """The next step of the removal: first it is disabled; when that is deployed, it is deleted.

    While it is being deployed there is nothing to do, and `pending` says so: call again.
    """
    del params
    where = {"Id": found.facts["id"], "IfMatch": found.facts["etag"]}
    if found.properties["enabled"]:
        config = {**found.facts["config"], "Enabled": False}
        after = {**found.properties, "enabled": False}
        return Steps(
            [("update_distribution", {**where, "DistributionConfig": config})], found.properties, after, ["state"]
        )
    if found.facts["status"] != "Deployed":
        return Steps([], found.properties, found.properties, ["state"])
    return Steps([("delete_distribution", where)], found.properties, {})


def _origin(origin: Mapping[str, Any], name: Any) -> dict[str, Any]:
    result = {
        "id": origin["Id"],
        "domain": origin["DomainName"],
        "access_control": name(origin.get("OriginAccessControlId")),
    }
    custom = origin.get("CustomOriginConfig") or {}
    if custom and custom.get("OriginProtocolPolicy") != "https-only":
        result["protocol"] = custom.get("OriginProtocolPolicy")
    if (origin.get("CustomHeaders") or {}).get("Items"):
        result["headers"] = sorted(row["HeaderName"] for row in origin["CustomHeaders"]["Items"])
    return result


def _behavior(behavior: Mapping[str, Any], name: Any) -> dict[str, Any]:
    found = {key: behavior.get(theirs) for key, theirs in BEHAVIOR.items()}
    for key in ("cache_policy", "origin_request_policy", "response_headers_policy"):
        found[key] = name(found[key])
    methods = (behavior.get("AllowedMethods") or {}).get("Items") or []
    return {**found, "compress": bool(found["compress"]), "methods": sorted(methods)}


def _error_pages(config: Mapping[str, Any]) -> dict[str, Any]:
    rows = (config.get("CustomErrorResponses") or {}).get("Items") or []
    return {
        str(row["ErrorCode"]): {
            "path": row.get("ResponsePagePath") or "",
            "status": str(row.get("ResponseCode") or ""),
            "ttl": int(row.get("ErrorCachingMinTTL") or 0),
        }
        for row in rows
    }

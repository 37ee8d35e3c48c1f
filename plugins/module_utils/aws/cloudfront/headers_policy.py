# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A response headers policy: what CloudFront adds to answers, and takes out of them. Standard library only.

https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ResponseHeadersPolicyConfig.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found, Steps

DEFAULTS: dict[str, Any] = {
    "strict_transport_security": {},
    "content_type_options": False,
    "frame_options": "",
    "referrer_policy": "",
    "content_security_policy": "",
    "removed_headers": [],
}


def project(config: Mapping[str, Any]) -> dict[str, Any]:
    """Properties of a ResponseHeadersPolicyConfig. What it has besides, such as CORS, is named under `other`."""
    security = config.get("SecurityHeadersConfig") or {}
    transport = security.get("StrictTransportSecurity") or {}
    removed = (config.get("RemoveHeadersConfig") or {}).get("Items") or []
    result = {
        "strict_transport_security": {
            "max_age": int(transport["AccessControlMaxAgeSec"]),
            "subdomains": bool(transport.get("IncludeSubdomains")),
            "preload": bool(transport.get("Preload")),
        }
        if transport
        else {},
        "content_type_options": "ContentTypeOptions" in security,
        "frame_options": (security.get("FrameOptions") or {}).get("FrameOption", ""),
        "referrer_policy": (security.get("ReferrerPolicy") or {}).get("ReferrerPolicy", ""),
        "content_security_policy": (security.get("ContentSecurityPolicy") or {}).get("ContentSecurityPolicy", ""),
        "removed_headers": sorted(row["Header"].lower() for row in removed),
    }
    other = [
        name
        for name, key in (("cors", "CorsConfig"), ("server_timing", "ServerTimingHeadersConfig"))
        if config.get(key)
    ]
    other += ["custom"] if (config.get("CustomHeadersConfig") or {}).get("Items") else []
    return {**result, **({"other": other} if other else {})}


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """The step towards the desired policy; what is not given is left alone."""
    have = dict(found.properties) if found else {}
    wanted = {**DEFAULTS, **have, **desired}
    wanted["removed_headers"] = sorted(name.lower() for name in wanted["removed_headers"])
    if found and wanted == have:
        return Steps([], have, have)
    wanted.pop("other", None)
    request: dict[str, Any] = {"ResponseHeadersPolicyConfig": _config(params["name"], wanted)}
    if not found:
        return Steps([("create_response_headers_policy", request)], {}, wanted)
    request.update({"Id": found.facts["id"], "IfMatch": found.facts["etag"]})
    return Steps([("update_response_headers_policy", request)], have, wanted)


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """The step that removes it; CloudFront refuses while a distribution names it."""
    del params
    request = {"Id": found.facts["id"], "IfMatch": found.facts["etag"]}
    return Steps([("delete_response_headers_policy", request)], found.properties, {})


def _config(name: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Each header takes the place of the origin's."""
    security: dict[str, Any] = {}
    if wanted["strict_transport_security"]:
        transport = wanted["strict_transport_security"]
        security["StrictTransportSecurity"] = {
            "Override": True,
            "AccessControlMaxAgeSec": int(transport["max_age"]),
            "IncludeSubdomains": bool(transport.get("subdomains")),
            "Preload": bool(transport.get("preload")),
        }
    if wanted["content_type_options"]:
        security["ContentTypeOptions"] = {"Override": True}
    if wanted["frame_options"]:
        security["FrameOptions"] = {"Override": True, "FrameOption": wanted["frame_options"]}
    if wanted["referrer_policy"]:
        security["ReferrerPolicy"] = {"Override": True, "ReferrerPolicy": wanted["referrer_policy"]}
    if wanted["content_security_policy"]:
        text = wanted["content_security_policy"]
        security["ContentSecurityPolicy"] = {"Override": True, "ContentSecurityPolicy": text}
    config: dict[str, Any] = {"Name": name, "SecurityHeadersConfig": security}
    removed = [{"Header": header} for header in wanted["removed_headers"]]
    if removed:
        config["RemoveHeadersConfig"] = {"Quantity": len(removed), "Items": removed}
    return config

# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An origin access control: how CloudFront signs its requests to a bucket. Standard library only.

https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_OriginAccessControlConfig.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found, Steps

DEFAULTS = {"description": "", "origin_type": "s3", "signing": "always"}


def project(control: Mapping[str, Any]) -> dict[str, Any]:
    """Properties of an OriginAccessControlConfig or of a summary."""
    return {
        "description": control.get("Description") or "",
        "origin_type": control["OriginAccessControlOriginType"],
        "signing": control["SigningBehavior"],
    }


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """The step towards the desired access control; what is not given is left alone."""
    have = dict(found.properties) if found else {}
    wanted = {**DEFAULTS, **have, **desired}
    if found and wanted == have:
        return Steps([], have, have)
    request: dict[str, Any] = {
        "OriginAccessControlConfig": {
            "Name": params["name"],
            "Description": wanted["description"],
            "SigningProtocol": "sigv4",
            "SigningBehavior": wanted["signing"],
            "OriginAccessControlOriginType": wanted["origin_type"],
        }
    }
    if not found:
        return Steps([("create_origin_access_control", request)], {}, wanted)
    request.update({"Id": found.facts["id"], "IfMatch": found.facts["etag"]})
    return Steps([("update_origin_access_control", request)], have, wanted)


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """The step that removes it; CloudFront refuses while a distribution names it."""
    del params
    request = {"Id": found.facts["id"], "IfMatch": found.facts["etag"]}
    return Steps([("delete_origin_access_control", request)], found.properties, {})

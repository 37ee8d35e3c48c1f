# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An OpenID Connect provider of IAM, by the host and path of its URL. Standard library only.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html
https://docs.github.com/en/actions/security-for-github-actions/security-hardening-your-deployments/configuring-openid-connect-in-amazon-web-services
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.steps import (
    Call,
    Found,
    Steps,
    tag_changes,
    with_tags,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.tags import tag_list, tag_mapping


def name_of(arn: str) -> str:
    """Host and path of the issuer, from arn:aws:iam::<account>:oidc-provider/<host and path>."""
    return arn.split(":oidc-provider/", 1)[-1]


def project(provider: Mapping[str, Any]) -> dict[str, Any]:
    """Properties of GetOpenIDConnectProvider's answer."""
    return {
        "client_ids": sorted(provider.get("ClientIDList") or []),
        "thumbprints": sorted(provider.get("ThumbprintList") or []),
        "tags": tag_mapping(provider.get("Tags")),
    }


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Steps towards the described provider; what is not given is left alone."""
    if found is None:
        request: dict[str, Any] = {"Url": f"https://{params['name']}", "ClientIDList": list(desired["client_ids"])}
        request |= {"ThumbprintList": list(desired["thumbprints"])} if desired.get("thumbprints") else {}
        request |= {"Tags": tag_list(desired["tags"])} if desired.get("tags") else {}
        return Steps([("create_open_id_connect_provider", request)], {}, dict(desired))
    have, arn = found.properties, {"OpenIDConnectProviderArn": found.facts["arn"]}
    wanted = set(desired.get("client_ids", have["client_ids"]))
    calls: list[Call] = []
    for client in sorted(wanted - set(have["client_ids"])):
        calls.append(("add_client_id_to_open_id_connect_provider", {**arn, "ClientID": client}))
    for client in sorted(set(have["client_ids"]) - wanted):
        calls.append(("remove_client_id_from_open_id_connect_provider", {**arn, "ClientID": client}))
    thumbprints = sorted(desired.get("thumbprints", have["thumbprints"]))
    if thumbprints != have["thumbprints"]:
        calls.append(("update_open_id_connect_provider_thumbprint", {**arn, "ThumbprintList": thumbprints}))
    add, gone = tag_changes(have["tags"], desired.get("tags"), params["purge_tags"])
    if add:
        calls.append(("tag_open_id_connect_provider", {**arn, "Tags": tag_list(add)}))
    if gone:
        calls.append(("untag_open_id_connect_provider", {**arn, "TagKeys": gone}))
    tags = with_tags(have["tags"], desired.get("tags"), params["purge_tags"])
    return Steps(calls, have, {"client_ids": sorted(wanted), "thumbprints": thumbprints, "tags": tags})


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """Remove the provider: nobody it vouches for gets in any more."""
    del params
    request = {"OpenIDConnectProviderArn": found.facts["arn"]}
    return Steps([("delete_open_id_connect_provider", request)], found.properties, {})

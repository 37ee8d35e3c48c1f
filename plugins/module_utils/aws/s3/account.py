# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The public access block of an account, which stands above those of its buckets. Standard library only.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from ansible_collections.creator.platform.plugins.module_utils.aws.s3.bucket import BLOCKS
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found, Steps

#: What S3 says where an account has none.
ABSENT = ("NoSuchPublicAccessBlockConfiguration",)


def project(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """Properties of a PublicAccessBlockConfiguration."""
    return {name: bool(configuration.get(field, False)) for name, field in BLOCKS.items()}


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Steps towards the desired block; what is not given is left alone."""
    before = dict(found.properties) if found else {}
    after = {**dict.fromkeys(BLOCKS, False), **before, **desired}
    if before == after:
        return Steps([], before, after)
    configuration = {field: after[name] for name, field in BLOCKS.items()}
    request = {"AccountId": params["account_id"], "PublicAccessBlockConfiguration": configuration}
    return Steps([("put_public_access_block", request)], before, after)


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """Steps that take the block away."""
    return Steps([("delete_public_access_block", {"AccountId": params["account_id"]})], found.properties, {})


def reachable(client: Any) -> Any:
    """The client, one for an endpoint that is an IP address sends to that address.

    S3 Control's endpoint rules put the account's id before the endpoint's host name. Nothing stands below an address, so
    the local cloud could not be reached: there the account is told by the header alone.
    """
    client.meta.events.register_first("request-created.s3-control", _to_address)
    return client


def _to_address(request: Any, **_: Any) -> None:
    parts = urlsplit(request.url)
    account, dot, host = parts.netloc.partition(".")
    try:
        ipaddress.ip_address(host.rpartition(":")[0] or host)
    except ValueError:
        return
    if dot and len(account) == 12:
        request.url = urlunsplit(parts._replace(netloc=host))

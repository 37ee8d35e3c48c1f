# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""OpenID Connect providers, by host and path of their issuer.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetOpenIDConnectProvider.html
"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.iam.oidc_provider import name_of, project
from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, listing
from ansible_collections.creator.platform.plugins.module_utils.provision.model import (
    PRIMARY,
    Kind,
    Resource,
    Rules,
    Scope,
)


def read(client: Any, scope: Scope) -> list[Resource]:
    """Providers that are desired or tagged as the component's; one read each, as the listing has only ARNs."""

    def one(arn: str) -> Resource | None:
        properties = project(client.get_open_id_connect_provider(OpenIDConnectProviderArn=arn))
        name = name_of(arn)
        if name not in scope.names and not is_ours(properties["tags"], scope):
            return None
        return Resource("iam_oidc_provider", name, properties, scope.region, {"id": arn, "arn": arn})

    rows = listing(client, "list_open_id_connect_providers", "OpenIDConnectProviderList")
    return [resource for resource in at_once(one, [row["Arn"] for row in rows]) if resource is not None]


KIND = Kind(
    "iam_oidc_provider",
    "iam",
    read,
    Rules(
        unordered=frozenset({"client_ids"}),
        ignored={"thumbprints": "AWS trusts GitHub's certificates by their authority and finds the sums itself"},
    ),
    home=PRIMARY,
)

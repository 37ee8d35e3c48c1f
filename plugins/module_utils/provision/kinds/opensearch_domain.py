# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""OpenSearch domains. https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_DomainStatus.html"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.opensearch.domain import (
    FIXED,
    UNTOLD,
    facts,
    normalize,
    project,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, pages, tags_of
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope

#: https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_DescribeDomains.html: "up to five"
AT_A_TIME = 5


def read(client: Any, scope: Scope) -> list[Resource]:
    """Domains that are named or tagged as the component's; one that is being removed is no more."""
    prefix = f"{scope.platform}-{scope.environment}"
    listed = [row["DomainName"] for row in pages(client, "list_domain_names", "DomainNames")]
    names = [name for name in listed if name in scope.names or name.startswith(prefix)]
    parts = [names[start : start + AT_A_TIME] for start in range(0, len(names), AT_A_TIME)]
    found = [row for part in parts for row in client.describe_domains(DomainNames=part)["DomainStatusList"]]

    def one(domain: Mapping[str, Any]) -> Resource | None:
        name = domain["DomainName"]
        tags = tags_of(client.list_tags(ARN=domain["ARN"]), "TagList")
        if domain.get("Deleted") or (name not in scope.names and not is_ours(tags, scope)):
            return None
        return Resource("opensearch_domain", name, project(domain, tags), scope.region, facts(domain))

    return [resource for resource in at_once(one, found) if resource is not None]


KIND = Kind(
    "opensearch_domain",
    "opensearch",
    read,
    Rules(
        unordered=frozenset({"subnets", "security_groups"}),
        immutable=frozenset(FIXED),
        ignored=dict(UNTOLD),
        protected=True,
        normalize=normalize,
    ),
)

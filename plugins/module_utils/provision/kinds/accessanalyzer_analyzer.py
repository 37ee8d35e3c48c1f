# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Analyzers of IAM Access Analyzer, by name.

https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ListAnalyzers.html
"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.accessanalyzer.analyzer import project
from ansible_collections.creator.platform.plugins.module_utils.aws.errors import AwsError
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, listing
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Analyzers that are desired or tagged as the component's.

    Raises AwsError when one is desired that cannot be made, because somebody else's takes its place.
    """
    resources, strangers = [], []
    for analyzer in listing(client, "list_analyzers", "analyzers"):
        properties, name = project(analyzer), analyzer["name"]
        if name in scope.names or is_ours(properties["tags"], scope):
            facts = {"id": name, "arn": analyzer["arn"], "status": properties["status"]}
            resources.append(Resource("accessanalyzer_analyzer", name, properties, scope.region, facts))
        elif properties["type"] == "ACCOUNT":
            strangers.append(name)
    missing = sorted(set(scope.names) - {resource.name for resource in resources})
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-quotas.html
    if missing and strangers:
        raise AwsError(
            f"{scope.region} has the analyzer {', '.join(strangers)}, and an account can have one in a region, so {missing[0]} "
            "cannot be made: where environments share an account, set platform_owns_account in one of them only",
            "ServiceQuotaExceededException",
        )
    return resources


KIND = Kind(
    "accessanalyzer_analyzer",
    "accessanalyzer",
    read,
    Rules(immutable=frozenset({"type"}), defaults={"type": "ACCOUNT", "status": "ACTIVE"}),
)

# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EventBridge rules of the default bus: pattern or schedule, targets with their dead letters and retries, tags.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListRules.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.events.rule import DEFAULTS, normalize, project
from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, listing, pages, tags_of
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Rules under the environment's prefix that are named or tagged as the component's; 2 reads a rule."""
    prefix = f"{scope.platform}-{scope.environment}-"

    def one(rule: Mapping[str, Any]) -> Resource | None:
        name, arn = rule["Name"], rule["Arn"]
        tags = tags_of(client.list_tags_for_resource(ResourceARN=arn))
        if name not in scope.names and not is_ours(tags, scope):
            return None
        targets = pages(client, "list_targets_by_rule", "Targets", Rule=name)
        return Resource("events_rule", name, project(rule, targets, tags), scope.region, {"arn": arn})

    found = listing(client, "list_rules", "Rules", NamePrefix=prefix)
    return [resource for resource in at_once(one, found) if resource is not None]


KIND = Kind(
    "events_rule",
    "events",
    read,
    Rules(immutable=frozenset({"bus"}), defaults=DEFAULTS, normalize=normalize),
)

# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of Systems Manager, by name. Values of secure ones are never read.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Parameter.html
"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.provision.listing import tags_of
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope

BATCH = 10  # the most that GetParameters takes


def read(client: Any, scope: Scope) -> list[Resource]:
    """The named parameters. Outputs of components are parameters too, and are no resources of a plan: they follow from it."""
    resources = []
    for start in range(0, len(scope.names), BATCH):
        names = list(scope.names[start : start + BATCH])
        for row in client.get_parameters(Names=names, WithDecryption=False)["Parameters"]:
            listed = client.list_tags_for_resource(ResourceType="Parameter", ResourceId=row["Name"])
            properties = {"type": row["Type"], "value": row["Value"], "tags": tags_of(listed, "TagList")}
            if row["Type"] == "SecureString":
                del properties["value"]
            resources.append(Resource("ssm_parameter", row["Name"], properties, scope.region, {"arn": row["ARN"]}))
    return resources


KIND = Kind("ssm_parameter", "ssm", read, Rules(immutable=frozenset({"type"}), defaults={"type": "String"}))

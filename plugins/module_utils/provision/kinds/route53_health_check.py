# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Health checks of Route 53; named by the tag Name.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html
"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, listing
from ansible_collections.creator.platform.plugins.module_utils.provision.model import (
    PRIMARY,
    Kind,
    Resource,
    Rules,
    Scope,
)
from ansible_collections.creator.platform.plugins.module_utils.provision.zones import tags_by_id


def read(client: Any, scope: Scope) -> list[Resource]:
    """Health checks that are named or tagged as the component's."""
    checks = listing(client, "list_health_checks", "HealthChecks")
    tags = tags_by_id(client, "healthcheck", [check["Id"] for check in checks])
    found = []
    for check in checks:
        own = dict(tags[check["Id"]])
        name = own.pop("Name", "")
        if name not in scope.names and not is_ours(own, scope):
            continue
        config = check["HealthCheckConfig"]
        properties = {
            "type": config["Type"],
            "fqdn": config.get("FullyQualifiedDomainName") or "",
            "port": int(config.get("Port") or 0),
            "path": config.get("ResourcePath") or "",
            "interval": int(config.get("RequestInterval") or 0),
            "threshold": int(config.get("FailureThreshold") or 0),
            "search_string": config.get("SearchString") or "",
            "inverted": bool(config.get("Inverted")),
            "disabled": bool(config.get("Disabled")),
            "tags": own,
        }
        found.append(
            Resource("route53_health_check", name or check["Id"], properties, scope.region, {"id": check["Id"]})
        )
    return found


KIND = Kind(
    "route53_health_check",
    "route53",
    read,
    Rules(
        immutable=frozenset({"type", "interval"}),
        defaults={"search_string": "", "inverted": False, "disabled": False},
        tagged_later="a health check is made without tags, and tagged by a second call",
    ),
    home=PRIMARY,
)

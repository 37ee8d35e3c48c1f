# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudWatch dashboards, by name.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetDashboard.html
"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.cloudwatch.dashboard import project
from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import listing
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Dashboards that are desired, and the one called as the environment: what is called that and more may be a sandbox's."""
    environment = f"{scope.platform}-{scope.environment}"

    def one(name: str) -> Resource:
        answer = client.get_dashboard(DashboardName=name)
        facts = {"arn": answer["DashboardArn"]}
        return Resource("cloudwatch_dashboard", name, project(answer["DashboardBody"]), scope.region, facts)

    rows = listing(client, "list_dashboards", "DashboardEntries", DashboardNamePrefix=environment)
    names = [row["DashboardName"] for row in rows]
    return at_once(one, [name for name in names if name == environment or name in scope.names])


KIND = Kind("cloudwatch_dashboard", "cloudwatch", read, Rules())

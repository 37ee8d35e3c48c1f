# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Launch templates, as their latest version is.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplateVersions.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.ec2.launch_template import DEFAULTS, project_data
from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, listing, tags_of
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Launch templates that are named or tagged as the component's."""

    def one(template: Mapping[str, Any]) -> Resource:
        name, identity = template["LaunchTemplateName"], template["LaunchTemplateId"]
        latest = client.describe_launch_template_versions(LaunchTemplateId=identity, Versions=["$Latest"])
        data = latest["LaunchTemplateVersions"][0]["LaunchTemplateData"]
        properties = {**project_data(data), "tags": tags_of(template)}
        facts = {"id": identity, "latest_version": int(template["LatestVersionNumber"])}
        return Resource("ec2_launch_template", name, properties, scope.region, facts)

    found = listing(client, "describe_launch_templates", "LaunchTemplates")
    ours = [each for each in found if each["LaunchTemplateName"] in scope.names or is_ours(tags_of(each), scope)]
    return at_once(one, ours)


KIND = Kind("ec2_launch_template", "ec2", read, Rules(defaults=DEFAULTS))

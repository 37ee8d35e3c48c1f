# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The origin access control of the environment, which bears its name and no tags.

https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_OriginAccessControlConfig.html
"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.cloudfront.access_control import project
from ansible_collections.creator.platform.plugins.module_utils.aws.cloudfront.distributions import (
    origin_access_controls,
)
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import once
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Those that are named, and the one of the environment."""
    ours = {f"{scope.platform}-{scope.environment}-buckets", *scope.names}
    return [
        Resource("cloudfront_origin_access_control", each["Name"], project(each), scope.region, {"id": each["Id"]})
        for each in once(client, origin_access_controls)
        if each["Name"] in ours
    ]


KIND = Kind("cloudfront_origin_access_control", "cloudfront", read, Rules(), home="us-east-1")

# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An elastic IP address by its tag Name. Standard library only.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Address.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.ec2.tagging import specification, split, tag_calls
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found, Steps, with_tags

RESOURCE = "elastic-ip"


def project(address: Mapping[str, Any]) -> dict[str, Any]:
    """Properties of an Address."""
    return {"tags": split(address)[1]}


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Allocate the address, or set its tags: nothing else of it can change."""
    if found is None:
        tags = specification(RESOURCE, params["name"], desired.get("tags"))
        return Steps([("allocate_address", {"Domain": "vpc", "TagSpecifications": tags})], {}, dict(desired))
    have, purge = found.properties["tags"], params["purge_tags"]
    after = {"tags": with_tags(have, desired.get("tags"), purge)}
    return Steps(tag_calls(found.facts["id"], have, desired.get("tags"), purge), found.properties, after)


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """Release the address; EC2 refuses it while something uses it."""
    del params
    return Steps([("release_address", {"AllocationId": found.facts["id"]})], found.properties, {})

# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""GuardDuty's detector: a region has one, without a name of its own, so it is called `detector`.

https://docs.aws.amazon.com/guardduty/latest/APIReference/API_GetDetector.html
"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.guardduty.detector import (
    DEFAULTS,
    arn_of,
    normalize,
    project,
)
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, pages
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope

NAME = "detector"


def read(client: Any, scope: Scope) -> list[Resource]:
    """The region's detector when it is desired or tagged as the component's; 2 reads."""
    found = []
    for identifier in pages(client, "list_detectors", "DetectorIds"):
        detector = client.get_detector(DetectorId=identifier)
        properties = project(detector)
        if NAME in scope.names or is_ours(properties["tags"], scope):
            facts = {"id": identifier, "arn": arn_of(detector, scope.region, identifier)}
            found.append(Resource("guardduty_detector", NAME, properties, scope.region, facts))
    return found


KIND = Kind("guardduty_detector", "guardduty", read, Rules(defaults=DEFAULTS, normalize=normalize))

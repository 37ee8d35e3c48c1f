# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudWatch alarms that combine others.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_CompositeAlarm.html
"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.cloudwatch.alarm import (
    COMPOSITE_DEFAULTS,
    normalize,
    project_composite,
)
from ansible_collections.creator.platform.plugins.module_utils.provision.kinds.cloudwatch_alarm import TAGGING, alarms
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope

NAME = "cloudwatch_composite_alarm"


def read(client: Any, scope: Scope) -> list[Resource]:
    """Composite alarms that are named or tagged as the component's: one listing of them, one of their tags."""
    return [
        Resource(NAME, alarm["AlarmName"], project_composite(alarm, tags), scope.region, {"arn": alarm["AlarmArn"]})
        for alarm, tags in alarms(client, scope, "CompositeAlarm")
    ]


KIND = Kind(NAME, "cloudwatch", read, Rules(defaults=COMPOSITE_DEFAULTS, normalize=normalize), also=(TAGGING,))

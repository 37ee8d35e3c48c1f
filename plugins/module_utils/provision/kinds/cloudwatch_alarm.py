# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudWatch alarms on one metric.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricAlarm.html
"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.cloudwatch.alarm import DEFAULTS, normalize, project
from ansible_collections.creator.platform.plugins.module_utils.aws.cloudwatch.reading import TAGGING, alarms
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Alarms that are named or tagged as the component's: one listing of them, one of their tags."""
    return [
        Resource("cloudwatch_alarm", alarm["AlarmName"], project(alarm, tags), scope.region, {"arn": alarm["AlarmArn"]})
        for alarm, tags in alarms(client, scope, "MetricAlarm")
    ]


KIND = Kind("cloudwatch_alarm", "cloudwatch", read, Rules(defaults=DEFAULTS, normalize=normalize), also=(TAGGING,))

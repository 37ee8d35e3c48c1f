# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of CloudWatch for the modules: the answer, or None when there is no such thing. Errors are AnsibleAWSError."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.handling import error_handler
from ansible_collections.creator.platform.plugins.module_utils.aws.tags import tag_mapping

CloudwatchErrors = error_handler(["ResourceNotFound", "ResourceNotFoundException"])


@CloudwatchErrors.common_error_handler("describe the alarm")
@AWSRetry.jittered_backoff()
def find_alarm(client: Any, name: str, *, composite: bool) -> Any:
    """The MetricAlarm or CompositeAlarm of that name, or None."""
    kind = "CompositeAlarm" if composite else "MetricAlarm"
    found = client.describe_alarms(AlarmNames=[name], AlarmTypes=[kind]).get(f"{kind}s", [])
    return found[0] if found else None


@CloudwatchErrors.list_error_handler("list the alarm's tags", default_value={})
@AWSRetry.jittered_backoff()
def tags_of(client: Any, arn: str) -> Any:
    """Tags as a dictionary, without AWS's own."""
    tags = client.list_tags_for_resource(ResourceARN=arn)["Tags"]
    return tag_mapping(tags)


@CloudwatchErrors.list_error_handler("read the dashboard")
@AWSRetry.jittered_backoff()
def find_dashboard(client: Any, name: str) -> Any:
    """The dashboard with its body, or None."""
    return client.get_dashboard(DashboardName=name)

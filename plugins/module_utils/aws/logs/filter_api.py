# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of metric filters for the module. Errors are AnsibleAWSError."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.handling import error_handler

LogsFilterErrors = error_handler(["ResourceNotFoundException"])


@LogsFilterErrors.list_error_handler("read the metric filters", default_value=[])
@AWSRetry.jittered_backoff()
def filters_of(client: Any, log_group: str, name: str) -> Any:
    """The metric filters of a group whose names begin so; none when there is no group."""
    pages = client.get_paginator("describe_metric_filters").paginate(logGroupName=log_group, filterNamePrefix=name)
    return [metric_filter for page in pages for metric_filter in page["metricFilters"]]

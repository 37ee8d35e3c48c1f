# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of metric filters for the module. Errors are LogsFilterError."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry


class LogsFilterError(AnsibleAWSError):
    """CloudWatch Logs refused to read metric filters or did not answer."""


class LogsFilterErrorHandler(AWSErrorHandler):
    """Turns botocore's exceptions into LogsFilterError and absence into None."""

    _CUSTOM_EXCEPTION = LogsFilterError

    @classmethod
    def _is_missing(cls) -> Any:
        return is_boto3_error_code(["ResourceNotFoundException"])


@LogsFilterErrorHandler.list_error_handler("read the metric filters", default_value=[])
@AWSRetry.jittered_backoff()
def filters_of(client: Any, log_group: str, name: str) -> Any:
    """The metric filters of a group whose names begin so; none when there is no group."""
    pages = client.get_paginator("describe_metric_filters").paginate(logGroupName=log_group, filterNamePrefix=name)
    return [metric_filter for page in pages for metric_filter in page["metricFilters"]]

# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of deliveries for the module that logs distributions. Errors are AnsibleAWSError."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.cloudfront.api import CloudFrontErrors

LISTS = (
    ("describe_delivery_sources", "deliverySources"),
    ("describe_delivery_destinations", "deliveryDestinations"),
    ("describe_deliveries", "deliveries"),
)


@CloudFrontErrors.common_error_handler("list deliveries of logs")
@AWSRetry.jittered_backoff()
def deliveries(client: Any) -> Any:
    """All sources, destinations and deliveries of the region."""
    return [
        [each for page in client.get_paginator(operation).paginate() for each in page.get(key, [])]
        for operation, key in LISTS
    ]

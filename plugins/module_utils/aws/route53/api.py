# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of Route 53 for the modules. Errors are Route53Error."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry


class Route53Error(AnsibleAWSError):
    """Route 53 refused a read or did not answer."""


class Route53ErrorHandler(AWSErrorHandler):
    """Turns botocore's exceptions into Route53Error and absence into None."""

    _CUSTOM_EXCEPTION = Route53Error

    @classmethod
    def _is_missing(cls) -> Any:
        return is_boto3_error_code("NoSuchHostedZone")


@Route53ErrorHandler.list_error_handler("list the hosted zones")
@AWSRetry.jittered_backoff()
def public_zones(client: Any, name: str) -> Any:
    """Ids of the public zones of that name."""
    pages = client.get_paginator("list_hosted_zones").paginate()
    return [
        zone["Id"].removeprefix("/hostedzone/")
        for page in pages
        for zone in page["HostedZones"]
        if zone["Name"].rstrip(".") == name.rstrip(".") and not zone.get("Config", {}).get("PrivateZone")
    ]


@Route53ErrorHandler.list_error_handler("list the records of the zone")
@AWSRetry.jittered_backoff()
def records_of(client: Any, zone_id: str) -> Any:
    """All record sets of a zone."""
    pages = client.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone_id)
    return [record for page in pages for record in page["ResourceRecordSets"]]

# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of Route 53 for the modules. Errors are AnsibleAWSError."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.handling import error_handler

Route53Errors = error_handler(["NoSuchHostedZone"])


@Route53Errors.list_error_handler("list the hosted zones")
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


@Route53Errors.list_error_handler("list the records of the zone")
@AWSRetry.jittered_backoff()
def records_of(client: Any, zone_id: str) -> Any:
    """All record sets of a zone."""
    pages = client.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone_id)
    return [record for page in pages for record in page["ResourceRecordSets"]]

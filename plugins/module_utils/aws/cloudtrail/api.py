# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of CloudTrail for the modules: the answer, or None when there is no such thing. Errors are AnsibleAWSError."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.handling import error_handler

CloudtrailErrors = error_handler(["TrailNotFoundException"])


@CloudtrailErrors.common_error_handler("describe trails")
@AWSRetry.jittered_backoff()
def find_trail(client: Any, name: str) -> Any:
    """The trail of that name whose home is the client's region, or None."""
    trails = client.describe_trails(trailNameList=[], includeShadowTrails=False)["trailList"]
    return next((trail for trail in trails if trail["Name"] == name), None)


@CloudtrailErrors.list_error_handler("read the trail")
@AWSRetry.jittered_backoff()
def details_of(client: Any, arn: str) -> Any:
    """Event selectors, whether it is logging, and tags: {"selectors": {…}, "logging": bool, "tags": {…}}."""
    rows = client.list_tags(ResourceIdList=[arn])["ResourceTagList"]
    tags = {tag["Key"]: tag.get("Value", "") for row in rows for tag in row.get("TagsList", [])}
    return {
        "selectors": client.get_event_selectors(TrailName=arn),
        "logging": bool(client.get_trail_status(Name=arn)["IsLogging"]),
        "tags": {name: value for name, value in tags.items() if not name.startswith("aws:")},
    }

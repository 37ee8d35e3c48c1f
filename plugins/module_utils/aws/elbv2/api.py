# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of load balancers for the modules: what there is, or None. Errors are AnsibleAWSError."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.elbv2.tagging import tags_by_arn
from ansible_collections.creator.platform.plugins.module_utils.aws.handling import error_handler

ElbErrors = error_handler(["LoadBalancerNotFound", "TargetGroupNotFound", "ListenerNotFound"])


@ElbErrors.list_error_handler("describe the load balancer")
@AWSRetry.jittered_backoff()
def find_load_balancer(client: Any, name: str) -> Any:
    """The load balancer, or None."""
    return client.describe_load_balancers(Names=[name])["LoadBalancers"][0]


@ElbErrors.common_error_handler("describe the load balancer's attributes")
@AWSRetry.jittered_backoff()
def load_balancer_attributes(client: Any, arn: str) -> Any:
    """Its attributes by key."""
    rows = client.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
    return {row["Key"]: row["Value"] for row in rows}


@ElbErrors.list_error_handler("describe the target group")
@AWSRetry.jittered_backoff()
def find_target_group(client: Any, name: str) -> Any:
    """The target group, or None."""
    return client.describe_target_groups(Names=[name])["TargetGroups"][0]


@ElbErrors.common_error_handler("describe the target group's attributes")
@AWSRetry.jittered_backoff()
def target_group_attributes(client: Any, arn: str) -> Any:
    """Its attributes by key."""
    rows = client.describe_target_group_attributes(TargetGroupArn=arn)["Attributes"]
    return {row["Key"]: row["Value"] for row in rows}


@ElbErrors.list_error_handler("describe the load balancer's listeners")
@AWSRetry.jittered_backoff()
def find_listener(client: Any, load_balancer: str, port: int) -> Any:
    """The listener on a port of the load balancer with that ARN, or None."""
    pages = client.get_paginator("describe_listeners").paginate(LoadBalancerArn=load_balancer)
    return next((each for page in pages for each in page["Listeners"] if int(each["Port"]) == port), None)


@ElbErrors.common_error_handler("describe the listener's rules")
@AWSRetry.jittered_backoff()
def rules_of(client: Any, listener: str) -> Any:
    """All its rules, the default one too."""
    pages = client.get_paginator("describe_rules").paginate(ListenerArn=listener)
    return [rule for page in pages for rule in page["Rules"]]


@ElbErrors.common_error_handler("list tags")
@AWSRetry.jittered_backoff()
def tags_of(client: Any, arn: str) -> Any:
    """Tags as a dictionary, without AWS's own."""
    return tags_by_arn(client, [arn])[arn]

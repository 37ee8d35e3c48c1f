# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which load balancers are the component's: for the readers of load balancers, listeners and firewalls."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, listing, once
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Scope


def our_load_balancers(
    client: Any, scope: Scope, tags_by_arn: Callable[[Any, Sequence[str]], dict[str, dict[str, str]]]
) -> list[tuple[Mapping[str, Any], dict[str, str]]]:
    """(load balancer, tags) of those named by the scope or tagged as its component's. Raises what boto3 raises.

    Only those under the environment's prefix are asked for their tags: a name of AWS has at most 32 characters, so all of
    ours begin with it.
    """
    prefix = f"{scope.platform}-{scope.environment}"
    found = [
        each
        for each in listing(client, "describe_load_balancers", "LoadBalancers")
        if each["Type"] == "application"
        and (each["LoadBalancerName"].startswith(prefix) or each["LoadBalancerName"] in scope.names)
    ]
    tags = once(client, tags_by_arn, [each["LoadBalancerArn"] for each in found])
    return [
        (each, tags[each["LoadBalancerArn"]])
        for each in found
        if each["LoadBalancerName"] in scope.names or is_ours(tags[each["LoadBalancerArn"]], scope)
    ]

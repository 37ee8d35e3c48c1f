# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listeners of our load balancers with their rules; named `<load balancer>:<port>`.

A listener is its load balancer's, whatever its own tags say.
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Listener.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.elbv2.listener import normalize, project
from ansible_collections.creator.platform.plugins.module_utils.aws.elbv2.tagging import tags_by_arn
from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once
from ansible_collections.creator.platform.plugins.module_utils.provision.elb import our_load_balancers
from ansible_collections.creator.platform.plugins.module_utils.provision.kinds.acm_certificate import certificate_names
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import listing, pages
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Listeners of the load balancers that are named in the scope's names or tagged as the component's."""
    owners = replace(scope, names=tuple(name.rsplit(":", 1)[0] for name in scope.names))
    found = [
        (str(balancer["LoadBalancerName"]), listener)
        for balancer, _tags in our_load_balancers(client, owners, tags_by_arn)
        for listener in pages(client, "describe_listeners", "Listeners", LoadBalancerArn=balancer["LoadBalancerArn"])
    ]
    if not found:
        return []
    groups = listing(client, "describe_target_groups", "TargetGroups")
    names = {group["TargetGroupArn"]: str(group["TargetGroupName"]) for group in groups}
    shown = {row["CertificateArn"] for _name, listener in found for row in listener.get("Certificates") or []}
    names.update(certificate_names(scope.clients["acm"], shown))
    tags = tags_by_arn(client, [listener["ListenerArn"] for _name, listener in found])

    def one(pair: tuple[str, Mapping[str, Any]]) -> Resource:
        name, listener = pair
        arn = listener["ListenerArn"]
        rules = pages(client, "describe_rules", "Rules", ListenerArn=arn)
        facts = {"arn": arn, "rules": {rule["Priority"]: rule["RuleArn"] for rule in rules}}
        properties = project(listener, rules, tags[arn], names)
        return Resource("elbv2_listener", f"{name}:{listener['Port']}", properties, scope.region, facts)

    return at_once(one, found)


KIND = Kind(
    "elbv2_listener",
    "elbv2",
    read,
    Rules(defaults={"ssl_policy": "", "certificate": "", "rules": []}, normalize=normalize),
    also=("acm",),
)

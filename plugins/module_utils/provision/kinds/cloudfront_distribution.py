# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Distributions; named by their comment. Deployed, and with names for what they refer to.

https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DistributionConfig.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.cloudfront.distribution import normalize
from ansible_collections.creator.platform.plugins.module_utils.aws.cloudfront.distributions import (
    MANAGED,
    distributions,
    headers_policies,
    origin_access_controls,
    read_distribution,
)
from ansible_collections.creator.platform.plugins.module_utils.provision.kinds.acm_certificate import certificate_names
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, once
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Distributions that are named, or bear the environment's name and the component's tags."""
    prefix = f"{scope.platform}-{scope.environment}"
    candidates = [each for each in once(client, distributions) if each["Comment"] in {prefix, *scope.names}]
    if not candidates:
        return []
    names = _names(client, scope, candidates)
    found = []
    for summary in candidates:
        properties, facts = read_distribution(client, summary, names)
        if summary["Comment"] in scope.names or is_ours(properties["tags"], scope):
            settled = {**properties, "status": facts["status"]}
            found.append(
                Resource("cloudfront_distribution", str(summary["Comment"]), settled, scope.region, _shown(facts))
            )
    return found


def _shown(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {key: facts[key] for key in ("id", "arn", "domain", "status")}


def _names(client: Any, scope: Scope, found: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """What distributions refer to: name by id or ARN."""
    rows = list(found)
    names = {identifier: name for name, identifier in MANAGED.items()}
    names.update({each["Id"]: each["Name"] for each in once(client, origin_access_controls)})
    names.update({each["Id"]: each["ResponseHeadersPolicyConfig"]["Name"] for each in once(client, headers_policies)})
    shown = {(each.get("ViewerCertificate") or {}).get("ACMCertificateArn") for each in rows}
    names.update(certificate_names(scope.clients["acm"], {arn for arn in shown if arn}))
    for each in rows:
        arn = each.get("WebACLId") or ""
        names[arn] = arn.partition("/webacl/")[2].partition("/")[0] or arn
    return names


KIND = Kind(
    "cloudfront_distribution",
    "cloudfront",
    read,
    Rules(defaults={"status": "Deployed"}, normalize=normalize),
    home="us-east-1",
    also=("acm",),
)

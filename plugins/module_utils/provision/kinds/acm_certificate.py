# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates that ACM issues; named by the tag Name. Issued, and provable by their records so that ACM can renew them.

https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.acm.certificate import (
    FIXED,
    KEY_TYPES,
    facts_of,
    project,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.acm.names import certificate_tags
from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once
from ansible_collections.creator.platform.plugins.module_utils.aws.route53.records import domain
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, listing, once
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope
from ansible_collections.creator.platform.plugins.module_utils.provision.zones import public_zones, records, zone_of


def read(client: Any, scope: Scope) -> list[Resource]:
    """Certificates that are named or tagged as the component's; those named for CloudFront are a kind of their own."""
    prefix = f"{scope.platform}-{scope.environment}-cloudfront-"
    return [found for found in read_all(client, scope) if not found.name.startswith(prefix)]


def read_all(client: Any, scope: Scope) -> list[Resource]:
    """Certificates that are named or tagged as the component's."""
    summaries = listing(client, "list_certificates", "CertificateSummaryList", Includes={"keyTypes": KEY_TYPES})

    def one(summary: Mapping[str, Any]) -> Resource | None:
        arn = summary["CertificateArn"]
        tags = once(client, certificate_tags, arn)
        if tags.get("Name") not in scope.names and not is_ours(tags, scope):
            return None
        certificate = client.describe_certificate(CertificateArn=arn)["Certificate"]
        facts = facts_of(certificate)
        properties = {
            **project(certificate, tags),
            "status": facts["status"],
            "unpublished": _unpublished(scope.clients["route53"], facts["records"]),
        }
        return Resource("acm_certificate", tags.get("Name") or arn, properties, scope.region, facts)

    ours = [each for each in summaries if each.get("Type", "AMAZON_ISSUED") == "AMAZON_ISSUED"]
    return [resource for resource in at_once(one, ours) if resource is not None]


def certificate_names(client: Any, arns: Iterable[str]) -> dict[str, str]:
    """Name by ARN, of the certificates of the client's account and region that have one, for readers of what refers to them."""
    asked = sorted(arn for arn in arns if ":acm:" in arn)
    found = zip(asked, at_once(lambda arn: once(client, certificate_tags, arn), asked), strict=True)
    return {arn: tags["Name"] for arn, tags in found if tags.get("Name")}


def _unpublished(client: Any, wanted: Iterable[Mapping[str, Any]]) -> list[str]:
    """Names of the proving records that the public zones of this account lack."""
    zones = public_zones(client)
    missing = []
    for record in wanted:
        zone = zone_of(zones, record["name"])
        answers = records(client, zone) if zone else []
        if not any(_proves(answer, record) for answer in answers):
            missing.append(record["name"])
    return sorted(missing)


def _proves(answer: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
    values = [domain(row["Value"]) for row in answer.get("ResourceRecords") or []]
    return (domain(answer["Name"]), answer["Type"], values) == (
        domain(record["name"]),
        record["type"],
        [domain(value) for value in record["values"]],
    )


KIND = Kind(
    "acm_certificate",
    "acm",
    read,
    Rules(
        unordered=frozenset({"alternative_names"}),
        immutable=frozenset(FIXED),
        defaults={"status": "ISSUED", "unpublished": [], "key_algorithm": "RSA_2048", "transparency": True},
    ),
    also=("route53",),
)

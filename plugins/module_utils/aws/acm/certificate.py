# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate that ACM issues once its names are proved by DNS records. Standard library only.

https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html
https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.steps import (
    Call,
    ChangeError,
    Found,
    Steps,
    merged,
    tag_changes,
    with_tags,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.tags import tag_list

#: Types that ACM lists only when they are asked for: https://docs.aws.amazon.com/acm/latest/APIReference/API_Filters.html
KEY_TYPES = ["RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1"]
#: What ACM has given up; a new request is the only way on.
LOST = frozenset({"FAILED", "VALIDATION_TIMED_OUT", "EXPIRED", "REVOKED", "INACTIVE"})
FIXED = ("domain", "alternative_names", "key_algorithm")


def project(certificate: Mapping[str, Any], tags: Mapping[str, str]) -> dict[str, Any]:
    """Properties of a certificate (of DescribeCertificate) and its tags without the name."""
    domain = certificate["DomainName"]
    options = certificate.get("Options") or {}
    return {
        "domain": domain,
        "alternative_names": sorted(
            name for name in certificate.get("SubjectAlternativeNames") or [] if name != domain
        ),
        # Describe answers RSA-2048 where List and Request have RSA_2048.
        "key_algorithm": str(certificate.get("KeyAlgorithm", "RSA_2048")).replace("-", "_"),
        "transparency": options.get("CertificateTransparencyLoggingPreference", "ENABLED") == "ENABLED",
        "tags": {key: value for key, value in tags.items() if key != "Name"},
    }


def facts_of(certificate: Mapping[str, Any]) -> dict[str, Any]:
    """arn, status, why it failed, who uses it, and the records that prove its names, each once."""
    records = {}
    for option in certificate.get("DomainValidationOptions") or []:
        record = option.get("ResourceRecord")
        if record:
            records[record["Name"]] = {
                "name": record["Name"].rstrip("."),
                "type": record["Type"],
                "values": [record["Value"]],
                "ttl": 300,
            }
    return {
        "arn": certificate["CertificateArn"],
        "status": certificate["Status"],
        "reason": certificate.get("FailureReason", ""),
        "used_by": sorted(certificate.get("InUseBy") or []),
        "records": [records[name] for name in sorted(records)],
    }


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Steps towards the desired certificate. A request that ACM has given up is made anew.

    params: `name`, `purge_tags`, and `token`, a text of at most 32 letters and digits that no other run has.

    Raises ChangeError for names or a key that are settled at the request.
    """
    wanted = {**desired}
    if "alternative_names" in wanted:
        wanted["alternative_names"] = sorted(wanted["alternative_names"])
    if found is None:
        return Steps(_request(params, wanted), {}, wanted)
    arn = found.facts["arn"]
    if found.facts["status"] in LOST:
        again = {**found.properties, **wanted}
        return Steps([("delete_certificate", {"CertificateArn": arn}), *_request(params, again)], {}, again)
    changed = [name for name in sorted(wanted) if name != "tags" and wanted[name] != found.properties[name]]
    fixed = [name for name in changed if name in FIXED]
    if fixed:
        raise ChangeError(
            f"certificate {params['name']} was requested with another {', '.join(fixed)}: request one of another name, and "
            "remove this one when nothing uses it any more"
        )
    calls: list[Call] = []
    if "transparency" in changed:
        calls.append(
            ("update_certificate_options", {"CertificateArn": arn, "Options": _options(wanted["transparency"])})
        )
    add, gone = tag_changes(found.properties["tags"], wanted.get("tags"), params["purge_tags"])
    if add:
        calls.append(("add_tags_to_certificate", {"CertificateArn": arn, "Tags": tag_list(add)}))
    if gone:
        rows = [{"Key": key} for key in gone]
        calls.append(("remove_tags_from_certificate", {"CertificateArn": arn, "Tags": rows}))
    after = merged(found.properties, wanted, changed)
    after["tags"] = with_tags(found.properties["tags"], wanted.get("tags"), params["purge_tags"])
    return Steps(calls, found.properties, after)


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """The step that removes it; ACM refuses while it is in use."""
    del params
    return Steps([("delete_certificate", {"CertificateArn": found.facts["arn"]})], found.properties, {})


def _request(params: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[Call]:
    name = params["name"]
    if not wanted.get("domain"):
        raise ChangeError(f"certificate {name} does not exist, and to request it needs domain")
    request: dict[str, Any] = {
        "DomainName": wanted["domain"],
        "ValidationMethod": "DNS",
        # A call that is repeated because its answer was lost makes no twin; a later run has another token, because the
        # certificate of an old one may be gone.
        "IdempotencyToken": params["token"],
        "Options": _options(wanted.get("transparency", True)),
        "Tags": tag_list({**wanted.get("tags", {}), "Name": name}),
    }
    if wanted.get("alternative_names"):
        request["SubjectAlternativeNames"] = wanted["alternative_names"]
    if wanted.get("key_algorithm"):
        request["KeyAlgorithm"] = wanted["key_algorithm"]
    return [("request_certificate", request)]


def _options(transparency: bool) -> dict[str, str]:
    return {"CertificateTransparencyLoggingPreference": "ENABLED" if transparency else "DISABLED"}

# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Record sets of a zone: what a name answers, in the role's words, and the change batch. Standard library only.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.steps import ChangeError, Found, Steps

#: The code that Route 53 lists an asterisk by: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
_ASTERISK = "\\052"
DEFAULTS: dict[str, Any] = {
    "values": [],
    "ttl": 0,
    "target": "",
    "evaluate_health": False,
    "failover": "",
    "health_check": "",
}


def domain(name: str) -> str:
    """A name as people write it: lower case, without the dot at the end, with its asterisk."""
    return name.lower().rstrip(".").replace(_ASTERISK, "*")


def record_name(record: Mapping[str, Any]) -> str:
    """`<name> <type>`, and the set identifier where there is one: unique in a zone."""
    parts = [domain(record["Name"]), record["Type"], record.get("SetIdentifier") or ""]
    return " ".join(part for part in parts if part)


def project(record: Mapping[str, Any], targets: Mapping[str, str], checks: Mapping[str, str]) -> dict[str, Any]:
    """Properties of a ResourceRecordSet. targets: name by DNS name. checks: name of a health check by id."""
    alias = record.get("AliasTarget") or {}
    address = domain(alias.get("DNSName", "")).removeprefix("dualstack.")
    check = record.get("HealthCheckId") or ""
    result = {
        "values": sorted(row["Value"] for row in record.get("ResourceRecords") or []),
        "ttl": int(record.get("TTL") or 0),
        "target": targets.get(address, f"{address}@{alias['HostedZoneId']}") if alias else "",
        "evaluate_health": bool(alias.get("EvaluateTargetHealth", False)),
        "failover": record.get("Failover") or "",
        "health_check": checks.get(check, check),
    }
    others = [
        key for key in ("Weight", "Region", "GeoLocation", "MultiValueAnswer", "CidrRoutingConfig") if key in record
    ]
    return {**result, **({"other_routing": others} if others else {})}


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """One change batch that sets `records` and removes `remove`, or nothing.

    Raises ChangeError for a zone that is not there, or a target or health check that nothing says what it is.
    """
    if found is None:
        raise ChangeError(f"there is no public zone {params['zone']}: make it, or name the one that holds the records")
    have = found.properties
    wanted = {_key(record): {**DEFAULTS, **_properties(record)} for record in desired.get("records") or []}
    changes = [
        {"Action": "DELETE", "ResourceRecordSet": found.facts["sets"][name]}
        for name in _removed(params, have)
        if name not in wanted
    ]
    changes += [
        {"Action": "UPSERT", "ResourceRecordSet": request(name, properties, params)}
        for name, properties in sorted(wanted.items())
        if have.get(name) != properties
    ]
    before = {name: have[name] for name in have if name in wanted or name in _removed(params, have)}
    return _batch(found, changes, before, wanted)


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """One change batch that removes those of `records` and `remove` that there are."""
    named = {_key(record) for record in params["records"] or []} | set(_removed(params, found.properties))
    gone = sorted(named & set(found.properties))
    changes = [{"Action": "DELETE", "ResourceRecordSet": found.facts["sets"][name]} for name in gone]
    return _batch(found, changes, {name: found.properties[name] for name in gone}, {})


def request(name: str, properties: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """The ResourceRecordSet of `<name> <type> [<set identifier>]`. Raises ChangeError."""
    parts = name.split(" ", 2)
    record: dict[str, Any] = {"Name": parts[0], "Type": parts[1]}
    if len(parts) == 3:
        record["SetIdentifier"] = parts[2]
    if properties["failover"]:
        record["Failover"] = properties["failover"]
    if properties["health_check"]:
        record["HealthCheckId"] = _known(params["health_checks"], properties["health_check"], name)
    if properties["target"]:
        place = properties["target"]
        address, _at, zone = place.partition("@")
        if not zone:
            found = _known(params["targets"], place, name)
            address, zone = found["dns_name"], found["zone_id"]
        record["AliasTarget"] = {
            "DNSName": address,
            "HostedZoneId": zone,
            "EvaluateTargetHealth": properties["evaluate_health"],
        }
    else:
        record["TTL"] = properties["ttl"]
        record["ResourceRecords"] = [{"Value": value} for value in properties["values"]]
    return record


def _known(answers: Mapping[str, Any] | None, name: str, record: str) -> Any:
    if name not in (answers or {}):
        raise ChangeError(f"record {record} names {name}, and nothing says what that is")
    return (answers or {})[name]


def _key(record: Mapping[str, Any]) -> str:
    parts = [domain(record["name"]), record["type"], record.get("set_identifier") or ""]
    return " ".join(part for part in parts if part)


def _properties(record: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: record[name] for name in DEFAULTS if record.get(name) is not None}
    if "values" in given:
        given["values"] = sorted(given["values"])
    return given


def _removed(params: Mapping[str, Any], have: Iterable[str]) -> list[str]:
    return sorted({_key(record) for record in params["remove"] or []} & set(have))


def _batch(found: Found, changes: list[dict[str, Any]], before: Mapping[str, Any], after: Mapping[str, Any]) -> Steps:
    if not changes:
        return Steps([], before, before)
    batch = {"HostedZoneId": found.facts["zone_id"], "ChangeBatch": {"Changes": changes}}
    return Steps([("change_resource_record_sets", batch)], before, after)

# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An OpenSearch domain: its settings, in the role's words, and the calls that change them. Standard library only.

https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_DomainStatus.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.policy import canonical
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

#: Settled at creation, or never taken back.
FIXED = ("encrypted", "kms_key", "node_to_node_encryption", "fine_grained_access")
#: What the service never tells again.
UNTOLD = {"master_role": "OpenSearch never tells who its master is"}


def project(domain: Mapping[str, Any], tags: Mapping[str, str]) -> dict[str, Any]:
    """Properties of a DomainStatus and its tags."""
    nodes, volumes = domain.get("ClusterConfig") or {}, domain.get("EBSOptions") or {}
    network, at_rest = domain.get("VPCOptions") or {}, domain.get("EncryptionAtRestOptions") or {}
    endpoint, security = domain.get("DomainEndpointOptions") or {}, domain.get("AdvancedSecurityOptions") or {}
    zones = (nodes.get("ZoneAwarenessConfig") or {}).get("AvailabilityZoneCount", 2)
    masters = bool(nodes.get("DedicatedMasterEnabled"))
    return {
        "engine_version": domain.get("EngineVersion", ""),
        "instance_type": nodes.get("InstanceType", ""),
        "instance_count": int(nodes.get("InstanceCount", 0)),
        "zones": int(zones) if nodes.get("ZoneAwarenessEnabled") else 1,
        "master_type": nodes.get("DedicatedMasterType", "") if masters else "",
        "master_count": int(nodes.get("DedicatedMasterCount", 0)) if masters else 0,
        "volume_type": volumes.get("VolumeType", ""),
        "volume_gib": int(volumes.get("VolumeSize", 0)),
        "encrypted": bool(at_rest.get("Enabled")),
        "kms_key": at_rest.get("KmsKeyId", ""),
        "node_to_node_encryption": bool((domain.get("NodeToNodeEncryptionOptions") or {}).get("Enabled")),
        "https_only": bool(endpoint.get("EnforceHTTPS")),
        "tls_policy": endpoint.get("TLSSecurityPolicy", ""),
        "fine_grained_access": bool(security.get("Enabled")),
        "internal_users": bool(security.get("InternalUserDatabaseEnabled")),
        "subnets": sorted(network.get("SubnetIds") or []),
        "security_groups": sorted(network.get("SecurityGroupIds") or []),
        "access_policy": canonical(domain.get("AccessPolicies")),
        "logs": {
            kind: target.get("CloudWatchLogsLogGroupArn", "").removesuffix(":*")
            for kind, target in sorted((domain.get("LogPublishingOptions") or {}).items())
            if target.get("Enabled", True)
        },
        "auto_tune": str((domain.get("AutoTuneOptions") or {}).get("State", "")).startswith("ENABLE"),
        "auto_software_update": bool((domain.get("SoftwareUpdateOptions") or {}).get("AutoSoftwareUpdateEnabled")),
        "off_peak_hour": _off_peak_hour(domain.get("OffPeakWindowOptions") or {}),
        "tags": dict(tags),
    }


def _off_peak_hour(options: Mapping[str, Any]) -> int:
    if not options.get("Enabled"):
        return -1
    start = (options.get("OffPeakWindow") or {}).get("WindowStartTime") or {}
    return int(start.get("Hours", 22))


def facts(domain: Mapping[str, Any]) -> dict[str, Any]:
    """What the service chose: arn, endpoint ("" while it is being created), processing, status."""
    endpoints = domain.get("Endpoints") or {}
    busy = bool(domain.get("Processing")) or bool(domain.get("UpgradeProcessing")) or bool(domain.get("Deleted"))
    return {
        "arn": domain["ARN"],
        "endpoint": endpoints.get("vpc") or domain.get("Endpoint") or "",
        "processing": busy,
        "status": domain.get("DomainProcessingStatus") or ("Processing" if busy else "Active"),
    }


def normalize(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The access policy in the form that project gives, whoever wrote it."""
    result = dict(properties)
    if result.get("access_policy") is not None:
        result["access_policy"] = canonical(result["access_policy"])
    return result


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Steps towards the desired settings; one that is not given is left alone.

    Only one change runs at a time, so another version is `pending` until the settings are made.
    Raises ChangeError for what the service cannot take back, and for a domain that is changing.
    """
    name = params["name"]
    wanted: dict[str, Any] = {
        key: sorted(value) if isinstance(value, list) else value for key, value in normalize(desired).items()
    }
    if found is None:
        return Steps([("create_domain", _creation(name, wanted))], {}, wanted)
    before = found.properties
    changed = [key for key in sorted(wanted) if key not in {"tags", *UNTOLD} and wanted[key] != before[key]]
    calls: list[Call] = []
    pending: list[str] = []
    if changed:
        _refuse(name, before, changed, found.facts)
        settings = [key for key in changed if key != "engine_version"]
        request = _request({**before, **wanted}, lambda part: bool(set(part) & set(settings)))
        if request:
            calls.append(("update_domain_config", {"DomainName": name, **request}))
            pending = [key for key in changed if key not in settings]
        else:
            calls.append(("upgrade_domain", {"DomainName": name, "TargetVersion": wanted["engine_version"]}))
    made = [key for key in changed if key not in pending]
    add, gone = tag_changes(before["tags"], wanted.get("tags"), params["purge_tags"])
    if add:
        calls.append(("add_tags", {"ARN": found.facts["arn"], "TagList": tag_list(add)}))
    if gone:
        calls.append(("remove_tags", {"ARN": found.facts["arn"], "TagKeys": gone}))
    after = merged(before, wanted, made)
    after["tags"] = with_tags(before["tags"], wanted.get("tags"), params["purge_tags"])
    return Steps(calls, before, after, pending)


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """Steps that remove the domain with all that is in it."""
    if found.facts["status"] == "Deleting":
        return Steps()
    return Steps([("delete_domain", {"DomainName": params["name"]})], found.properties, {})


def _refuse(name: str, before: Mapping[str, Any], changed: list[str], state: Mapping[str, Any]) -> None:
    fixed = [key for key in FIXED if key in changed]
    if fixed:
        raise ChangeError(
            f"OpenSearch cannot change {', '.join(fixed)} of domain {name} (found "
            f"{', '.join(str(before[key]) for key in fixed)}): keep it, or restore a snapshot into a domain of another name"
        )
    if state["processing"]:
        raise ChangeError(
            f"domain {name} is {state['status']}, and OpenSearch makes one change at a time: repeat the run when it is Active"
        )


def _creation(name: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
    request: dict[str, Any] = {"DomainName": name, **_request(wanted, lambda part: bool(set(part) & set(wanted)))}
    if wanted.get("engine_version"):
        request["EngineVersion"] = wanted["engine_version"]
    if wanted.get("encrypted") is not None:
        key = {"KmsKeyId": wanted["kms_key"]} if wanted.get("kms_key") else {}
        request["EncryptionAtRestOptions"] = {"Enabled": wanted["encrypted"], **key}
    if wanted.get("node_to_node_encryption") is not None:
        request["NodeToNodeEncryptionOptions"] = {"Enabled": wanted["node_to_node_encryption"]}
    request["TagList"] = tag_list(wanted.get("tags") or {})
    return request


def _request(wanted: Mapping[str, Any], concerns: Callable[[tuple[str, ...]], bool]) -> dict[str, Any]:
    """The parts of a request that `concerns` asks for, each whole: the service replaces a part as a whole."""
    return {field: write(wanted) for field, (part, write) in PARTS.items() if concerns(part)}


def _nodes(wanted: Mapping[str, Any]) -> dict[str, Any]:
    zones, masters = wanted.get("zones") or 1, wanted.get("master_count") or 0
    result: dict[str, Any] = {
        "InstanceType": wanted["instance_type"],
        "InstanceCount": wanted["instance_count"],
        "ZoneAwarenessEnabled": zones > 1,
        "DedicatedMasterEnabled": masters > 0,
    }
    if zones > 1:
        result["ZoneAwarenessConfig"] = {"AvailabilityZoneCount": zones}
    if masters:
        result |= {"DedicatedMasterType": wanted["master_type"], "DedicatedMasterCount": masters}
    return result


def _volumes(wanted: Mapping[str, Any]) -> dict[str, Any]:
    kind = wanted.get("volume_type") or "gp3"
    return {"EBSEnabled": True, "VolumeType": kind, "VolumeSize": wanted["volume_gib"]}


def _endpoint(wanted: Mapping[str, Any]) -> dict[str, Any]:
    policy = {"TLSSecurityPolicy": wanted["tls_policy"]} if wanted.get("tls_policy") else {}
    return {"EnforceHTTPS": bool(wanted.get("https_only")), **policy}


def _security(wanted: Mapping[str, Any]) -> dict[str, Any]:
    master = {"MasterUserOptions": {"MasterUserARN": wanted["master_role"]}} if wanted.get("master_role") else {}
    internal = bool(wanted.get("internal_users"))
    return {"Enabled": bool(wanted.get("fine_grained_access")), "InternalUserDatabaseEnabled": internal, **master}


def _logs(wanted: Mapping[str, Any]) -> dict[str, Any]:
    every = ("AUDIT_LOGS", "ES_APPLICATION_LOGS", "INDEX_SLOW_LOGS", "SEARCH_SLOW_LOGS")
    targets = wanted.get("logs") or {}
    return {
        kind: {"CloudWatchLogsLogGroupArn": targets[kind], "Enabled": True} if kind in targets else {"Enabled": False}
        for kind in every
    }


def _off_peak(wanted: Mapping[str, Any]) -> dict[str, Any]:
    start = {"WindowStartTime": {"Hours": wanted["off_peak_hour"], "Minutes": 0}}
    return {"Enabled": True, "OffPeakWindow": start}


#: Parts of UpdateDomainConfig, the properties that are in each, and how it is written.
PARTS: Mapping[str, tuple[tuple[str, ...], Callable[[Mapping[str, Any]], Any]]] = {
    "ClusterConfig": (("instance_type", "instance_count", "zones", "master_type", "master_count"), _nodes),
    "EBSOptions": (("volume_type", "volume_gib"), _volumes),
    "DomainEndpointOptions": (("https_only", "tls_policy"), _endpoint),
    "AdvancedSecurityOptions": (("fine_grained_access", "internal_users"), _security),
    "VPCOptions": (
        ("subnets", "security_groups"),
        lambda wanted: {"SubnetIds": wanted["subnets"], "SecurityGroupIds": wanted["security_groups"]},
    ),
    "AccessPolicies": (("access_policy",), lambda wanted: json.dumps(wanted["access_policy"], sort_keys=True)),
    "LogPublishingOptions": (("logs",), _logs),
    "AutoTuneOptions": (
        ("auto_tune",),
        lambda wanted: {"DesiredState": "ENABLED" if wanted["auto_tune"] else "DISABLED"},
    ),
    "SoftwareUpdateOptions": (
        ("auto_software_update",),
        lambda wanted: {"AutoSoftwareUpdateEnabled": wanted["auto_software_update"]},
    ),
    "OffPeakWindowOptions": (("off_peak_hour",), _off_peak),
}

"""OpenSearch domains that take their time, change one thing at a time, and refuse what the service refuses. No node runs.

API reference: https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_DomainStatus.html (Processing,
DomainProcessingStatus, what is never told again), API_DescribeDomainChangeProgress.html, API_UpgradeDomain.html,
https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-configuration-changes.html (blue/green),
https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html (what fine-grained access needs),
https://docs.aws.amazon.com/opensearch-service/latest/developerguide/createdomain-configure-slow-logs.html (log policy).
"""

from __future__ import annotations

import functools
import hashlib
import json
import time
from collections.abc import Callable
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.ec2.models import ec2_backends
from moto.es import urls
from moto.kms.models import kms_backends
from moto.logs.models import logs_backends
from moto.opensearch.models import (
    OpenSearchDomain,
    OpenSearchServiceBackend,
    default_domain_endpoint_options,
)
from moto.opensearch.responses import OpenSearchServiceResponse

from localcloud.cloud import Cloud
from localcloud.services.s3 import matches

STATE = "localcloud"
#: AWS seconds: research 6 has 15 to 30 minutes for a new domain, 20 to 90 for a change that needs other nodes.
CREATING, CHANGING, SETTING, UPGRADING, DELETING = 1200.0, 1800.0, 60.0, 1800.0, 600.0
#: Changes that need no other nodes.
#: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-configuration-changes.html#nobg
QUIET = {
    "access_policies",
    "log_publishing_options",
    "auto_tune_options",
    "off_peak_window_options",
    "software_update_options",
    "snapshot_options",
}
SERVICE = "es.amazonaws.com"
#: Versions on offer, oldest first; each can become any later one of its major version, the last of a major version any of the
#: next: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/version-migration.html#starting-upgrades
VERSIONS = ("1.0", "1.1", "1.2", "1.3", "2.3", "2.5", "2.7", "2.9", "2.11", "2.13", "2.15", "2.17", "2.19", "3.1")
OFF_PEAK = {"Enabled": True, "OffPeakWindow": {"WindowStartTime": {"Hours": 22, "Minutes": 0}}}


class DomainError(JsonRESTError):
    """An error of the service in its own words."""

    def __init__(self, message: str, code: str = "ValidationException", status: int = 400) -> None:
        super().__init__(code, message)
        self.code = status


def install(cloud: Cloud) -> None:
    """Patch moto's OpenSearch."""
    backend: Any = OpenSearchServiceBackend
    backend.create_domain = _create(cloud, backend.create_domain)
    backend.update_domain_config = _update(cloud, backend.update_domain_config)
    backend.delete_domain = _delete(cloud)
    backend.get_compatible_versions = _compatible(backend.get_compatible_versions)
    for name in ("describe_domain", "describe_domains", "list_domain_names"):
        setattr(backend, name, _swept(getattr(backend, name)))
    domain: Any = OpenSearchDomain
    domain.to_dict = _told(domain.to_dict)
    domain._status_block = _status_block
    response: Any = OpenSearchServiceResponse
    response.upgrade_domain = _upgrade(cloud)
    response.describe_domain_change_progress = _progress
    response.get_upgrade_status = _upgrade_status
    for path in (
        "domain/(?P<domainname>[^/]+)/progress",
        "upgradeDomain",
        "upgradeDomain/(?P<domainname>[^/]+)/status",
    ):
        urls.url_paths[f"{{0}}/2021-01-01/opensearch/{path}$"] = response.dispatch


# -- what time does ---------------------------------------------------------------------------------------------------


def _begin(cloud: Cloud, domain: OpenSearchDomain, what: str, seconds: float, properties: list[str]) -> None:
    now = time.time()
    change = {
        "what": what,
        "since": now,
        "until": now + cloud.seconds(seconds),
        "properties": properties,
        "id": hashlib.md5(f"{domain.arn} {now}".encode(), usedforsecurity=False).hexdigest(),
    }
    vars(domain)[STATE] = change


def change_of(domain: OpenSearchDomain) -> dict[str, Any]:
    """The change that is under way, {} when none is."""
    change: dict[str, Any] = vars(domain).get(STATE, {})
    return change if change and time.time() < change["until"] else {}


def _sweep(backend: OpenSearchServiceBackend) -> None:
    """Let domains go whose removal is done."""
    for name, domain in list(backend.domains.items()):
        if domain.deleted and not change_of(domain):
            del backend.domains[name]


def _swept(plain: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(plain)
    def method(self: OpenSearchServiceBackend, *args: Any, **kwargs: Any) -> Any:
        _sweep(self)
        return plain(self, *args, **kwargs)

    return method


def _told(plain: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    @functools.wraps(plain)
    def to_dict(self: OpenSearchDomain) -> dict[str, Any]:
        found = plain(self)
        change = change_of(self)
        found["Processing"] = bool(change)
        found["UpgradeProcessing"] = change.get("what") == "Upgrading"
        found["DomainProcessingStatus"] = change.get("what", "Active")
        if change:
            found["ChangeProgressDetails"] = {"ChangeId": change["id"]}
        if change.get("what") == "Creating":
            found.pop("Endpoint", None)
            found.pop("Endpoints", None)
        security = dict(found.get("AdvancedSecurityOptions") or {})
        security.pop("MasterUserOptions", None)  # the service never tells it again
        found["AdvancedSecurityOptions"] = security
        tune = found.get("AutoTuneOptions") or {}
        found["AutoTuneOptions"] = {
            "State": tune.get("DesiredState", "DISABLED"),
            "UseOffPeakWindow": bool(tune.get("UseOffPeakWindow", False)),
        }
        return found

    return to_dict


def _status_block(self: OpenSearchDomain) -> dict[str, Any]:
    change = change_of(self)
    return {
        "State": "Processing" if change else "Active",
        "CreationDate": self.creation_date,
        "UpdateDate": change.get("since", self.creation_date),
        "UpdateVersion": 1,
        "PendingDeletion": self.deleted,
    }


# -- requests ---------------------------------------------------------------------------------------------------------


def _create(cloud: Cloud, plain: Callable[..., OpenSearchDomain]) -> Callable[..., OpenSearchDomain]:
    @functools.wraps(plain)
    def create_domain(self: OpenSearchServiceBackend, domain_name: str, **asked: Any) -> OpenSearchDomain:
        _sweep(self)
        if domain_name in self.domains:
            raise DomainError(f"Domain {domain_name} already exists", "ResourceAlreadyExistsException", 409)
        if not 3 <= len(domain_name) <= 28:
            raise DomainError(f"The domain name {domain_name} must have between 3 and 28 characters.")
        version = asked.get("engine_version")
        if version and version.startswith("OpenSearch_") and version.removeprefix("OpenSearch_") not in VERSIONS:
            raise DomainError(f"Invalid version: {version} is not on offer.")
        asked["software_update_options"] = asked.get("software_update_options") or {"AutoSoftwareUpdateEnabled": False}
        asked["off_peak_window_options"] = asked.get("off_peak_window_options") or dict(OFF_PEAK)
        asked["domain_endpoint_options"] = {
            **default_domain_endpoint_options,
            **(asked.get("domain_endpoint_options") or {}),
        }
        _check(self, asked, {})
        domain = plain(self, domain_name=domain_name, **asked)
        _name_endpoint(self, domain)
        _begin(cloud, domain, "Creating", CREATING, [])
        return domain

    return create_domain


def _name_endpoint(backend: OpenSearchServiceBackend, domain: OpenSearchDomain) -> None:
    token = hashlib.md5(domain.arn.encode(), usedforsecurity=False).hexdigest()[:26]
    host = f"{domain.domain_name}-{token}.{backend.region_name}.es.amazonaws.com"
    if domain.vpc_options:
        subnets = domain.vpc_options.get("SubnetIds") or []
        found = ec2_backends[backend.account_id][backend.region_name].describe_subnets(subnet_ids=subnets)
        network: dict[str, Any] = {
            **domain.vpc_options,
            "VPCId": found[0].vpc_id if found else "",
            "AvailabilityZones": sorted(subnet.availability_zone for subnet in found),
        }
        domain.vpc_options = network
        domain.endpoints = {"vpc": f"vpc-{host}"}
    else:
        domain.endpoint = f"search-{host}"


def _update(cloud: Cloud, plain: Callable[..., OpenSearchDomain]) -> Callable[..., OpenSearchDomain]:
    @functools.wraps(plain)
    def update_domain_config(self: OpenSearchServiceBackend, domain_name: str, **asked: Any) -> OpenSearchDomain:
        domain = self.describe_domain(domain_name)
        if change_of(domain) or domain.deleted:
            raise DomainError(
                "A change/update is in progress. Please wait for it to complete before requesting another change."
            )
        given = {name: value for name, value in asked.items() if value not in (None, {}, "")}
        before = {name: getattr(domain, name) for name in given}
        if "vpc_options" in given:
            given["vpc_options"] = {**(domain.vpc_options or {}), **given["vpc_options"]}
        _check(self, {**asked, **given}, vars(domain))
        plain(self, domain_name=domain_name, **{**asked, **given})
        changed = [name for name, value in given.items() if before[name] != value]
        if changed:
            loud = set(changed) - QUIET
            _begin(cloud, domain, "Modifying", CHANGING if loud else SETTING, changed)
        return domain

    return update_domain_config


def _delete(cloud: Cloud) -> Callable[..., OpenSearchDomain]:
    def delete_domain(self: OpenSearchServiceBackend, domain_name: str) -> OpenSearchDomain:
        domain = self.describe_domain(domain_name)
        if not domain.deleted:
            domain.deleted = True
            _begin(cloud, domain, "Deleting", DELETING, [])
        return domain

    return delete_domain


def _upgrade(cloud: Cloud) -> Callable[..., str]:
    def upgrade_domain(self: OpenSearchServiceResponse) -> str:
        name, version = self._get_param("DomainName"), self._get_param("TargetVersion")
        domain = self.opensearch_backend.describe_domain(name)
        if change_of(domain):
            raise DomainError("A change/update is in progress.")
        if version not in targets(domain.engine_version.options):
            raise DomainError(f"Domain {name} cannot be upgraded from {domain.engine_version.options} to {version}.")
        check = bool(self._get_param("PerformCheckOnly"))
        if not check:
            domain.engine_version.options = version
            _begin(cloud, domain, "Upgrading", UPGRADING, ["EngineVersion"])
        return json.dumps({"DomainName": name, "TargetVersion": version, "PerformCheckOnly": check})

    return upgrade_domain


def targets(version: str) -> list[str]:
    """Versions that one can be upgraded to."""
    number = version.removeprefix("OpenSearch_")
    if number not in VERSIONS:
        return []
    major, later = number.split(".")[0], VERSIONS[VERSIONS.index(number) + 1 :]
    last = not later or later[0].split(".")[0] != major
    found = [each for each in later if each.split(".")[0] == (str(int(major) + 1) if last else major)]
    return [f"OpenSearch_{each}" for each in found]


def _compatible(plain: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(plain)
    def get_compatible_versions(self: OpenSearchServiceBackend, domain_name: str | None) -> list[dict[str, Any]]:
        others = [row for row in plain(self, domain_name) if not row["SourceVersion"].startswith("OpenSearch_")]
        ours = [{"SourceVersion": f"OpenSearch_{each}", "TargetVersions": targets(each)} for each in VERSIONS]
        rows = [row for row in ours if row["TargetVersions"]] + others
        if domain_name is None:
            return rows
        version = self.describe_domain(domain_name).engine_version.options
        return [row for row in rows if row["SourceVersion"] == version]

    return get_compatible_versions


def _progress(self: OpenSearchServiceResponse) -> ActionResult:
    name = self.path.split("/")[-2]
    change = vars(self.opensearch_backend.describe_domain(name)).get(STATE, {})
    done = not change or time.time() >= change["until"]
    status = {
        "ChangeId": change.get("id", ""),
        "StartTime": change.get("since", 0),
        "Status": "COMPLETED" if done else "PROCESSING",
        "ConfigChangeStatus": "Completed" if done else "ApplyingChanges",
        "PendingProperties": [] if done else change["properties"],
        "CompletedProperties": change.get("properties", []) if done else [],
        "TotalNumberOfStages": 1,
    }
    return ActionResult({"ChangeProgressStatus": status})


def _upgrade_status(self: OpenSearchServiceResponse) -> str:
    domain = self.opensearch_backend.describe_domain(self.path.split("/")[-2])
    running = change_of(domain).get("what") == "Upgrading"
    return json.dumps({"UpgradeStep": "UPGRADE", "StepStatus": "IN_PROGRESS" if running else "SUCCEEDED"})


# -- refusals ---------------------------------------------------------------------------------------------------------


def _check(backend: OpenSearchServiceBackend, asked: dict[str, Any], had: dict[str, Any]) -> None:
    """What the service says against a domain as it would be."""

    def value(name: str) -> dict[str, Any]:
        return asked.get(name) or had.get(name) or {}

    _check_security(value, had)
    _check_nodes(backend, value)
    _check_key(backend, value("encryption_at_rest_options"))
    for kind, target in (asked.get("log_publishing_options") or {}).items():
        if target.get("Enabled", True):
            _check_log(backend, kind, str(target.get("CloudWatchLogsLogGroupArn", "")))


def _check_security(value: Callable[[str], dict[str, Any]], had: dict[str, Any]) -> None:
    at_rest, between = value("encryption_at_rest_options"), value("node_to_node_encryption_options")
    for name, options in (("encryption_at_rest_options", at_rest), ("node_to_node_encryption_options", between)):
        if (had.get(name) or {}).get("Enabled") and not options.get("Enabled"):
            raise DomainError("Encryption can't be disabled after it was enabled on a domain.")
    security = value("advanced_security_options")
    if (had.get("advanced_security_options") or {}).get("Enabled") and not security.get("Enabled"):
        raise DomainError("Advanced Security can't be disabled after it was enabled on a domain.")
    if not security.get("Enabled"):
        return
    if not (at_rest.get("Enabled") and between.get("Enabled") and value("domain_endpoint_options").get("EnforceHTTPS")):
        raise DomainError(
            "You must enable node-to-node encryption, encryption at rest, and Enforce HTTPS to enable Advanced Security options."
        )
    master = security.get("MasterUserOptions") or {}
    if not had and not security.get("InternalUserDatabaseEnabled") and not master.get("MasterUserARN"):
        raise DomainError("You must provide a master user ARN when the internal user database is disabled.")


def _check_nodes(backend: OpenSearchServiceBackend, value: Callable[[str], dict[str, Any]]) -> None:
    nodes, network = value("cluster_config"), value("vpc_options")
    zones = 1
    if nodes.get("ZoneAwarenessEnabled"):
        zones = int((nodes.get("ZoneAwarenessConfig") or {}).get("AvailabilityZoneCount", 2))
        if int(nodes.get("InstanceCount", 1)) < zones:
            raise DomainError(f"You must choose at least {zones} data nodes because you've set zone count to {zones}.")
    if nodes.get("DedicatedMasterEnabled") and int(nodes.get("DedicatedMasterCount", 0)) not in {3, 5}:
        raise DomainError("You must choose a dedicated master count of three or five.")
    subnets = network.get("SubnetIds") or []
    if network and len(subnets) != zones:
        raise DomainError(f"You must specify exactly {zones} subnets because you've set zone count to {zones}.")
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    unknown = [name for name in subnets if not any(name in zone for zone in ec2.subnets.values())]
    unknown += [name for name in network.get("SecurityGroupIds") or [] if ec2.get_security_group_from_id(name) is None]
    if unknown:
        raise DomainError(f"{', '.join(unknown)} do not exist.")


def _check_key(backend: OpenSearchServiceBackend, at_rest: dict[str, Any]) -> None:
    name = at_rest.get("KmsKeyId")
    if not name:
        return
    keys = kms_backends[backend.account_id][backend.region_name].keys.values()
    if not any(name in {key.id, key.arn} and key.key_state == "Enabled" for key in keys):
        raise DomainError(f"The KMS key {name} does not exist, or is not enabled.")


def _check_log(backend: OpenSearchServiceBackend, kind: str, arn: str) -> None:
    logs = logs_backends[backend.account_id][backend.region_name]
    name = arn.removesuffix(":*").rpartition(":log-group:")[2]
    if name not in logs.groups:
        raise DomainError(f"The specified CloudWatch Logs log group {name} for {kind} does not exist.")
    stream = f"{arn.removesuffix(':*')}:log-stream:domain"
    documents = [json.loads(policy.policy_document)["Statement"] for policy in logs.resource_policies.values()]
    statements = [row for rows in documents for row in (rows if isinstance(rows, list) else [rows])]
    allowed = any(
        row["Effect"] == "Allow"
        and matches((row.get("Principal") or {}).get("Service", []), SERVICE)
        and matches(row["Action"], "logs:PutLogEvents")
        and matches(row["Resource"], stream)
        for row in statements
    )
    if not allowed:
        raise DomainError(
            f"The Resource Access Policy specified for the CloudWatch Logs log group {name} does not grant sufficient "
            "permissions for Amazon OpenSearch Service to create a log stream. Please check the Resource Access Policy."
        )

"""Requests about what RDS offers: engine versions, instance classes, certificates, maintenance.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBEngineVersions.html
https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeOrderableDBInstanceOptions.html
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from moto.rds.models import RDSBackend

from localcloud.rds import catalogue, engines, errors
from localcloud.rds.building import Params
from localcloud.rds.engines import Engine
from localcloud.rds.instances import find
from localcloud.rds.paging import page
from localcloud.rds.service import Rds

#: Validity of the regional authorities: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
_CA_FROM, _CA_TILL = datetime(2021, 5, 21, tzinfo=UTC), datetime(2061, 5, 21, tzinfo=UTC)


def describe_db_engine_versions(rds: Rds, backend: RDSBackend, params: Params) -> dict[str, Any]:
    """DescribeDBEngineVersions of the engines on offer; a major version selects its minors."""
    name = params.get("Engine")
    found: list[tuple[Engine, str]] = []
    for engine in engines.ENGINES.values():
        if name in {None, engine.name}:
            found += [(engine, version) for version in _asked(rds, engine, params)]
    part, marker = page(found, params)
    return {"DBEngineVersions": [_version(engine, version) for engine, version in part], "Marker": marker}


def _asked(rds: Rds, engine: Engine, params: Params) -> list[str]:
    asked, family = params.get("EngineVersion"), params.get("DBParameterGroupFamily")
    found = [v for v in engine.versions if not asked or v == asked or v.startswith(f"{asked}.")]
    found = [v for v in found if not family or engine.family(v) == family]
    if params.get("DefaultOnly") and found:
        default_major = str(rds.site.binaries.major) if engine.served else None
        default = engine.resolve(asked if asked and asked == engine.major(asked) else None, default_major)
        found = [v for v in found if v == default] or found[-1:]
    return found


def _version(engine: Engine, version: str) -> dict[str, Any]:
    return {
        "Engine": engine.name,
        "EngineVersion": version,
        "MajorEngineVersion": engine.major(version),
        "DBParameterGroupFamily": engine.family(version),
        "DBEngineDescription": engine.title,
        "DBEngineVersionDescription": f"{engine.title} {version}-R1" if engine.served else f"{engine.title} {version}",
        "ValidUpgradeTarget": [
            {
                "Engine": engine.name,
                "EngineVersion": target,
                "Description": f"{engine.title} {target}-R1" if engine.served else f"{engine.title} {target}",
                "AutoUpgrade": False,
                "IsMajorVersionUpgrade": engine.major(target) != engine.major(version),
            }
            for target in engine.upgrade_targets(version)
        ],
        "ExportableLogTypes": list(engine.log_types),
        "SupportsLogExportsToCloudwatchLogs": True,
        "SupportsReadReplica": True,
        "SupportsCertificateRotationWithoutRestart": True,
        "SupportedCACertificateIdentifiers": list(catalogue.CERTIFICATE_AUTHORITIES),
        "Status": "available",
    }


def describe_orderable_db_instance_options(rds: Rds, backend: RDSBackend, params: Params) -> dict[str, Any]:
    """DescribeOrderableDBInstanceOptions of the engines on offer."""
    engine = engines.of(params.get("Engine"))
    if engine is None:
        return {"OrderableDBInstanceOptions": []}
    zones = [{"Name": f"{backend.region_name}{letter}"} for letter in "abc"]
    asked, instance_class = params.get("EngineVersion"), params.get("DBInstanceClass")
    found = [
        {
            "Engine": engine.name,
            "EngineVersion": version,
            "DBInstanceClass": name,
            "LicenseModel": engine.license,
            "AvailabilityZones": zones,
            "MultiAZCapable": True,
            "ReadReplicaCapable": True,
            "Vpc": True,
            "SupportsStorageEncryption": True,
            "StorageType": "gp3",
            "SupportsIops": True,
            "SupportsStorageThroughput": True,
            "SupportsEnhancedMonitoring": True,
            "SupportsIAMDatabaseAuthentication": True,
            "SupportsPerformanceInsights": True,
            "MinStorageSize": 20,
            "MaxStorageSize": 65536,
            "SupportsStorageAutoscaling": True,
            "SupportedNetworkTypes": ["IPV4"],
        }
        for version in engine.versions
        if asked is None or version == asked or version.startswith(f"{asked}.")
        for name in catalogue.classes()
        if instance_class in {None, name}
    ]
    part, marker = page(found, params)
    return {"OrderableDBInstanceOptions": part, "Marker": marker}


def describe_certificates(rds: Rds, backend: RDSBackend, params: Params) -> dict[str, Any]:
    """DescribeCertificates: the names of RDS's authorities. What servers here present is signed by the local CA."""
    name = params.get("CertificateIdentifier")
    names = [known for known in catalogue.CERTIFICATE_AUTHORITIES if name in {None, known}]
    if name is not None and not names:
        raise errors.error("CertificateNotFound", f"Certificate not found: {name}")
    certificates = [
        {
            "CertificateIdentifier": known,
            "CertificateType": "CA",
            "ValidFrom": _CA_FROM,
            "ValidTill": _CA_TILL,
            "CertificateArn": f"arn:aws:rds:{backend.region_name}::cert:{known}",
            "CustomerOverride": False,
        }
        for known in names
    ]
    return {"DefaultCertificateForNewLaunches": catalogue.CERTIFICATE_AUTHORITIES[0], "Certificates": certificates}


def describe_pending_maintenance_actions(rds: Rds, backend: RDSBackend, params: Params) -> dict[str, Any]:
    """DescribePendingMaintenanceActions: never any."""
    if params.get("ResourceIdentifier"):
        find(backend, params["ResourceIdentifier"])
    return {"PendingMaintenanceActions": []}


OPERATIONS = (
    describe_db_engine_versions,
    describe_orderable_db_instance_options,
    describe_certificates,
    describe_pending_maintenance_actions,
)

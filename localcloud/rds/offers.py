"""Requests about what RDS offers: engine versions, instance classes, certificates, maintenance.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBEngineVersions.html
https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeOrderableDBInstanceOptions.html
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from moto.rds.models import RDSBackend

from localcloud.rds import catalogue, errors
from localcloud.rds.building import Params
from localcloud.rds.instances import find
from localcloud.rds.paging import page
from localcloud.rds.service import Rds

#: Validity of the regional authorities: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
_CA_FROM, _CA_TILL = datetime(2021, 5, 21, tzinfo=UTC), datetime(2061, 5, 21, tzinfo=UTC)


def describe_db_engine_versions(rds: Rds, backend: RDSBackend, params: Params) -> dict[str, Any]:
    """DescribeDBEngineVersions of engine postgres; a major version selects its minors."""
    asked, family = params.get("EngineVersion"), params.get("DBParameterGroupFamily")
    found = catalogue.versions() if params.get("Engine") in {None, catalogue.ENGINE} else []
    if asked:
        found = [v for v in found if v == asked or v.startswith(f"{asked}.")]
    if family:
        found = [v for v in found if catalogue.family(v) == family]
    if params.get("DefaultOnly") and found:
        default = catalogue.resolve_version(asked if asked and asked.isdigit() else None, rds.site.binaries.major)
        found = [v for v in found if v == default] or found[-1:]
    part, marker = page(found, params)
    return {"DBEngineVersions": [_version(v) for v in part], "Marker": marker}


def _version(version: str) -> dict[str, Any]:
    return {
        "Engine": catalogue.ENGINE,
        "EngineVersion": version,
        "MajorEngineVersion": str(catalogue.major(version)),
        "DBParameterGroupFamily": catalogue.family(version),
        "DBEngineDescription": "PostgreSQL",
        "DBEngineVersionDescription": f"PostgreSQL {version}-R1",
        "ValidUpgradeTarget": [
            {
                "Engine": catalogue.ENGINE,
                "EngineVersion": target,
                "Description": f"PostgreSQL {target}-R1",
                "AutoUpgrade": False,
                "IsMajorVersionUpgrade": catalogue.major(target) != catalogue.major(version),
            }
            for target in catalogue.upgrade_targets(version)
        ],
        "ExportableLogTypes": list(catalogue.LOG_TYPES),
        "SupportsLogExportsToCloudwatchLogs": True,
        "SupportsReadReplica": True,
        "SupportsCertificateRotationWithoutRestart": True,
        "SupportedCACertificateIdentifiers": list(catalogue.CERTIFICATE_AUTHORITIES),
        "Status": "available",
    }


def describe_orderable_db_instance_options(rds: Rds, backend: RDSBackend, params: Params) -> dict[str, Any]:
    """DescribeOrderableDBInstanceOptions of engine postgres."""
    if params.get("Engine") != catalogue.ENGINE:
        return {"OrderableDBInstanceOptions": []}
    zones = [{"Name": f"{backend.region_name}{letter}"} for letter in "abc"]
    asked, instance_class = params.get("EngineVersion"), params.get("DBInstanceClass")
    found = [
        {
            "Engine": catalogue.ENGINE,
            "EngineVersion": version,
            "DBInstanceClass": name,
            "LicenseModel": catalogue.LICENSE,
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
        for version in catalogue.versions()
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

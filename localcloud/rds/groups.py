"""Parameter groups and subnet groups: the engine's real parameters, and what RDS refuses.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBParameterGroup.html
https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBParameters.html
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from moto.rds.models import DBParameterGroup, DBSubnetGroup, RDSBackend

from localcloud.rds import catalogue, errors, jobs, parameters
from localcloud.rds.building import Params
from localcloud.rds.paging import page
from localcloud.rds.parameters import Parameter
from localcloud.rds.records import is_ours
from localcloud.rds.service import Rds

_FAMILY = re.compile(r"postgres(\d+)")
#: Of versions that are not on offer any more; groups of them can be made still.
_PAST_FAMILIES = frozenset({"postgres9.6", "postgres10", "postgres11", "postgres12"})
_AT_A_TIME = 20
#: AWS seconds until a changed dynamic parameter is in effect.
APPLYING = 20


def group(backend: RDSBackend, name: str) -> DBParameterGroup:
    """The parameter group; default groups are there from their first mention. DBParameterGroupNotFound otherwise."""
    found = backend.db_parameter_groups.get(name)
    if found is not None:
        return found
    family = name.removeprefix("default.")
    if name.startswith("default.") and _known_family(family):
        made = DBParameterGroup(  # type: ignore[abstract]
            backend, name, f"Default parameter group for {family}", family, []
        )
        backend.db_parameter_groups[name] = made
        return made
    raise errors.error("DBParameterGroupNotFound", f"DBParameterGroup not found: {name}")


def _known_family(family: str) -> bool:
    found = _FAMILY.fullmatch(family)
    return family in _PAST_FAMILIES or (found is not None and catalogue.resolve_version(found[1], 0) is not None)


def create_db_parameter_group(rds: Rds, backend: RDSBackend, params: Params) -> dict[str, Any]:
    """CreateDBParameterGroup for a family of this engine."""
    name, family = params["DBParameterGroupName"], params["DBParameterGroupFamily"]
    if name in backend.db_parameter_groups or name.startswith("default."):
        raise errors.error("DBParameterGroupAlreadyExists", f"Parameter group {name} already exists")
    if not _known_family(family):
        raise errors.value(f"ParameterGroupFamily {family} is not a valid parameter group family")
    tags = [{"Key": tag["Key"], "Value": tag["Value"]} for tag in params.get("Tags", [])]
    made = DBParameterGroup(  # type: ignore[abstract]
        backend, name, params["Description"], family, tags
    )
    backend.db_parameter_groups[name.lower()] = made
    return {"DBParameterGroup": _describe(made)}


def describe_db_parameter_groups(rds: Rds, backend: RDSBackend, params: Params) -> dict[str, Any]:
    """DescribeDBParameterGroups. A name that is not there is an error, as on RDS."""
    name = params.get("DBParameterGroupName")
    found = [group(backend, name)] if name else list(backend.db_parameter_groups.values())
    part, marker = page(found, params)
    return {"DBParameterGroups": [_describe(entry) for entry in part], "Marker": marker}


def _describe(found: DBParameterGroup) -> dict[str, Any]:
    return {
        "DBParameterGroupName": found.name,
        "DBParameterGroupFamily": found.family,
        "Description": found.description,
        "DBParameterGroupArn": found.arn,
    }


def delete_db_parameter_group(rds: Rds, backend: RDSBackend, params: Params) -> dict[str, Any]:
    """DeleteDBParameterGroup: not a default one, and not while instances have it."""
    found = group(backend, params["DBParameterGroupName"])
    if found.name.startswith("default."):
        raise errors.error("InvalidDBParameterGroupState", "Default DBParameterGroup cannot be deleted.")
    users = [db.db_instance_identifier for db in backend.databases.values() if db.db_parameter_groups()[0] is found]
    if users:
        raise errors.error(
            "InvalidDBParameterGroupState",
            f"One or more database instances are still members of this parameter group {found.name}, so the group "
            f"cannot be deleted: {', '.join(users)}",
        )
    del backend.db_parameter_groups[found.name]
    return {}


def modify_db_parameter_group(rds: Rds, backend: RDSBackend, params: Params) -> dict[str, Any]:
    """ModifyDBParameterGroup: dynamic parameters reach running servers, static ones wait for a reboot."""
    found = group(backend, params["DBParameterGroupName"])
    changes = params.get("Parameters", [])
    _check_modifiable(found, changes)
    known = parameters.engine_parameters(rds.site.binaries)
    for change in changes:
        _check_change(known.get(change.get("ParameterName", "")), change)
    for change in changes:
        found.parameters[change["ParameterName"]] = dict(change)
    _apply(rds, backend, found)
    return {"DBParameterGroupName": found.name}


def reset_db_parameter_group(rds: Rds, backend: RDSBackend, params: Params) -> dict[str, Any]:
    """ResetDBParameterGroup: all parameters, or those named."""
    found = group(backend, params["DBParameterGroupName"])
    if found.name.startswith("default."):
        raise errors.error("InvalidDBParameterGroupState", "Default parameter groups cannot be modified.")
    named = [change["ParameterName"] for change in params.get("Parameters", [])]
    if not named and not params.get("ResetAllParameters", True):
        raise errors.combination("Either ResetAllParameters or Parameters must be specified.")
    for name in named or list(found.parameters):
        found.parameters.pop(name, None)
    _apply(rds, backend, found)
    return {"DBParameterGroupName": found.name}


def _check_modifiable(found: DBParameterGroup, changes: list[dict[str, Any]]) -> None:
    if found.name.startswith("default."):
        raise errors.error("InvalidDBParameterGroupState", "Default parameter groups cannot be modified.")
    if not 1 <= len(changes) <= _AT_A_TIME:
        raise errors.value(f"Between 1 and {_AT_A_TIME} parameters can be modified in a request, not {len(changes)}.")


def _check_change(known: Parameter | None, change: dict[str, Any]) -> None:
    name, value = change.get("ParameterName"), change.get("ParameterValue")
    if known is None:
        raise errors.value(f"Could not find parameter with name: {name}")
    if not known.modifiable:
        raise errors.value(f"The parameter {name} cannot be modified.")
    if value is not None and known.refuses(str(value)):
        raise errors.value(f"Invalid parameter value: {value} for: {name} allowed values are: {known.allowed}")
    if known.static and change.get("ApplyMethod") == "immediate":
        raise errors.combination(f"cannot use immediate apply method for static parameter: {name}")


def _apply(rds: Rds, backend: RDSBackend, found: DBParameterGroup) -> None:
    for db in backend.databases.values():
        if is_ours(db) and db.db_parameter_groups()[0] is found:
            rds.cloud.later(APPLYING, partial(jobs.apply_dynamic, rds, db), f"rds parameters {found.name}")


def copy_db_parameter_group(rds: Rds, backend: RDSBackend, params: Params) -> dict[str, Any]:
    """CopyDBParameterGroup within the region."""
    source = group(backend, params["SourceDBParameterGroupIdentifier"].rsplit(":", 1)[-1])
    made = create_db_parameter_group(
        rds,
        backend,
        {
            "DBParameterGroupName": params["TargetDBParameterGroupIdentifier"],
            "DBParameterGroupFamily": source.family,
            "Description": params["TargetDBParameterGroupDescription"],
            "Tags": params.get("Tags", []),
        },
    )
    target = backend.db_parameter_groups[params["TargetDBParameterGroupIdentifier"]]
    target.parameters.update({name: dict(entry) for name, entry in source.parameters.items()})
    return made


def describe_db_parameters(rds: Rds, backend: RDSBackend, params: Params) -> dict[str, Any]:
    """DescribeDBParameters: every parameter of the engine, with the group's values."""
    found = group(backend, params["DBParameterGroupName"])
    listed = [
        _parameter(entry, found.parameters.get(name))
        for name, entry in parameters.engine_parameters(rds.site.binaries).items()
    ]
    source = params.get("Source")
    part, marker = page([entry for entry in listed if source is None or entry["Source"] == source], params)
    return {"Parameters": part, "Marker": marker}


def describe_engine_default_parameters(rds: Rds, backend: RDSBackend, params: Params) -> dict[str, Any]:
    """DescribeEngineDefaultParameters of a family."""
    family = params["DBParameterGroupFamily"]
    if not _known_family(family):
        raise errors.value(f"ParameterGroupFamily {family} is not a valid parameter group family")
    listed = [_parameter(entry, None) for entry in parameters.engine_parameters(rds.site.binaries).values()]
    part, marker = page(listed, params)
    return {"EngineDefaults": {"DBParameterGroupFamily": family, "Marker": marker, "Parameters": part}}


def _parameter(known: Parameter, own: dict[str, Any] | None) -> dict[str, Any]:
    found = {
        "ParameterName": known.name,
        "Description": known.description,
        "Source": "engine-default",
        "ApplyType": "static" if known.static else "dynamic",
        "DataType": known.kind,
        "IsModifiable": known.modifiable,
        "ApplyMethod": "pending-reboot",
    }
    if known.allowed:
        found["AllowedValues"] = known.allowed
    if known.default is not None:
        found |= {"ParameterValue": known.default, "Source": "system"}
    if own is not None and own.get("ParameterValue") is not None:
        found |= {"ParameterValue": str(own["ParameterValue"]), "Source": "user"}
        found["ApplyMethod"] = own.get("ApplyMethod") or found["ApplyMethod"]
    return found


# -- subnet groups ------------------------------------------------------------------------------------------------------


def check_zones(subnets: list[Any]) -> None:
    """A subnet group reaches over two zones at least."""
    if len({subnet.availability_zone for subnet in subnets}) < 2:
        raise errors.error(
            "DBSubnetGroupDoesNotCoverEnoughAZs",
            "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current AZ coverage: "
            f"{', '.join(sorted({subnet.availability_zone for subnet in subnets})) or 'none'}. Add subnets to cover at "
            "least 2 AZs.",
        )


def guard_subnet_groups() -> None:
    """Have moto's backend refuse what RDS refuses, and keep a group that was modified.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBSubnetGroup.html
    """
    create, delete = RDSBackend.create_subnet_group, RDSBackend.delete_subnet_group

    def create_subnet_group(
        self: RDSBackend, subnet_name: str, description: str, subnets: list[Any], tags: list[dict[str, str]]
    ) -> DBSubnetGroup:
        if subnet_name in self.subnet_groups:
            raise errors.error("DBSubnetGroupAlreadyExists", f"The DB subnet group '{subnet_name}' already exists.")
        check_zones(subnets)
        return create(self, subnet_name, description, subnets, tags)

    def modify_db_subnet_group(
        self: RDSBackend, subnet_name: str, description: str | None, subnets: list[Any]
    ) -> DBSubnetGroup:
        found = self.describe_db_subnet_groups(subnet_name)[0]
        if subnet_name.lower() == "default":
            raise errors.error("InvalidDBSubnetGroupStateFault", "The default DB subnet group cannot be modified.")
        check_zones(subnets)
        found.subnets = subnets
        found.vpc_id = subnets[0].vpc_id
        if description is not None:
            found.description = description
        return found

    def delete_subnet_group(self: RDSBackend, subnet_name: str) -> DBSubnetGroup:
        users = [
            db.db_instance_identifier
            for db in self.databases.values()
            if is_ours(db) and db.db_subnet_group.name == subnet_name.lower()
        ]
        if users:
            raise errors.error(
                "InvalidDBSubnetGroupStateFault",
                f"Cannot delete the subnet group '{subnet_name}' because at least one database instance: {users[0]} is "
                "still using it.",
            )
        return delete(self, subnet_name)

    RDSBackend.create_subnet_group = create_subnet_group  # type: ignore[method-assign]
    RDSBackend.modify_db_subnet_group = modify_db_subnet_group  # type: ignore[method-assign]
    RDSBackend.delete_subnet_group = delete_subnet_group  # type: ignore[method-assign]


OPERATIONS = (
    create_db_parameter_group,
    describe_db_parameter_groups,
    delete_db_parameter_group,
    modify_db_parameter_group,
    reset_db_parameter_group,
    copy_db_parameter_group,
    describe_db_parameters,
    describe_engine_default_parameters,
)

"""What the EKS extension keeps of a cluster: plain records in the shapes of the API, so that they can be pickled and sent.

API reference: https://docs.aws.amazon.com/eks/latest/APIReference/Welcome.html
"""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from moto.ec2.models import ec2_backends
from moto.eks.exceptions import (
    InvalidParameterException,
    InvalidRequestException,
    ResourceInUseException,
    ResourceNotFoundException,
)

from localcloud.kubernetes.nodes import Subnet

Record = dict[str, Any]
#: Minor versions on offer, oldest first. The real control plane behind a cluster is of the newest whatever the API says.
VERSIONS = ("1.32", "1.33", "1.34", "1.35", "1.36")
DEFAULT_VERSION = "1.35"
DEFAULT_REGION = "eu-west-1"


class Cluster:
    """One EKS cluster with all that hangs on it. Lives in moto's backend in the place of moto's own class."""

    def __init__(self, record: Record, region: str, account: str) -> None:
        self.record, self.region, self.account = record, region, account
        self.nodegroups: dict[str, Record] = {}
        self.fargate_profiles: dict[str, Record] = {}
        self.addons: dict[str, Record] = {}
        self.access_entries: dict[str, Record] = {}
        self.access_policies: dict[str, dict[str, Record]] = {}
        self.pod_identities: dict[str, Record] = {}
        self.identity_providers: dict[str, Record] = {}
        #: update id -> {"update": Record, "nodegroupName"|"addonName": name of what it belongs to}
        self.updates: dict[str, Record] = {}
        #: principal that has all rights whatever the access entries say (authentication mode CONFIG_MAP), or None
        self.creator: str | None = None

    @property
    def name(self) -> str:
        """Cluster name."""
        return str(self.record["name"])

    @property
    def arn(self) -> str:
        """Cluster ARN (moto's tagging API reads it)."""
        return str(self.record["arn"])

    @property
    def tags(self) -> dict[str, str]:
        """Cluster tags (moto's tagging API reads them)."""
        return self.record["tags"]

    @property
    def plane_name(self) -> str:
        """Name of the control plane in the state folder, unique over regions: dots cannot occur in cluster names."""
        return self.name if self.region == DEFAULT_REGION else f"{self.name}.{self.region}"

    def arn_of(self, kind: str, *rest: str) -> str:
        """ARN of something that belongs to the cluster: `arn:aws:eks:region:account:<kind>/<cluster>/<rest>`."""
        return f"arn:aws:eks:{self.region}:{self.account}:{'/'.join((kind, self.name, *rest))}"

    def tagged(self) -> dict[str, Record]:
        """ARN -> record of everything that carries tags."""
        found = {self.arn: self.record}
        for records, key in (
            (self.nodegroups, "nodegroupArn"),
            (self.fargate_profiles, "fargateProfileArn"),
            (self.addons, "addonArn"),
            (self.access_entries, "accessEntryArn"),
            (self.pod_identities, "associationArn"),
        ):
            found |= {record[key]: record for record in records.values()}
        return found

    def subnets(self, ids: list[str]) -> list[Subnet]:
        """Those of the emulated VPCs that exist."""
        known = {subnet.id: subnet for subnet in ec2_backends[self.account][self.region].describe_subnets()}
        return [Subnet(name, known[name].availability_zone, known[name].cidr_block) for name in ids if name in known]

    def require_active(self) -> None:
        """Raise InvalidRequestException where EKS refuses because the cluster is being made, changed or removed."""
        if self.record["status"] != "ACTIVE":
            raise InvalidRequestException(
                clusterName=self.name,
                message=f"Cluster '{self.name}' is not in ACTIVE status (it is {self.record['status']})",
            )


@dataclass(frozen=True)
class Call:
    """One request: the parsed parameters by their botocore names, and who sent it."""

    params: Record
    region: str
    account: str
    access_key: str

    def __getitem__(self, name: str) -> Any:
        return self.params[name]

    def get(self, name: str, default: Any = None) -> Any:
        """A parameter, `default` where it was not sent."""
        value = self.params.get(name)
        return default if value is None else value


def now() -> datetime.datetime:
    """The present as the API gives it."""
    return datetime.datetime.now(datetime.UTC).replace(microsecond=0)


def new_id() -> str:
    """A fresh UUID."""
    return str(uuid.uuid4())


def find(records: dict[str, Record], name: str, kind: str, cluster: str, field: str | None = None) -> Record:
    """The record, or ResourceNotFoundException worded as `No <kind> found for name: <name>.`"""
    if name not in records:
        about = {field: name} if field else {}
        raise ResourceNotFoundException(clusterName=cluster, **about, message=f"No {kind} found for name: {name}.")
    return records[name]


def refuse_existing(
    records: dict[str, Record], name: str, cluster: str, message: str, field: str | None = None
) -> None:
    """ResourceInUseException where `name` is taken."""
    if name in records:
        raise ResourceInUseException(clusterName=cluster, **({field: name} if field else {}), message=message)


def invalid(message: str, **about: str) -> InvalidParameterException:
    """The InvalidParameterException to raise."""
    return InvalidParameterException(**about, message=message)


def page(names: list[str], call: Call, key: str) -> Record:
    """One page of a list operation: {key: [...], nextToken}; the token is the first name of the next page."""
    ordered = sorted(names)
    start = call.get("nextToken")
    if start:
        ordered = [name for name in ordered if name >= start]
    limit = call.get("maxResults", 100)
    following = ordered[limit] if len(ordered) > limit else None
    return {key: ordered[:limit], **({"nextToken": following} if following else {})}

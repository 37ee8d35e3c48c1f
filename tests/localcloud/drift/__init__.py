"""Changes behind our back, for the acceptance test of environments: one file per component, each a list CHANGES.

The acceptance test makes every change of every file at once on a provisioned environment, expects drift.yml to name each,
lets provision.yml repair them, and expects an empty plan. So a change alters one attribute of one resource, and no two
alter the same attribute of the same resource, nor does one take away what another needs.

    def retention(world: World) -> None:
        world.client("logs").put_retention_policy(logGroupName=f"/{world.prefix}/web", retentionInDays=1)

    CHANGES = [Change("logs_group", "retention_days", "somebody saves money", retention, resource="/{prefix}/web")]
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

PLATFORM = "creator"
INVENTORIES = Path(__file__).resolve().parents[3] / "inventories"
#: The attribute of a change that removes a whole resource, or adds one that is not desired.
WHOLE = ""


@dataclass(frozen=True)
class World:
    """A provisioned environment. `variables` are those of its inventory; `make(service, region)` makes a boto3 client."""

    environment: str
    account: str
    region: str
    dr_region: str
    make: Callable[[str, str], Any]
    variables: dict[str, Any]

    @property
    def prefix(self) -> str:
        """What names begin with: creator-<environment>."""
        return f"{PLATFORM}-{self.environment}"

    def client(self, service: str, region: str | None = None) -> Any:
        """A boto3 client for the environment's region, or another."""
        return self.make(service, region or self.region)


def variables_of(environment: str) -> dict[str, Any]:
    """Variables of an environment's inventory, untemplated."""
    found: dict[str, Any] = {}
    for path in sorted((INVENTORIES / environment / "group_vars/all").glob("*.yml")):
        found |= yaml.safe_load(path.read_text())
    return found


@dataclass(frozen=True)
class Change:
    """One change behind our back, and what the plan must say of it.

    kind, attribute: the row of the plan; WHOLE as attribute when the resource itself goes or comes.
    description: who would do such a thing. resource: name of the resource, with {prefix}, {environment} and {account}
    filled in; "" when any resource of the kind will do. environments: where the changed thing exists; () is everywhere.
    """

    kind: str
    attribute: str
    description: str
    apply: Callable[[World], None]
    resource: str = ""
    environments: tuple[str, ...] = ()

    def name(self, world: World) -> str:
        """The resource's name in the world, or ""."""
        return self.resource.format(prefix=world.prefix, environment=world.environment, account=world.account)

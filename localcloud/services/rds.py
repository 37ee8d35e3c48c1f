"""RDS for PostgreSQL with real clusters: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/Welcome.html

The operations stand in `localcloud/rds/`; here they take the place of moto's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.rds.models import RDSBackend
from moto.rds.responses import RDSResponse

from localcloud.cloud import Cloud
from localcloud.postgres.binaries import PostgresError
from localcloud.rds import (
    control,
    errors,
    groups,
    instances,
    jobs,
    keeper,
    master_password,
    modifying,
    offers,
    paper,
    replication,
    restores,
    snapshots,
)
from localcloud.rds.service import Rds

Operation = Callable[[Rds, RDSBackend, dict[str, Any]], dict[str, Any]]


def install(cloud: Cloud) -> None:
    """Put the operations in place and have instances started again after the cloud was."""
    rds = Rds(cloud)
    jobs.install(rds)
    paper.install(rds)
    for module in (instances, modifying, restores, snapshots, replication, groups, offers):
        for operation in module.OPERATIONS:
            setattr(RDSResponse, operation.__name__, _method(rds, operation))
    groups.guard_subnet_groups()
    control.install(rds)
    keeper.install(rds)
    master_password.install(rds)


def _method(rds: Rds, operation: Operation) -> Callable[[RDSResponse], ActionResult]:
    def answer(response: RDSResponse) -> ActionResult:
        try:
            # moto hands over a plain dictionary when the request has no parameters
            params = response.params
            given = params if type(params) is dict else params.original_dict()
            return ActionResult(operation(rds, response.backend, given))
        except PostgresError as error:
            raise errors.error("InsufficientDBInstanceCapacity", str(error)) from error

    answer.__name__ = operation.__name__
    return answer

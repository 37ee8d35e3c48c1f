"""A target's health in the words of the API, from what HAProxy says of a server. Pure.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html
https://docs.haproxy.org/2.6/management.html#9.1
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass

FAILED, MISMATCH, TIMEOUT = "Target.FailedHealthChecks", "Target.ResponseCodeMismatch", "Target.Timeout"


@dataclass(frozen=True)
class Health:
    """`State`, `Reason` and `Description` of a target."""

    state: str
    reason: str | None = None
    description: str | None = None


HEALTHY = Health("healthy")
INITIAL = Health("initial", "Elb.InitialHealthChecking", "Initial health checks in progress")
REGISTERING = Health("initial", "Elb.RegistrationInProgress", "Target registration is in progress")
DRAINING = Health("draining", "Target.DeregistrationInProgress", "Target deregistration is in progress")
NOT_KNOWN = Health("unavailable", "Elb.InternalError", "Internal error: the proxy of the local cloud does not answer")
UNREACHABLE = Health("unhealthy", TIMEOUT, "Request timed out: the local cloud does not lead to this address")


def statistics(text: str) -> dict[tuple[str, str], Mapping[str, str]]:
    """Rows of `show stat` by proxy and server."""
    rows = csv.DictReader(text.lstrip("# \n").splitlines())
    return {(row["pxname"], row["svname"]): row for row in rows if row.get("svname")}


def of_server(row: Mapping[str, str] | None, before: Health | None = None) -> Health:
    """row: of the statistics, None where the proxy does not have the server yet. before: what was told last.

    A proxy that was started anew has not checked yet, and does not know by what a target that is down failed.
    """
    if row is None:
        return REGISTERING
    if row["status"].startswith("UP"):
        return HEALTHY
    kind = row["check_status"].lstrip("* ")
    if kind in {"", "INI", "UNK", "L7OK", "L4OK", "L6OK"}:  # not checked yet, or on its way up
        return before if before is not None and before.state == "unhealthy" else INITIAL
    if kind == "L7STS":
        return Health("unhealthy", MISMATCH, f"Health checks failed with these codes: [{row['check_code']}]")
    if kind.endswith("TOUT"):
        return Health("unhealthy", TIMEOUT, "Request timed out")
    return Health("unhealthy", FAILED, "Health checks failed")

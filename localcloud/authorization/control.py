"""`GET /_localcloud/permissions?role=NAME`: what the record of requests says of a role's policies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from localcloud import control
from localcloud.authorization import coverage, lookup
from localcloud.cloud import Cloud


def install(cloud: Cloud) -> None:
    """Add the control path."""

    @control.route("GET", "/_localcloud/permissions")
    def show(request: control.ControlRequest) -> dict[str, Any]:
        name = request.query.get("role")
        with cloud.lock:
            roles = {role.name: role for role in list(lookup.iam().roles.values())}
            role = roles.get(name or "")
            if role is None:
                known = ", ".join(sorted(roles)) or "none"
                raise control.ControlError(f"no role {name!r}; there are: {known}", 404)
            policies = lookup.identity_of(role)
            boundary = lookup.boundary_of(role)
        found = coverage.coverage(
            records(cloud.state), [*policies, *([boundary] if boundary is not None else [])], str(role.arn)
        )
        return {"role": name, **found.document(), "text": coverage.text(found)}


def records(state: Path) -> Iterator[dict[str, Any]]:
    """All records of requests that the state folder keeps, oldest first; a line that is being written is left out."""
    for path in (state / "requests.old.jsonl", state / "requests.jsonl"):
        if not path.exists():
            continue
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                if line.endswith("\n") and '"decision":null' not in line:
                    yield json.loads(line)

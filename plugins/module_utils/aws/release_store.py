# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of releases in Systems Manager Parameter Store: one parameter each, and a pointer to the last verified one.

A record is written once; only its status moves, and never away from verified.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws import parameters

VERIFIED = "verified"


class ReleaseStoreError(Exception):
    """The store contradicts what was to be written; the text names the release and the parameter."""


def folder(platform: str, environment: str) -> str:
    """Path under which the releases of an environment are kept."""
    return f"/{platform}/{environment}/releases"


def read(client: Any, path: str) -> tuple[list[dict[str, Any]], str]:
    """All records, newest first, and the id of the last verified one ("" when there is none).

    Raises ReleaseStoreError for a parameter that is no record, and what boto3 raises.
    """
    found = parameters.read_path(client, path)
    verified = found.pop(f"{path}/{VERIFIED}", "")
    records = [_decoded(name, value) for name, value in found.items()]
    return sorted(records, key=lambda record: str(record.get("created", "")), reverse=True), verified


def names(client: Any, path: str) -> list[str]:
    """Names of all parameters of the store, also of one that is no record. Raises what boto3 raises."""
    return sorted(parameters.read_path(client, path))


def remove(client: Any, path: str, *, dry_run: bool = False) -> list[str]:
    """Remove all records and the pointer. Returns the names of what was, or would be, removed. Raises what boto3 raises."""
    found = names(client, path)
    if not dry_run:
        parameters.delete(client, found)
    return found


def _decoded(name: str, value: str) -> dict[str, Any]:
    try:
        record = json.loads(value)
    except ValueError:
        record = None
    if not isinstance(record, dict) or not isinstance(record.get("id"), str):
        raise ReleaseStoreError(f"parameter {name} is not the record of a release: repair or delete it")
    return record


def put(
    client: Any,
    path: str,
    release: Mapping[str, Any],
    status: str,
    *,
    now: str,
    tags: Mapping[str, str],
    dry_run: bool = False,
) -> tuple[dict[str, Any], bool]:
    """Bring the record of `release` to `status`, and the pointer to it when that is verified. Returns (record, changed).

    now: creation time of a new record, ISO 8601. Raises ReleaseStoreError when a record of that id has other content.
    """
    records, verified = read(client, path)
    existing = next((record for record in records if record["id"] == release["id"]), None)
    record = {"created": now, **(existing or {}), **release, "status": status}
    if existing:
        if any(existing.get(key) != release.get(key) for key in ("services", "manifests")):
            raise ReleaseStoreError(f"release {release['id']} is recorded under {path} with another content")
        if existing.get("status") == VERIFIED:
            record["status"] = VERIFIED
    point = status == VERIFIED and verified != release["id"]
    changed = record != existing or point
    if changed and not dry_run:
        name = f"{path}/{release['id']}"
        if record != existing:
            value = json.dumps(record, sort_keys=True, separators=(",", ":"))
            parameters.write(client, {name: value}, {name: ""} if existing else {}, tags)
        if point:
            pointer = f"{path}/{VERIFIED}"
            parameters.write(client, {pointer: release["id"]}, {pointer: ""} if verified else {}, tags)
    return record, changed

# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of releases: written once, never away from verified, and the pointer that follows."""

from __future__ import annotations

import json
from typing import Any

import pytest

pytest.importorskip("boto3")

from ansible_collections.creator.platform.plugins.module_utils.aws import release_store as store

PATH = store.folder("creator", "dev")
ONE = {"id": "r-1", "services": {"web": {"digest": "sha256:a"}}, "manifests": "m1"}
TWO = {"id": "r-2", "services": {"web": {"digest": "sha256:b"}}, "manifests": "m2"}


class Parameters:
    """Parameter Store in memory."""

    def __init__(self) -> None:
        self.held: dict[str, str] = {}
        self.puts: list[str] = []

    def get_paginator(self, _name: str) -> Parameters:
        """Itself."""
        return self

    def paginate(self, **_options: Any):
        """One page of all."""
        yield {"Parameters": [{"Name": name, "Value": value} for name, value in self.held.items()]}

    def put_parameter(self, *, Name: str, Value: str, **options: Any) -> None:  # noqa: N803  boto3's names
        """Keep it; without Overwrite only a new one."""
        assert options.get("Overwrite") or Name not in self.held
        self.held[Name] = Value
        self.puts.append(Name)

    def delete_parameters(self, *, Names: list[str]) -> None:  # noqa: N803  boto3's names
        """Forget them; ten at most, as AWS takes."""
        assert len(Names) <= 10
        for name in Names:
            self.held.pop(name, None)


def put(client, release, status, now="2026-11-24T12:00:00Z", **options):
    return store.put(client, PATH, release, status, now=now, tags={}, **options)


def test_a_release_is_recorded_verified_and_pointed_to():
    client = Parameters()
    record, changed = put(client, ONE, "recorded")
    assert changed
    assert record == {**ONE, "created": "2026-11-24T12:00:00Z", "status": "recorded"}
    assert store.read(client, PATH) == ([record], "")
    put(client, ONE, "verified", now="later")
    (record,), verified = store.read(client, PATH)
    assert (record["created"], record["status"], verified) == ("2026-11-24T12:00:00Z", "verified", "r-1")


def test_the_same_again_changes_nothing():
    client = Parameters()
    put(client, ONE, "verified")
    client.puts.clear()
    assert put(client, ONE, "verified")[1] is False
    assert client.puts == []


def test_what_was_verified_stays_so_and_its_failure_moves_nothing():
    client = Parameters()
    put(client, ONE, "verified")
    assert put(client, ONE, "recorded") == ({**ONE, "created": "2026-11-24T12:00:00Z", "status": "verified"}, False)
    put(client, TWO, "failed")
    assert store.read(client, PATH)[1] == "r-1"
    put(client, TWO, "verified")
    assert store.read(client, PATH)[1] == "r-2"
    assert put(client, ONE, "verified")[1] is True
    assert store.read(client, PATH)[1] == "r-1"


def test_another_content_under_a_known_id_is_refused():
    client = Parameters()
    put(client, ONE, "recorded")
    with pytest.raises(
        store.ReleaseStoreError, match="r-1 is recorded under /creator/dev/releases with another content"
    ):
        put(client, {**ONE, "manifests": "other"}, "recorded")


def test_a_dry_run_writes_nothing():
    client = Parameters()
    assert put(client, ONE, "verified", dry_run=True)[1] is True
    assert client.held == {}


@pytest.mark.parametrize("value", ["{", "[]", "{}", json.dumps({"id": 1})])
def test_a_parameter_that_is_no_record_is_named(value):
    client = Parameters()
    client.held[f"{PATH}/r-9"] = value
    with pytest.raises(store.ReleaseStoreError, match="/creator/dev/releases/r-9 is not the record"):
        store.read(client, PATH)


def test_all_records_go_with_the_pointer_also_what_is_no_record():
    client = Parameters()
    put(client, ONE, "verified")
    client.held[f"{PATH}/odd"] = "no record"
    wanted = [f"{PATH}/odd", f"{PATH}/r-1", f"{PATH}/verified"]
    assert store.remove(client, PATH, dry_run=True) == wanted
    assert sorted(client.held) == wanted
    assert store.remove(client, PATH) == wanted
    assert client.held == {}
    assert store.remove(client, PATH) == []

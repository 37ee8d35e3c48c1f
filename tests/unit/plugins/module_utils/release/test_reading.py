# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an apply would make of an object, told without the right to ask."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.release.reading import applied

MANIFEST: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "ResourceQuota",
    "metadata": {"name": "quota", "namespace": "shop", "labels": {"part": "shop"}},
    "spec": {"hard": {"pods": "100"}, "scopes": ["A", "B"]},
}


def owned(manager: str, *fields: dict[str, Any], operation: str = "Apply") -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for each in fields:
        for group, below in each.items():
            tree.setdefault(group, {}).update(below)
    return {"manager": manager, "operation": operation, "fieldsV1": tree}


def found(**changes: Any) -> dict[str, Any]:
    """As the API server has it, with what it filled in."""
    meta = {
        **MANIFEST["metadata"],
        "uid": "u",
        "managedFields": [
            owned(
                "creator.platform", {"f:metadata": {"f:labels": {"f:part": {}}}}, {"f:spec": {"f:hard": {"f:pods": {}}}}
            )
        ],
    }
    return {**MANIFEST, "metadata": meta, "status": {"used": {"pods": "3"}}, **changes}


def test_what_is_as_wanted_stays_as_it_is() -> None:
    assert applied(found(), MANIFEST, "creator.platform") == found()


def test_what_the_server_filled_in_is_no_difference() -> None:
    ports = [{"port": 53, "protocol": "UDP"}]
    filled = found(spec={**MANIFEST["spec"], "ports": ports, "policy": "x"})
    wanted = {**MANIFEST, "spec": {**MANIFEST["spec"], "ports": [{"port": 53}]}}
    assert applied(filled, wanted, "creator.platform") == filled


@pytest.mark.parametrize(
    ("spec", "after"),
    [
        ({"hard": {"pods": "5"}, "scopes": ["A", "B"]}, MANIFEST["spec"]),
        ({"hard": {"pods": "100", "services": "1"}, "scopes": ["A", "B"]}, {
            "hard": {"pods": "100", "services": "1"}, "scopes": ["A", "B"],
        }),
        ({"hard": {"pods": "100"}, "scopes": ["A", "B", "C"]}, MANIFEST["spec"]),
        ({"hard": {"pods": "100"}, "scopes": ["B", "A"]}, MANIFEST["spec"]),
        ({}, MANIFEST["spec"]),
    ],
)  # fmt: skip
def test_values_are_taken_back_and_those_of_others_stay(spec: dict[str, Any], after: dict[str, Any]) -> None:
    assert applied(found(spec=spec), MANIFEST, "creator.platform")["spec"] == after


def test_only_what_this_manager_alone_applied_is_given_up() -> None:
    gone = {"f:metadata": {"f:labels": {"f:old": {}}, "f:annotations": {".": {}, "f:note": {}}}}
    shared = {"f:metadata": {"f:labels": {"f:team": {}}}}
    live = found()
    live["metadata"] |= {
        "labels": {"part": "shop", "old": "x", "team": "y", "theirs": "z"},
        "annotations": {"note": "n"},
        "managedFields": [
            owned("creator.platform", {"f:metadata": {"f:labels": {"f:old": {}, "f:team": {}}, **gone["f:metadata"]}}),
            owned("creator.platform", {"f:metadata": {"f:labels": {"f:theirs": {}}}}, operation="Update"),
            owned("kubectl", shared),
        ],
    }
    live["metadata"]["managedFields"][0]["fieldsV1"]["f:metadata"]["f:labels"] = {
        "f:old": {},
        "f:team": {},
        "f:part": {},
    }
    meta = applied(live, MANIFEST, "creator.platform")["metadata"]
    assert meta["labels"] == {"part": "shop", "team": "y", "theirs": "z"}
    assert "annotations" not in meta


def test_an_element_of_a_list_stands_for_the_list() -> None:
    live = found()
    live["metadata"]["managedFields"] = [
        owned("creator.platform", {"f:spec": {"f:scopes": {'v:"A"': {}}, "f:ports": {'k:{"port":1}': {"f:port": {}}}}})
    ]
    live["spec"] = {**MANIFEST["spec"], "ports": [{"port": 1}]}
    assert applied(live, MANIFEST, "creator.platform")["spec"] == MANIFEST["spec"]

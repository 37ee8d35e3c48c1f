# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drift as evidence, sentence and metric."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.event_history import changes_of
from ansible_collections.creator.platform.plugins.module_utils.provision import drift
from ansible_collections.creator.platform.plugins.module_utils.provision.document import (
    component_document,
    environment_document,
)
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Change

EVENT = {"event": "ModifyDBInstance", "who": "arn:aws:iam::1:user/eve", "when": "2026-11-24T12:00:00Z"}


def plan() -> dict[str, Any]:
    place = {"platform": "creator", "environment": "prod", "account": "1", "region": "r"}
    change = Change("update", "rds_instance", "db", "r", (("class", "small", "large"),))
    return environment_document(
        [
            component_document([change], component="database", **place),  # type: ignore[arg-type]
            component_document([], component="keys", **place),  # type: ignore[arg-type]
        ]
    )


def test_every_component_has_a_metric_and_none_is_zero() -> None:
    *components, whole = drift.metric_data(plan())
    values = {each["Dimensions"][1]["Value"]: each["Value"] for each in components}
    assert whole["Dimensions"] == components[0]["Dimensions"][:1]
    assert whole["Value"] == sum(values.values())
    assert values == {"database": 1, "keys": 0}


def test_evidence_names_resource_attribute_and_author() -> None:
    rows = [{**row, "events": [EVENT], "unknown": ""} for row in drift.drifted(plan())]
    made = drift.evidence(plan(), rows, "2026-11-24T13:00:00Z")
    assert made["drifted"] == 1
    assert made["components"] == {"database": 1, "keys": 0}
    assert made["resources"][0]["attributes"][0]["attribute"] == "class"
    assert drift.authors(rows) == [
        "rds_instance db (r) [ModifyDBInstance by arn:aws:iam::1:user/eve at 2026-11-24T12:00:00Z]"
    ]
    assert (
        "prod is not what its variables say, 1 resource differs: update rds_instance db (r): class"
        in drift.sentence("prod", rows)
    )


def test_an_author_who_cannot_be_named_is_said_to_be_unknown() -> None:
    rows = [{**row, "events": [], "unknown": "AccessDenied"} for row in drift.drifted(plan())]
    assert drift.authors(rows) == ["rds_instance db (r) [by whom is not known: AccessDenied]"]


@pytest.mark.parametrize(
    ("facts", "names"),
    [
        ({}, ["db"]),
        ({"id": "db", "arn": "arn:db"}, ["db", "arn:db"]),
        ({"id": "vpc-1", "arn": None}, ["vpc-1", "db"]),
    ],
)
def test_what_cloudtrail_may_call_a_resource(facts: dict[str, Any], names: list[str]) -> None:
    assert drift.names_of({"name": "db"}, facts) == names


class History:
    """CloudTrail with these events by resource name."""

    def __init__(self, **events: list[dict[str, Any]]) -> None:
        self.events = events

    def lookup_events(self, LookupAttributes: list[dict[str, str]], MaxResults: int) -> dict[str, Any]:  # noqa: N803
        return {"Events": self.events.get(LookupAttributes[0]["AttributeValue"], [])[:MaxResults]}


def event(name: str, read_only: str = "false", **detail: Any) -> dict[str, Any]:
    identity = {"userIdentity": {"arn": "arn:eve"}, **detail}
    moment = datetime.datetime(2026, 11, 24, tzinfo=datetime.UTC)
    return {"EventName": name, "ReadOnly": read_only, "EventTime": moment, "CloudTrailEvent": json.dumps(identity)}


def test_reads_and_refused_calls_are_no_changes() -> None:
    history = History(db=[event("Describe", "true"), event("Delete", errorCode="AccessDenied"), event("Modify")])
    assert [each["event"] for each in changes_of(history, ["db"])] == ["Modify"]


def test_names_are_tried_in_turn() -> None:
    history = History(arn=[event("Describe", "true")], db=[event("Modify")])
    assert changes_of(history, ["id", "arn", "db"])[0]["who"] == "arn:eve"
    assert changes_of(history, ["id"]) == []

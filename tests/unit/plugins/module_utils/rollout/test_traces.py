# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Traces that were recorded from a real control plane (Kubernetes 1.36, simulated nodes), judged again without one."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.rollout.deployment import verdict
from ansible_collections.creator.platform.plugins.module_utils.rollout.model import (
    Identity,
    Settings,
    Snapshot,
    Verdict,
)
from hypothesis import given, settings
from hypothesis import strategies as st

TRACES = {
    path.stem: json.loads(path.read_text()) for path in sorted((Path(__file__).parent / "fixtures").glob("*.json"))
}
POLLS = [
    pytest.param(name, number, id=f"{name}-{number}")
    for name, trace in TRACES.items()
    for number in range(len(trace["polls"]))
]


def judge(name: str, objects: dict[str, Any], now: float, **identity: Any) -> Verdict:
    trace = TRACES[name]
    snapshot = Snapshot(
        objects["Deployment"][0], objects["ReplicaSet"], objects["Pod"], objects["Event"], objects.get("ResourceQuota")
    )
    return verdict(replace(Identity(**trace["identity"]), **identity), snapshot, now, Settings(**trace["settings"]))


@pytest.mark.parametrize(("name", "number"), POLLS)
def test_each_poll_gives_what_it_gave(name, number):
    poll = TRACES[name]["polls"][number]
    found = judge(name, poll["objects"], poll["now"])
    assert (found.state, found.reason) == (poll["state"], poll["reason"]), found.message


@pytest.mark.parametrize(("name", "number"), POLLS)
@settings(max_examples=5, deadline=None)
@given(seed=st.randoms(use_true_random=False))
def test_the_order_of_lists_means_nothing(name, number, seed):
    poll = TRACES[name]["polls"][number]
    objects = {kind: seed.sample(listed, len(listed)) for kind, listed in poll["objects"].items()}
    found = judge(name, objects, poll["now"])
    assert (found.state, found.reason) == (poll["state"], poll["reason"])


@pytest.mark.parametrize(("name", "number"), POLLS)
def test_events_may_be_missing(name, number):
    poll = TRACES[name]["polls"][number]
    found = judge(name, {**poll["objects"], "Event": None}, poll["now"])
    assert (found.state, found.reason) == (poll["state"], poll["reason"])


@pytest.mark.parametrize("name", sorted(TRACES))
def test_a_stranger_an_unknown_digest_and_another_uid_never_succeed(name):
    poll = TRACES[name]["polls"][-1]
    stranger = copy.deepcopy(poll["objects"])
    pod = copy.deepcopy(stranger["Pod"][0])
    pod["metadata"].update(name="stranger", uid="stranger", ownerReferences=[])
    pod["metadata"].pop("deletionTimestamp", None)
    stranger["Pod"].append(pod)
    assert judge(name, stranger, poll["now"]).state != "succeeded"
    silent = copy.deepcopy(poll["objects"])
    for pod in silent["Pod"]:
        for status in pod["status"]["containerStatuses"]:
            status["imageID"] = ""
    assert judge(name, silent, poll["now"]).state != "succeeded"
    assert judge(name, poll["objects"], poll["now"], uid="another").reason == "Recreated"

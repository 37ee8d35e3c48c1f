# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must hold for every trace, however strange: unknown is never success, and a transient state is never a failure."""

from __future__ import annotations

import copy
from dataclasses import replace

from ansible_collections.creator.platform.plugins.module_utils.rollout import deployment as rules
from ansible_collections.creator.platform.plugins.module_utils.rollout.creation import quantity
from ansible_collections.creator.platform.tests.unit.plugins.module_utils.rollout import world as w
from ansible_collections.creator.platform.tests.unit.plugins.module_utils.rollout.world import World
from hypothesis import given
from hypothesis import strategies as st

STATES = {"progressing", "succeeded", "failed", "timed_out", "inconclusive"}
SPOILERS = {
    "foreign pod": lambda x: x.pods.append(w.pod("stray", "rs-stranger")),
    "old pod": lambda x: x.old_pods(1),
    "other digest": lambda x: x.pods.__setitem__(0, w.pod("web-new-0", digest=w.OTHER_DIGEST)),
    "no digest": lambda x: x.pods[0]["status"]["containerStatuses"][0].pop("imageID"),
    "paused": lambda x: x.deployment["spec"].update(paused=True),
    "no status": lambda x: x.deployment.pop("status"),
    "no pod status": lambda x: x.pods[0].pop("status"),
    "no conditions": lambda x: x.pods[0]["status"].pop("conditions"),
    "no container statuses": lambda x: x.pods[0]["status"].update(containerStatuses=[]),
    "unobserved": lambda x: x.deployment["status"].update(observedGeneration=6),
    "replica set of another owner": lambda x: x.replica_sets[0]["metadata"].update(
        ownerReferences=w.owner("uid-payments")
    ),
    "replica set of another template": lambda x: x.replica_sets[0]["spec"].update(template=w.template("x")),
    "replica set twice": lambda x: x.replica_sets.append(copy.deepcopy(x.replica_sets[0])),
    "ready unknown": lambda x: x.pods[0]["status"]["conditions"][2].update(status="Unknown"),
    "pods unread": lambda x: setattr(x, "pods", None),
}


@given(replicas=st.integers(1, 6), spoiler=st.sampled_from(sorted(SPOILERS)), after=st.floats(10, 1200))
def test_no_spoiled_trace_succeeds(replicas, spoiler, after):
    world = World(replicas)
    SPOILERS[spoiler](world)
    assert world.verdict(after=after).state != "succeeded"


def paths(value, path=()):
    """Every place in nested objects."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield (*path, key)
        yield from paths(child, (*path, key))


def bend(value, path, junk):
    for key in path[:-1]:
        value = value[key]
    value[path[-1]] = junk


JUNK = st.sampled_from([None, "", "x", -1, 10**9, True, [], {}, [None], {"a": None}])


@given(data=st.data())
def test_damaged_objects_give_a_verdict_and_never_an_exception(data):
    world = World(data.draw(st.integers(1, 3)))
    if data.draw(st.booleans()):
        world.waiting("ErrImagePull", "not found").old_pods(1)
    if data.draw(st.booleans()):
        world.refused("exceeded quota: q, requested: cpu=1, used: cpu=1, limited: cpu=1").old_pods(1)
    parts = {"deployment": world.deployment, "replica_sets": world.replica_sets, "pods": world.pods}
    for _time in range(data.draw(st.integers(1, 3))):
        bend(
            parts,
            data.draw(st.sampled_from([path for path in paths(parts) if len(path) > 1])),
            copy.deepcopy(data.draw(JUNK)),
        )
    for part, value in parts.items():
        setattr(world, part, value)
    assert world.verdict().state in STATES


REQUIRED = [
    ("deployment", ("metadata", "uid")),
    ("deployment", ("metadata", "generation")),
    ("deployment", ("metadata", "annotations")),
    ("deployment", ("spec", "replicas")),
    ("deployment", ("spec", "template")),
    ("deployment", ("status",)),
    ("deployment", ("status", "observedGeneration")),
    ("deployment", ("status", "replicas")),
    ("deployment", ("status", "updatedReplicas")),
    ("deployment", ("status", "availableReplicas")),
    ("replica_sets", (0, "metadata")),
    ("replica_sets", (0, "spec")),
    ("pods", (0, "metadata", "ownerReferences")),
    ("pods", (0, "spec")),
    ("pods", (0, "status")),
    ("pods", (0, "status", "phase")),
    ("pods", (0, "status", "conditions")),
    ("pods", (0, "status", "containerStatuses")),
    ("pods", (0, "status", "containerStatuses", 0, "imageID")),
    ("pods", (0, "status", "containerStatuses", 0, "ready")),
]


@given(where=st.sampled_from(REQUIRED), junk=JUNK)
def test_a_required_field_that_is_missing_or_nonsense_is_never_success(where, junk):
    part, path = where
    if junk is True or junk == 10**9:  # a count may be high: an autoscaler raises it
        return
    world = World(2)
    bend(getattr(world, part), path, copy.deepcopy(junk))
    assert world.verdict().state != "succeeded"


@given(
    messages=st.sampled_from(["429 Too Many Requests", "502 Bad Gateway", "i/o timeout", "connection refused"]),
    age=st.floats(0, 60),
    restarts=st.integers(0, 1),
)
def test_transient_states_within_their_grace_never_fail(messages, age, restarts):
    world = World(2).waiting("ErrImagePull", messages, restarts=restarts, last={"exitCode": 1})
    assert world.verdict(after=5 + age).state == "progressing"


@given(restarts=st.integers(0, 50), code=st.integers(0, 255))
def test_ready_wins_over_any_history(restarts, code):
    world = World(2)
    for pod in world.pods:
        pod["status"]["containerStatuses"][0].update(
            restartCount=restarts, lastState={"terminated": {"exitCode": code}}
        )
    assert world.verdict().state == "succeeded"


@given(after=st.integers(10, 5000), timeout=st.integers(1, 5000))
def test_the_verdict_is_a_function_of_its_arguments(after, timeout):
    settings = replace(w.SETTINGS, timeout=timeout)
    world = World(2).old_pods(1)
    before = copy.deepcopy(world.snapshot())
    first = world.verdict(after=after, settings=settings)
    assert world.snapshot() == before
    assert first == world.verdict(after=after, settings=settings)
    assert (first.state == "progressing") == (after < timeout)


@given(amount=st.integers(0, 10**6), suffix=st.sampled_from(["", "m", "k", "M", "Ki", "Mi", "Gi"]))
def test_quantities_are_ordered_as_their_amounts(amount, suffix):
    assert quantity(f"{amount}{suffix}") < quantity(f"{amount + 1}{suffix}")


def test_quantities_that_are_none():
    assert [quantity(text) for text in ("", "1.5.2", "1Zi", "i", "1i")] == [None] * 5
    assert quantity("1500m") == 1.5
    assert quantity("1e3") == 1000.0
    assert rules.kept_available(World(4).deployment) == 3

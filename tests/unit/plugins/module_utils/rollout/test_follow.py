# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Following rollouts: polls, errors, clocks, and what is left when one fails. No test waits."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.creator.platform.plugins.module_utils.rollout import follow as following
from ansible_collections.creator.platform.plugins.module_utils.rollout.follow import UnreadableError
from ansible_collections.creator.platform.plugins.module_utils.rollout.model import Settings
from ansible_collections.creator.platform.plugins.module_utils.rollout.verify import WorkloadError, verify
from ansible_collections.creator.platform.tests.unit.plugins.module_utils.rollout import world as w
from ansible_collections.creator.platform.tests.unit.plugins.module_utils.rollout.world import World

PINNED = {
    "namespace": "shop",
    "name": "web",
    "images": {"web": w.DIGEST},
    "uid": "uid-web",
    "generation": 7,
    "replicas": 2,
}


class Script:
    """A reader that shows one world after another, the last one for ever; a clock that its sleep moves."""

    def __init__(self, *worlds: World | Exception, skew: float | None = None, start: float = 10.0) -> None:
        self.worlds, self.at, self.skew = list(worlds), w.START + start, skew
        self.asked: list[str] = []
        self.polls = 0
        self.naps: list[float] = []

    def objects(self, kind: str, namespace: str):
        """What the current world has of the kind."""
        self.asked.append(kind)
        world = self.worlds[min(self.polls, len(self.worlds) - 1)]
        if isinstance(world, Exception):
            raise world
        found = {
            "Deployment": [world.deployment] if world.deployment else [],
            "ReplicaSet": world.replica_sets,
            "Pod": world.pods,
            "Event": world.events,
            "ResourceQuota": world.quotas,
        }[kind]
        if isinstance(found, Exception):
            raise found
        return found

    def server_time(self) -> float | None:
        """The clock, set off by the skew."""
        return None if self.skew is None else self.at + self.skew

    def clock(self) -> float:
        """Seconds since the epoch."""
        return self.at

    def sleep(self, seconds: float) -> None:
        """The next world comes."""
        self.naps.append(seconds)
        self.at += seconds
        self.polls += 1

    def logs(self, namespace: str, pod: str, container: str, previous: bool) -> list[str]:
        """Lines with a secret in them; the running instance has none."""
        if not previous:
            raise UnreadableError("no kubelet")
        return ["connecting to postgres://app:hunter2@db/creator"]  # pragma: allowlist secret


def follow(script: Script, *identities, **settings) -> following.Follow:
    return following.follow(
        script,
        identities or [World().identity],
        Settings(**settings),
        clock=script.clock,
        sleep=script.sleep,
        interval=0.5,
    )


def only(seen: following.Follow):
    (verdict,) = seen.verdicts.values()
    return verdict


def test_it_polls_until_the_verdict_and_asks_each_kind_once_per_poll():
    script = Script(World().unready(0), World().unready(0), World())
    seen = follow(script)
    assert only(seen).state == "succeeded"
    assert seen.polls == 3
    assert script.asked == ["Deployment", "ReplicaSet", "Pod", "Event"] * 3
    assert script.naps == [0.5, 0.5]


def test_quotas_are_read_only_when_one_refuses():
    refused = World().refused("exceeded quota: q, requested: cpu=4, used: cpu=0, limited: cpu=2")
    script = Script(refused)
    assert only(follow(script)).reason == "QuotaExceeded"
    assert "ResourceQuota" in script.asked


def test_api_errors_are_survived_and_counted():
    seen = follow(Script(UnreadableError("503"), UnreadableError("503"), World()))
    assert only(seen).state == "succeeded"
    assert seen.errors == {"503": 8}


def test_the_wait_that_a_throttled_server_asks_for_is_kept():
    script = Script(UnreadableError("429", retry_after=7.0), World())
    follow(script)
    assert script.naps == [7.0]


def test_what_cannot_be_read_at_all_ends_inconclusive():
    script = Script(UnreadableError("connection refused"), start=0)
    verdict = only(follow(script, timeout=20))
    assert (verdict.state, verdict.reason) == ("inconclusive", "Unreadable")
    assert script.at == w.START + 20


def test_without_the_right_to_read_events_it_works_and_asks_once():
    world = World().unready(0)
    world.events = UnreadableError("forbidden", passing=False)
    done = World()
    done.events = world.events
    script = Script(world, world, done)
    assert only(follow(script)).state == "succeeded"
    assert script.asked.count("Event") == 1


def test_a_failure_ends_the_whole_and_the_others_are_abandoned():
    world = World().waiting("InvalidImageName")
    other = replace(world.identity, name="api", uid="uid-api")
    seen = follow(Script(world, start=10), other, world.identity)
    states = {name: (v.state, v.reason) for (_namespace, name), v in seen.verdicts.items()}
    assert states["api"] == ("failed", "Deleted")
    assert states["web"] == ("failed", "InvalidImageName")


def test_an_unfinished_neighbour_of_a_failure_is_inconclusive():
    world = World().unready(0)
    gone = replace(world.identity, name="api", uid="uid-api")
    seen = follow(Script(world), gone, world.identity)
    verdict = seen.verdicts["shop", "web"]
    assert (verdict.state, verdict.reason) == ("inconclusive", "Abandoned")
    assert "not finished when api failed" in verdict.message


@pytest.mark.parametrize("skew", [-3600.0, 0.0, 1.0, 3600.0])
def test_the_servers_clock_counts(skew):
    world = World().refused("exceeded quota: q, requested: cpu=4, used: cpu=0, limited: cpu=2", since=9)
    script = Script(world, skew=skew, start=10)
    script.at -= skew
    identity = replace(world.identity, pinned_at=w.START - skew)
    follow(script, identity)
    assert script.at == pytest.approx(w.START + 11 - skew, abs=1.01)


def test_pinning_from_the_live_object_when_the_caller_did_not_apply():
    script = Script(World())
    identity = following.pin(script, {"namespace": "shop", "name": "web", "images": {"web": w.DIGEST}}, w.START)
    assert (identity.uid, identity.generation, identity.replicas) == ("uid-web", 7, 2)
    assert identity.template
    with pytest.raises(UnreadableError, match="shop/api does not exist"):
        following.pin(script, {"namespace": "shop", "name": "api", "images": {"api": w.DIGEST}}, w.START)


def judged(script: Script, *workloads, **settings):
    return verify(
        script,
        workloads or [PINNED],
        Settings(**settings),
        release="r-1",
        environment="local",
        clock=script.clock,
        sleep=script.sleep,
        since=w.START,
    )


def test_the_document_of_a_success():
    document = judged(Script(World()))
    assert (document["verdict"], document["reason"], document["seconds"]) == ("succeeded", "Complete", 10.0)
    (workload,) = document["workloads"]
    assert workload["identity"] == {"uid": "uid-web", "generation": 7, "revision": "3", "template_hash": "new"}
    assert {image["match"] for image in workload["images"]} == {"yes"}
    assert workload["evidence"] == {"events": [], "logs": [], "conditions": []}
    assert document["rollback"] is None


def test_the_document_of_a_crash_has_redacted_logs_events_and_conditions():
    world = World().waiting("CrashLoopBackOff", restarts=3, last={"exitCode": 1})
    for pod in world.pods:
        pod["status"]["containerStatuses"][0]["state"] = {"terminated": {"exitCode": 1}}
    world.events = [
        {
            "involvedObject": {"uid": "uid-web-new-0", "kind": "Pod", "name": "web-new-0"},
            "reason": "BackOff",
            "message": "password=hunter2",
            "lastTimestamp": w.at(6),
            "count": 3,
        },
        {"involvedObject": {"uid": "uid-web-new-0"}, "reason": "Old", "lastTimestamp": w.at(-60)},
        {"involvedObject": {"uid": "a-stranger"}, "reason": "Foreign", "lastTimestamp": w.at(6)},
    ]
    document = judged(Script(world))
    assert document["message"].startswith("web: container web of pod web-new-0 keeps crashing")
    evidence = document["workloads"][0]["evidence"]
    assert [event["reason"] for event in evidence["events"]] == ["BackOff"]
    assert evidence["events"][0]["count"] == 3
    assert [log["previous"] for log in evidence["logs"]] == [True, False] * 2
    assert evidence["logs"][1]["note"] == "no logs: no kubelet"
    assert "hunter2" not in str(document)
    assert {condition["type"] for condition in evidence["conditions"]} == {"ContainersReady", "Ready"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"images": {}}, "needs the digest of each container"),
        ({"images": {"web": ""}}, "needs the digest of each container"),
        ({"kind": "StatefulSet"}, "only Deployments"),
        ({"namespace": ""}, "needs a namespace"),
        ({"imagse": {}}, "unknown key imagse"),
    ],
)
def test_a_workload_that_cannot_be_verified_is_refused_before_the_first_request(change, message):
    script = Script(World())
    with pytest.raises(WorkloadError, match=message):
        judged(script, {**PINNED, **change})
    assert script.asked == []


def test_no_workloads_prove_nothing():
    script = Script(World())
    found = verify(script, [], Settings(), release="r", environment="x", clock=script.clock, sleep=script.sleep)
    assert (found["verdict"], found["reason"]) == ("inconclusive", "NoWorkloads")

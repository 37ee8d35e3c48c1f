# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pods that are refused: admission, invalid templates, and quotas that the rollout may free itself."""

from __future__ import annotations

import pytest
from ansible_collections.creator.platform.tests.unit.plugins.module_utils.rollout import world as w
from ansible_collections.creator.platform.tests.unit.plugins.module_utils.rollout.world import World

QUOTA = "pods is forbidden: exceeded quota: compute, requested: requests.cpu={}, used: requests.cpu={}, limited: requests.cpu={}"


def said(world: World, after: float | None = None) -> tuple[str, str]:
    verdict = world.verdict(after=after)
    return verdict.state, verdict.reason


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ('pods "x" is forbidden: error looking up service account', "AdmissionDenied"),
        ('admission webhook "policy" denied the request', "AdmissionDenied"),
        ('Pod "x" is invalid: spec.containers', "PodInvalid"),
        (QUOTA.format(4, 0, 2), "QuotaExceeded"),
    ],
)
def test_refused_pods_fail_once_the_refusal_stands(message, reason):
    world = World().refused(message, since=9)
    assert said(world, after=10)[0] == "progressing"
    assert said(world, after=11) == ("failed", reason)


def test_a_webhook_that_is_down_is_given_time():
    world = World().refused("Internal error occurred: failed calling webhook: connection refused")
    assert said(world, after=31)[0] == "progressing"
    assert said(world, after=62) == ("failed", "AdmissionUnavailable")


class TestQuotaThatTheRolloutMayFree:
    def stuck(self, requested=1, used=2, limited=2) -> World:
        return World().refused(QUOTA.format(requested, used, limited)).old_pods(2)

    def test_old_pods_that_must_stay_free_nothing(self):
        world = self.stuck()
        world.deployment["spec"]["strategy"]["rollingUpdate"] = {"maxSurge": 1, "maxUnavailable": 0}
        assert said(world) == ("failed", "QuotaExceeded")

    def test_old_pods_that_will_go_free_it(self):
        world = self.stuck()
        world.deployment["spec"]["strategy"]["rollingUpdate"] = {"maxSurge": 0, "maxUnavailable": 1}
        assert said(world)[0] == "progressing"

    def test_old_pods_that_are_ending_free_it(self):
        world = self.stuck()
        world.deployment["spec"]["strategy"]["rollingUpdate"] = {"maxSurge": 1, "maxUnavailable": 0}
        world.pods[-1]["metadata"]["deletionTimestamp"] = w.at(9)
        assert said(world)[0] == "progressing"

    def test_recreate_removes_them_all(self):
        world = self.stuck()
        world.deployment["spec"]["strategy"] = {"type": "Recreate"}
        assert said(world)[0] == "progressing"

    def test_a_new_pod_that_may_yet_come_up_releases_an_old_one(self):
        world = self.stuck()
        world.pods.append(w.pod("web-new-9", ready=False))
        assert said(world)[0] == "progressing"

    def test_nothing_makes_room_for_a_pod_larger_than_the_quota(self):
        world = self.stuck(requested="4", used="500m", limited="2")
        world.deployment["spec"]["strategy"]["rollingUpdate"] = {"maxSurge": 0, "maxUnavailable": 1}
        verdict = world.verdict()
        assert (verdict.state, verdict.reason) == ("failed", "QuotaExceeded")
        assert "requested requests.cpu=4" in verdict.message

    def test_pods_that_are_gone_made_room_though_the_quotas_status_says_otherwise(self):
        message = "exceeded quota: compute, requested: pods=1, used: pods=2, limited: pods=2"
        world = World().refused(message).old_pods(1)
        world.deployment["spec"]["strategy"]["rollingUpdate"] = {"maxSurge": 1, "maxUnavailable": 1}
        world.quotas = [{"metadata": {"name": "compute"}, "status": {"hard": {"pods": "2"}, "used": {"pods": "2"}}}]
        assert said(world)[0] == "progressing"
        world.old_pods(1)
        world.deployment["spec"]["strategy"]["rollingUpdate"] = {"maxSurge": 1, "maxUnavailable": 0}
        assert said(world) == ("failed", "QuotaExceeded")

    @pytest.mark.parametrize(
        ("key", "part", "state"),
        [
            ("requests.cpu", "requests", "progressing"),
            ("cpu", "requests", "progressing"),
            ("limits.cpu", "limits", "progressing"),
            ("requests.nvidia.com/gpu", "requests", "failed"),
        ],
    )
    def test_room_is_counted_from_the_pods_resources(self, key, part, state):
        world = (
            World()
            .refused(f"exceeded quota: compute, requested: {key}=500m, used: {key}=2, limited: {key}=2")
            .old_pods(2)
        )
        world.deployment["spec"]["strategy"]["rollingUpdate"] = {"maxSurge": 1, "maxUnavailable": 0}
        for old in world.pods:
            old["spec"]["containers"][0]["resources"] = {part: {"cpu": "700m"}}
        assert said(world)[0] == state
        for old in world.pods:
            old["spec"]["containers"][0]["resources"] = {"requests": {"cpu": "1"}, "limits": {"cpu": "1"}}
        assert said(world) == ("failed", "QuotaExceeded")

    def test_a_quota_that_was_raised_meanwhile_excuses_an_old_refusal(self):
        world = World().refused(QUOTA.format(1, 2, 2)).old_pods(2)
        world.deployment["spec"]["strategy"]["rollingUpdate"] = {"maxSurge": 1, "maxUnavailable": 0}
        status = {"hard": {"requests.cpu": "4"}, "used": {"requests.cpu": "2"}}
        world.quotas = [{"metadata": {"name": "compute"}, "status": status}]
        assert said(world)[0] == "progressing"
        status["used"]["requests.cpu"] = "3500m"
        assert said(world) == ("failed", "QuotaExceeded")

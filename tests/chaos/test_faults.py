"""kill -9 while calls are throttled, refused, cut off and late: the next run, under the same faults, converges.

The seed decides what there is to do, who is killed, when, and which calls meet trouble. Seed 0 is killed while the platform is
built from nothing; of the others most repair what was changed behind the plan's back, and some remove a component and build
it again.
"""

from __future__ import annotations

import functools
import json
import random
import time
from typing import Any

import pytest

from tests.acceptance.test_environment import DRIFT, changes
from tests.localcloud.drift import Change, World, variables_of

from .conftest import LONGEST, Platform, end_without_cloud, kill_run

COMPONENTS = sorted(path.stem for path in DRIFT.glob("[!_]*.py"))
#: Nothing else needs these, so each can be removed and made again by itself.
LEAVES = ("observability", "registry", "search", "services")
#: So many components are changed at a time, and so many attributes of each.
CHANGED, ATTRIBUTES = 3, 3


@pytest.fixture(scope="module")
def override(platform: Platform) -> str:
    """What lets everything of the environment go: all that the plan of the empty account creates, by name."""
    platform.play("plan")
    rows = [row for one in platform.evidence_of("plan")["components"] for row in one["changes"]]
    return json.dumps({"component_unprotected": sorted({f"{row['kind']} {row['name']}" for row in rows})})


def arm(platform: Platform, seed: int) -> None:
    """Put the faults in force. A lost answer is not among them: what is created twice at AWS then is created twice here."""
    control = platform.control
    control.delete("faults")
    common = {"count": None, "seed": seed}
    control.put(
        "faults",
        [
            {"kind": "throttling", "probability": 0.06, **common},
            {"kind": "error", "status": 503, "probability": 0.02, **common},
            {"kind": "cut_before", "probability": 0.01, **common},
            {"kind": "delay", "seconds": 0.3, "probability": 0.03, **common},
        ],
    )


def disarm(platform: Platform) -> int:
    """Take the faults back; how many calls they hit."""
    control = platform.control
    hits = sum(rule["hits"] for rule in control.get("faults"))
    control.delete("faults")
    return int(hits)


def world(platform: Platform) -> World:
    """The environment for changes behind its back."""

    @functools.cache
    def make(service: str, region: str) -> Any:
        return platform.client(service, region)

    return World("local", "123456789012", "eu-west-1", "eu-central-1", make, variables_of("local"))


def interrupt(platform: Platform, chance: random.Random, most: int, verb: str, *arguments: str) -> str:
    """Start a verb, kill it, its cloud or both while it writes, and start the cloud again; who was killed, and when.

    The moment is a number of writing requests, up to `most`, so that it does not depend on how fast the machine is.
    """
    victim, writes = chance.choice(["run", "run", "cloud", "both"]), chance.randint(1, most)
    control = platform.control
    control.delete("requests")
    run = platform.start(verb, *arguments)
    deadline = time.monotonic() + LONGEST
    while run.poll() is None and len(control.get("requests?mutating=true")) < writes:
        assert time.monotonic() < deadline, f"{verb} {' '.join(arguments)} neither writes nor ends"
        time.sleep(0.1)
    late = run.poll() is not None
    if victim != "run":
        platform.kill_cloud()
    if victim == "cloud":
        end_without_cloud(platform, run)
    else:
        kill_run(run)
    platform.cloud("up")
    if victim != "run":
        # Nobody could give back the lock, and its lease would have to end: this run is known to be dead.
        platform.play("unlock", "-e", "unlock=local")
    when = f"at the end, before write {writes}" if late else f"after {writes} writes"
    return f"{victim} killed {when} of {verb} {' '.join(arguments)[:60]}"


def test_the_next_run_converges_under_faults(platform: Platform, override: str, faulty: int) -> None:
    chance = random.Random(faulty)
    wait = ("-e", "platform_lock_wait=180")
    arguments: tuple[str, ...] = ()
    if faulty == 0:
        limit, most, verb = [], 300, "provision"
    elif faulty % 5 == 0:
        leaf = LEAVES[faulty // 5 % len(LEAVES)]
        limit, most, verb = ["--limit", leaf], 8, "destroy"
        arguments = ("-e", "destroy=local", "-e", override)
    else:
        some = sorted(chance.sample(COMPONENTS, CHANGED))
        for one in [one for name in some for one in sample(chance, changes("local", name))]:
            one.apply(world(platform))
        limit, most, verb = ["--limit", ",".join(some)], 10, "provision"

    arm(platform, faulty)
    told = interrupt(platform, chance, most, verb, *arguments, *limit)
    if verb == "destroy":
        arm(platform, faulty + 1000)
        told += "; " + interrupt(platform, chance, most, "provision", *limit, *wait)
    arm(platform, faulty + 2000)
    platform.play("provision", *limit, *wait)
    hits = disarm(platform)
    platform.play("drift", *limit)
    print(f"\n{faulty}: {told}; the next run converged with {hits} calls hit")


def test_a_killed_removal_is_finished_and_leaves_nothing(platform: Platform, override: str) -> None:
    arguments = ("-e", "destroy=local", "-e", override, "-e", "platform_lock_wait=180")
    arm(platform, 1)
    interrupt(platform, random.Random(1), 100, "destroy", *arguments)
    arm(platform, 2)
    platform.play("destroy", *arguments)
    disarm(platform)
    assert platform.evidence_of("destroy")["left"] == []


def sample(chance: random.Random, found: list[Change]) -> list[Change]:
    """Some of the changes, in their order."""
    chosen = set(chance.sample(range(len(found)), min(ATTRIBUTES, len(found))))
    return [one for index, one in enumerate(found) if index in chosen]

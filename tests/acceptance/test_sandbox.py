"""A developer's copy of dev lives beside dev in one account, and neither touches the other."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.conftest import Environment
from tests.localcloud.conftest import RunningCloud

DEVELOPER = "alice"


@pytest.fixture(scope="module")
def both(request: pytest.FixtureRequest, cloud: RunningCloud) -> Iterator[tuple[Environment, Environment]]:
    """dev and a sandbox, of which nothing exists yet."""
    if "dev" not in request.config.getoption("--environments").replace(",", " ").split():
        pytest.skip("a sandbox is of dev, which is not among --environments")
    limit = request.config.getoption("--components")
    with tempfile.TemporaryDirectory(prefix="acceptance-sandbox-", dir="/var/tmp") as folder:
        dev = Environment("dev", cloud, Path(folder) / "dev", limit)
        sandbox = Environment("dev", cloud, Path(folder) / "sandbox", limit, sandbox=DEVELOPER)
        for each in (dev, sandbox):
            each.folder.mkdir()
        yield dev, sandbox
        for each in (dev, sandbox):
            print(f"\n{each.called}: " + "; ".join(f"{name} {seconds} s" for name, seconds in each.seconds))


def protected(environment: Environment) -> list[str]:
    """What a removal has to name, by the last plan."""
    return [name for one in environment.document("plan")["components"] for name in one["protected"]]


def remove(environment: Environment) -> None:
    """Remove all of it."""
    name = environment.called
    environment.play("destroy", "-e", f"destroy={name}", code=2)
    override = json.dumps({"component_unprotected": protected(environment)})
    environment.play("destroy", "-e", f"destroy={name}", "-e", override)


def test_a_sandbox_comes_and_goes_beside_dev(both: tuple[Environment, Environment]) -> None:
    dev, sandbox = both
    dev.play("provision")
    sandbox.play("provision")
    for each in both:
        plan = each.plan()
        assert plan["environment"] == each.called
        assert not plan["pending"], [row for one in plan["components"] for row in one["changes"]]
    # Removed while dev runs: what it shares with dev, such as what an account has once, stays as dev wants it.
    remove(sandbox)
    plan = dev.plan()
    assert not plan["pending"], [row for one in plan["components"] for row in one["changes"]]
    remove(dev)

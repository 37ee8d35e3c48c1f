"""The lock of an environment: one holder, tokens that grow, leases that end, and runs that keep and free it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws import lock_table
from ansible_collections.creator.platform.plugins.module_utils.lock.run import Request, acquire, require_held
from ansible_collections.creator.platform.plugins.module_utils.lock.state import SKEW, Lock
from ansible_collections.creator.platform.plugins.module_utils.provision.exits import LOCKED, RefusalError

ROOT = Path(__file__).resolve().parents[2]
TAGS = {"platform": "creator", "component": "lock"}


class Clock:
    """A clock that only sleep moves."""

    def __init__(self, now: float = 1_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def wish(owner: str, environment: str = "dev", **options: Any) -> Request:
    return Request("creator", environment, TAGS, owner, f"{owner}@host", "provision.yml", lease=60, **options)


def take(cloud: Any, owner: str, clock: Clock, environment: str = "dev", **options: Any) -> Lock:
    return acquire(cloud.client("dynamodb"), wish(owner, environment, **options), clock, clock.sleep)


@pytest.fixture(autouse=True)
def _no_table(cloud: Any) -> None:
    lock_table.remove(cloud.client("dynamodb"), "creator-dev-lock")


def test_the_table_is_created_on_first_use(cloud: Any) -> None:
    take(cloud, "a", Clock())
    client = cloud.client("dynamodb")
    found = client.describe_table(TableName="creator-dev-lock")["Table"]
    assert found["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert found["SSEDescription"]["Status"] in {"ENABLED", "ENABLING"}
    tags = client.list_tags_of_resource(ResourceArn=found["TableArn"])["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == TAGS


def test_an_ordinary_acquisition_is_one_request(cloud: Any) -> None:
    clock = Clock()
    first = take(cloud, "a", clock)
    lock_table.release(cloud.client("dynamodb"), "creator-dev-lock", "a", first.token)
    cloud.control.delete("requests")
    take(cloud, "b", clock)
    assert [row["action"] for row in cloud.control.get("requests")] == ["UpdateItem"]


def test_the_second_is_told_who_the_first_is(cloud: Any) -> None:
    clock = Clock()
    take(cloud, "alice", clock)
    clock.now += 30
    with pytest.raises(
        RefusalError, match=r"dev is locked by alice@host for provision.yml since .* \(30 s ago\)"
    ) as caught:
        take(cloud, "bob", clock)
    assert caught.value.exit_code == LOCKED


def test_a_lease_that_ended_frees_the_lock_and_the_old_holder_may_write_no_more(cloud: Any) -> None:
    client, clock = cloud.client("dynamodb"), Clock()
    old = take(cloud, "alice", clock)
    given = {"table": "creator-dev-lock", "owner": old.owner, "token": old.token}
    require_held(client, "dev", given, clock())
    clock.now += 60 + SKEW + 1
    new = take(cloud, "bob", clock)
    assert new.token > old.token
    with pytest.raises(RefusalError, match=r"lost the lock of dev \(bob@host holds it now"):
        require_held(client, "dev", given, clock())
    assert not lock_table.renew(client, "creator-dev-lock", old.owner, old.token, clock() + 60)
    assert not lock_table.release(client, "creator-dev-lock", old.owner, old.token)
    assert lock_table.read(client, "creator-dev-lock")["owner"] == "bob"  # type: ignore[index]


def test_tokens_grow_over_releases(cloud: Any) -> None:
    client, clock = cloud.client("dynamodb"), Clock()
    tokens = []
    for owner in "abc":
        lock = take(cloud, owner, clock)
        tokens.append(lock.token)
        assert lock_table.renew(client, "creator-dev-lock", owner, lock.token, clock() + 120)
        assert lock_table.release(client, "creator-dev-lock", owner, lock.token)
        assert lock_table.read(client, "creator-dev-lock") is None
    assert tokens == sorted(set(tokens))


def test_waiting_for_the_lock(cloud: Any) -> None:
    clock = Clock()
    take(cloud, "alice", clock)
    assert take(cloud, "bob", clock, wait=120).owner == "bob"  # alice's lease ends while he waits
    with pytest.raises(RefusalError):
        take(cloud, "carol", clock, wait=20)


def test_of_many_at_once_one_gets_it(cloud: Any) -> None:
    clock = Clock()
    taken: list[Lock] = []

    def attempt(owner: str) -> None:
        with contextlib.suppress(RefusalError):
            taken.append(take(cloud, owner, clock))

    threads = [threading.Thread(target=attempt, args=(f"o{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 1


PLAY = """
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - creator.platform.lock: &lock
        {environment: dev, platform: creator, region: eu-west-1, lease: 3}
      register: first
    - creator.platform.lock: *lock
      register: second
    - ansible.builtin.assert:
        that: first.lock == second.lock
    - ansible.builtin.pause:
        seconds: "{{ seconds }}"
"""


def start(cloud: Any, folder: Path, seconds: int) -> subprocess.Popen[str]:
    (folder / "play.yml").write_text(PLAY)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ANSIBLE_"))}
    access = {
        "AWS_ENDPOINT_URL": cloud.endpoint,
        "AWS_ACCESS_KEY_ID": cloud.content.access_key_id,
        "AWS_SECRET_ACCESS_KEY": cloud.content.secret_access_key,
    }
    ansible = {"ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections")}
    return subprocess.Popen(
        [str(Path(sys.executable).parent / "ansible-playbook"), "play.yml", "-e", json.dumps({"seconds": seconds})],
        cwd=folder,
        env={**kept, **access, **ansible},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def held(cloud: Any) -> dict[str, Any] | None:
    return lock_table.read(cloud.client("dynamodb"), "creator-dev-lock")


def until(condition: Any, seconds: float = 60) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def test_a_run_holds_the_lock_longer_than_a_lease_and_frees_it_when_it_ends(cloud: Any, tmp_path: Path) -> None:
    run = start(cloud, tmp_path, 5)
    first = until(lambda: held(cloud))
    assert first
    assert first["purpose"] == "play.yml"
    assert until(lambda: (held(cloud) or {}).get("lease_until", 0) > first["lease_until"]), "the lease is renewed"
    output, _nothing = run.communicate(timeout=90)
    assert run.returncode == 0, output
    assert held(cloud) is None, "the lock is free when the command returns"


def test_a_killed_run_frees_the_lock(cloud: Any, tmp_path: Path) -> None:
    run = start(cloud, tmp_path, 300)
    assert until(lambda: held(cloud))
    os.killpg(run.pid, signal.SIGKILL)
    run.wait(timeout=30)
    assert until(lambda: held(cloud) is None, 20)

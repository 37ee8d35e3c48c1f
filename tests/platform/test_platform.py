"""The services on real parts: used, rolled out under load, and kept from migrations that would break them."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.seed_api import items

from tests.localcloud.kubernetes_access import wait
from tests.platform.conftest import Platform

RATE = 100
#: What one request costs is not what is tested, and this machine may be busy with other tests.
LIGHT: dict[str, Any] = {"deploy_load": RATE, "deploy_load_paths": ["/static/style.css"]}
#: A copy of the migrations with one more, in the only folder that a container of ours may write to.
MIGRATION = """
import shutil, sys
from pathlib import Path
from publishing.api.migrate import SCRIPTS, migrate
from publishing.common import logs
from publishing.common.config import DatabaseSettings, load
scripts = Path("/dev/shm/migrations")
shutil.copytree(SCRIPTS, scripts)
(scripts / "versions" / "0003_more.py").write_text('''
from alembic import op
revision, down_revision, works_with = "0003", "0002", {works_with}
def upgrade():
    for statement in {statements!r}:
        op.execute(statement)
''')
logs.configure("migrate", "test", "INFO")
sys.exit(migrate(load(DatabaseSettings), scripts=scripts))
"""
#: A web service that answers for a file after some seconds, or as soon as it knows that it is to end: as a long poll does.
HOLDING = """
import asyncio, runpy
from publishing.common import http
answer = http.Observed._answer
async def hold(self, scope, receive, send):
    rounds = {seconds} * 5 if scope["path"].startswith("/static/") else 0
    while rounds > 0 and not self._health.draining:
        rounds -= 1
        await asyncio.sleep(0.2)
    await answer(self, scope, receive, send)
http.Observed._answer = hold
{more}
runpy.run_module("publishing", run_name="__main__")
"""
#: And takes no notice of SIGTERM.
DEAF = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
asyncio.SelectorEventLoop.add_signal_handler = lambda self, *signal: None
"""


def changed(label: str, **web: Any) -> dict[str, Any]:
    """Overrides with which the web service is another one."""
    return {"web": {"pod_annotations": {"changed": label}, **web}}


def migrating(works_with: int, *statements: str) -> dict[str, Any]:
    script = MIGRATION.format(works_with=works_with, statements=statements)
    return {"api": {"migration": {"command": ["python3", "-c", script], "args": None}}}


def test_a_post_is_followed_through_the_platform(platform: Platform) -> None:
    code, said = platform.play("journey")
    assert code == 0, said[-4000:]
    journey = platform.told("journey")
    assert journey["verdict"] == "succeeded"
    assert {step["state"] for step in journey["steps"]} == {"found"}
    assert set(journey["steps"][-1]["facts"]) == {"web", "api", "worker"}
    assert platform.rows("SELECT count(*) FROM platform.posts WHERE title LIKE 'Journey %'") == [(1,)]
    smoke = platform.told("smoke")
    assert [check["ok"] for check in smoke["checks"]] == [True, True]
    assert {check["release"] for check in smoke["checks"]} == {platform.told("images")["revision"]}


# ruff: noqa: S608  the statements are written here
#: The rows of the data set of one mark, as the services keep them.
OURS = "JOIN platform.creators c ON c.id = t.creator_id WHERE c.handle LIKE '%-MARK'"
DATA_SET = {
    "creators": "SELECT handle, display_name, email, country, monthly_price::text, currency, profile "
    "FROM platform.creators WHERE handle LIKE '%-MARK'",
    "posts": "SELECT c.handle, t.title, t.body, t.visibility, t.tags FROM platform.posts t " + OURS,
    "media": "SELECT t.title, m.object_key, encode(m.checksum, 'hex'), m.bytes, m.details "
    "FROM platform.media m JOIN platform.posts t ON t.id = m.post_id " + OURS,
    "subscriptions": "SELECT c.handle, t.subscriber_email, t.plan FROM platform.subscriptions t " + OURS,
    "payments": "SELECT c.handle, t.subscriber_email, y.amount::text, y.receipt ->> 'method' "
    "FROM platform.payments y JOIN platform.subscriptions t ON t.id = y.subscription_id " + OURS,
}


def data_set(platform: Platform, mark: str) -> dict[str, list[tuple[Any, ...]]]:
    return {kind: sorted(platform.rows(each.replace("MARK", mark)), key=repr) for kind, each in DATA_SET.items()}


def test_the_data_set_is_written_by_the_services_once_although_a_run_was_killed(platform: Platform) -> None:
    plan, mark = items.plan("creator", 3), items.label("creator", 3)
    wanted = items.counts(plan)

    def written() -> int:
        return sum(len(rows) for rows in data_set(platform, mark).values())

    posts_of_ours = DATA_SET["posts"].replace("MARK", mark)
    platform.kill("seed", lambda: len(platform.rows(posts_of_ours)) >= 20)
    before = written()
    assert 20 < before < len(plan)
    code, said = platform.play("seed", platform_lock_wait=120)
    assert code == 0, said[-4000:]
    seed = platform.told("seed")
    assert (seed["way"], seed["tables"], seed["changed"]) == ("api", wanted, True)
    # What was on its way when the run was killed came there too.
    assert before <= sum(seed["found"].values()) <= before + 4

    found = data_set(platform, mark)
    assert {kind: len(rows) for kind, rows in found.items()} == wanted, "none is missing, none is there twice"
    names = {item.key: item.expected.get("handle") or item.body for item in plan if not isinstance(item.body, bytes)}
    creators = {item.identity for item in plan if item.kind == "creators"}
    assert {(*row[:6], items.canonical(row[6])) for row in found["creators"]} == creators
    posts = {(names[item.parent], *item.identity) for item in plan if item.kind == "posts"}
    assert {(*row[:4], items.canonical(row[4])) for row in found["posts"]} == posts
    parents = {item.key: item for item in plan}
    subscriptions = {
        (names[item.parent], item.body["email"], item.body["plan"]) for item in plan if item.kind == "subscriptions"
    }
    assert set(found["subscriptions"]) == subscriptions
    payments = {
        (names[parents[item.parent].parent], names[item.parent]["email"], *item.identity)
        for item in plan
        if item.kind == "payments"
    }
    assert set(found["payments"]) == payments

    s3, bucket = platform.cloud.client("s3"), platform.outputs("storage")["media_bucket"]
    pictures = {(names[item.parent]["title"], item.identity[0]): item.body for item in plan if item.kind == "media"}
    assert {(title, checksum) for title, _key, checksum, _size, _details in found["media"]} == set(pictures)
    for title, key, checksum, size, details in found["media"]:
        kept = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        assert kept == pictures[title, checksum]
        assert (hashlib.sha256(kept).hexdigest(), len(kept)) == (checksum, size)
        assert details["thumbnail"] == f"renders/{key}.webp"
        assert s3.head_object(Bucket=bucket, Key=details["thumbnail"])["ContentLength"] > 0

    code, said = platform.play("seed")
    assert code == 0, said[-4000:]
    again = platform.told("seed")
    assert (again["changed"], again["found"], sum(again["created"].values())) == (False, wanted, 0)
    assert data_set(platform, mark) == found


def test_a_rollout_under_load_loses_nothing(platform: Platform) -> None:
    overrides = changed("well")
    code, said = platform.play("deploy", release=platform.images, deploy_service_overrides=overrides, **LIGHT)
    load = platform.told("load")
    assert (load["verdict"], load["failures"]) == ("succeeded", []), load["message"]
    assert code == 0, said[-4000:]
    assert load["sent"] > 5 * RATE
    # Each full second has what was asked for: nothing waited for an answer.
    assert {row["sent"] for row in load["by_second"][1:-1]} == {RATE}
    assert load["marks"]["applied"] < load["marks"]["verified"] < load["seconds"]


def test_a_service_that_ends_at_once_loses_requests_and_is_named(platform: Platform) -> None:
    """It takes no more requests from the moment of its SIGTERM, and nobody waited until the load balancer had heard of it."""
    hasty = {"config": {"DRAIN_DELAY_SECONDS": "0"}, "pre_stop_seconds": 0}
    asked = {"release": platform.images, **LIGHT}
    # The pods that end are those of the release before: it has to be the hasty one.
    code, said = platform.play("deploy", deploy_service_overrides=changed("hasty", **hasty), release=platform.images)
    assert code == 0, said[-4000:]
    code, said = platform.play("deploy", deploy_service_overrides=changed("hastier", **hasty), **asked)
    load = platform.told("load")
    assert (code, load["verdict"]) == (2, "failed"), said[-2000:]
    assert 0 < load["failed"] < load["sent"] / 2
    assert sum(row["failed"] for row in load["by_second"]) == load["failed"]
    named = {row["pod"] for row in load["failures"]}
    assert named
    assert all(name.startswith("web-") for name in named)
    assert all(load["by_second"][row["second"]]["failed"] for row in load["failures"])
    assert f"{load['failed']} of {load['sent']} requests were lost in second" in said


@pytest.fixture
def patient(platform: Platform) -> Iterator[None]:
    """The load balancer lets open requests to a target that leaves end, as on AWS; locally it cuts them after 2 s."""
    elb = platform.cloud.client("elbv2")
    name = "/creator/local/edge/web_target_group_arn"
    arn = platform.cloud.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    key = "deregistration_delay.timeout_seconds"
    told = elb.describe_target_group_attributes(TargetGroupArn=arn)["Attributes"]
    before = next(each for each in told if each["Key"] == key)
    elb.modify_target_group_attributes(TargetGroupArn=arn, Attributes=[{"Key": key, "Value": "3000"}])
    yield
    elb.modify_target_group_attributes(TargetGroupArn=arn, Attributes=[before])


@pytest.mark.usefixtures("patient")
def test_a_service_that_ignores_sigterm_loses_requests_and_is_named(platform: Platform) -> None:
    """What it has begun is cut when its grace period is over; the same service that takes notice loses nothing."""

    def holding(more: str = "") -> dict[str, Any]:
        script = HOLDING.format(seconds=6, more=more)
        ending = {"pre_stop_seconds": 0, "termination_grace_seconds": 4, "config": {"DRAIN_DELAY_SECONDS": "2"}}
        return {"command": ["python3", "-c", script], **ending}

    # What takes 6 s is still on its way when the load is to end, and then old pods have had their time.
    asked = {"release": platform.images, **LIGHT, "deploy_load_after": 10}
    code, said = platform.play(
        "deploy", deploy_service_overrides=changed("holding", **holding()), release=platform.images
    )
    assert code == 0, said[-4000:]
    # Fewer requests than below: that none is lost is told of a load that was sent in time, and each is open for 6 s.
    overrides = changed("deaf", **holding(DEAF))
    code, said = platform.play("deploy", deploy_service_overrides=overrides, **{**asked, "deploy_load": RATE // 5})
    load = platform.told("load")
    assert (load["verdict"], load["failures"]) == ("succeeded", []), load["message"]
    assert code == 0, said[-4000:]
    assert load["latency"]["p50"] > 5
    deaf = platform.pods("web")
    code, said = platform.play("deploy", deploy_service_overrides=changed("heard"), **asked)
    load = platform.told("load")
    assert (code, load["verdict"]) == (2, "failed"), said[-2000:]
    assert 0 < load["failed"] < load["sent"] / 2
    # The others had begun to be answered, or, where the machine is busy, were given up by the sender after 10 s.
    cut = [row for row in load["failures"] if row["status"] == 502]
    assert {row["pod"] for row in cut} == set(deaf)
    assert len(cut) > load["failed"] / 2
    assert all(load["by_second"][row["second"]]["failed"] for row in load["failures"])
    assert f"{load['failed']} of {load['sent']} requests were lost in second" in said
    assert all(name in said for name in deaf)


def ready(platform: Platform, service: str) -> list[bool]:
    """Of each pod of a service, whether it is Ready."""
    conditions = [pod.status.conditions or [] for pod in platform.pods(service).values()]
    return [any(each.type == "Ready" and each.status == "True" for each in found) for found in conditions]


def test_a_database_that_goes_away_under_load_is_missed_and_comes_back(platform: Platform) -> None:
    """Pods stop being ready and go on living; who asks is told so, and afterwards all is as before."""
    rds = platform.cloud.client("rds")
    (instance,) = [each["DBInstanceIdentifier"] for each in rds.describe_db_instances()["DBInstances"]]
    count = "SELECT (SELECT count(*) FROM platform.posts), (SELECT count(*) FROM platform.media)"
    before = platform.rows(count)
    prompt = {"probes": {"readiness": {"period": 1, "failures": 1}}}
    overrides = {"web": {**prompt, "pod_annotations": {"changed": "prompt"}}, "api": prompt}
    asked = {
        "release": platform.images, "deploy_service_overrides": overrides, "deploy_load": RATE // 4,
        "deploy_load_paths": ["/api/creators?limit=1"], "deploy_load_after": 45,
    }  # fmt: skip

    def status(wanted: str) -> Callable[[], bool]:
        return lambda: rds.describe_db_instances()["DBInstances"][0]["DBInstanceStatus"] == wanted

    (platform.evidence / "smoke.json").unlink()
    with ThreadPoolExecutor(1) as pool:
        playing = pool.submit(platform.play, "deploy", **asked)
        # Written once the release is verified; the load goes on.
        wait("the release", lambda: playing.done() or (platform.evidence / "smoke.json").exists(), 180)
        assert not playing.done(), playing.result()[1][-4000:]
        restarts = {name: _restarts(pod) for each in ("api", "web") for name, pod in platform.pods(each).items()}
        gone = time.time()
        rds.stop_db_instance(DBInstanceIdentifier=instance)
        try:
            wait("no api is ready", lambda: not any(ready(platform, "api")), 60)
            assert platform.ask("/").status == 503
        finally:
            wait("the database has stopped", status("stopped"), 60)
            rds.start_db_instance(DBInstanceIdentifier=instance)
        wait("the database", status("available"), 60)
        for each in ("api", "web"):
            wait(f"every {each} is ready", lambda each=each: all(ready(platform, each)), 60)
        back = time.time()
        code, said = playing.result()
    load = platform.told("load")
    assert (code, load["verdict"]) == (2, "failed"), said[-2000:]
    assert f"{load['failed']} of {load['sent']} requests were lost in seconds" in said
    named = {row["pod"] for row in load["failures"]} - {""}
    assert named
    assert named <= set(restarts)
    assert all(name in said for name in named)
    assert {row["status"] for row in load["failures"]} <= {502, 503}
    assert all(gone <= row["at"] + 1 and row["at"] <= back + 1 for row in load["failures"])
    assert load["by_second"][-2]["failed"] == 0
    assert {name: _restarts(pod) for each in ("api", "web") for name, pod in platform.pods(each).items()} == restarts
    assert platform.rows(count) == before
    code, said = platform.play("journey")
    assert code == 0, said[-4000:]


def _restarts(pod: Any) -> int:
    return sum(each.restart_count for each in pod.status.container_statuses)


def test_a_release_that_answers_wrongly_is_left_although_its_pods_are_ready(platform: Platform) -> None:
    wanted = [{"name": "a page", "path": "/", "contains": "what no page of ours says"}]
    asked = {"release": platform.images, "deploy_smoke_checks": wanted, "deploy_smoke_timeout": 2}
    code, said = platform.play("deploy", deploy_service_overrides=changed("wrong"), **asked)
    assert code == 2
    rollout, smoke = platform.told("rollout"), platform.told("smoke")
    assert (smoke["verdict"], rollout["verdict"], rollout["reason"]) == ("failed", "failed", "SmokeTestFailed")
    assert "does not contain 'what no page of ours says'" in smoke["message"]
    assert rollout["rollback"]["verdict"] == "succeeded", rollout["rollback"]
    assert "which was verified again" in said
    code, said = platform.play("journey")
    assert code == 0, said[-4000:]


def test_an_incompatible_migration_is_refused_before_it_reaches_the_database(platform: Platform) -> None:
    before = platform.rows(
        "SELECT level, oldest_release, (SELECT count(*) FROM platform.posts) FROM platform.schema_support"
    )
    overrides = migrating(3, "ALTER TABLE platform.posts DROP COLUMN body")
    code, said = platform.play("deploy", release=platform.images, deploy_service_overrides=overrides)
    assert code == 2
    migration, rollout = platform.told("migration"), platform.told("rollout")
    assert (migration["verdict"], rollout["reason"]) == ("failed", "MigrationFailed")
    assert "revision 0003 works with releases made for level 3 or later" in migration["message"]
    assert "was stopped before its rollout" in said
    after = platform.rows(
        "SELECT level, oldest_release, (SELECT count(body) FROM platform.posts) FROM platform.schema_support"
    )
    assert after == before


def test_a_migration_that_fails_halfway_leaves_the_data_and_the_running_release(platform: Platform) -> None:
    before = platform.rows("SELECT level, (SELECT count(*) FROM platform.posts) FROM platform.schema_support")
    overrides = migrating(
        1, "ALTER TABLE platform.posts ADD COLUMN summary text", "DELETE FROM platform.media", "SELECT 1 / 0"
    )
    code, said = platform.play("deploy", release=platform.images, deploy_service_overrides=overrides)
    assert code == 2
    assert "division by zero" in platform.told("migration")["message"]
    assert "was stopped before its rollout" in said
    assert platform.rows("SELECT level, (SELECT count(*) FROM platform.posts) FROM platform.schema_support") == before
    assert platform.rows("SELECT count(*) > 0 FROM platform.media") == [(True,)]
    code, said = platform.play("journey")
    assert code == 0, said[-4000:]

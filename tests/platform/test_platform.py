"""The services on real parts: used, rolled out under load, and kept from migrations that would break them."""

from __future__ import annotations

import hashlib
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.seed_api import items

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

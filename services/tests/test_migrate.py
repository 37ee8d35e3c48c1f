"""Migrations against a real PostgreSQL: twice, at once, failing halfway, from an older release."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from publishing.api.migrate import SCRIPTS, migrate
from publishing.common import database
from publishing.common.config import DatabaseSettings
from tests.support import ROOT, Cloud, command


def settings(environment: dict[str, str]) -> DatabaseSettings:
    """The settings that an environment gives."""
    return DatabaseSettings(
        **{name.lower(): value for name, value in environment.items() if name.startswith("DATABASE_")}
    )


def level(cloud: Cloud, name: str) -> tuple[Any, ...]:
    """What the database says of its schema."""
    with cloud.connect(name) as connection:
        row = connection.execute(
            "SELECT version_num, level, oldest_release FROM alembic_version, schema_support"
        ).fetchone()
        assert row is not None
        return row


def revision(folder: Path, number: str, works_with: int, *statements: str) -> None:
    """Write a revision after the one before it."""
    before = f"{int(number) - 1:04d}"
    (folder / "versions" / f"{number}_more.py").write_text(
        "from alembic import op\n"
        f"revision, down_revision, works_with = '{number}', '{before}', {works_with}\n"
        f"def upgrade():\n    for statement in {statements!r}:\n        op.execute(statement)\n"
    )


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """A copy of the revisions."""
    return Path(shutil.copytree(SCRIPTS, tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__")))


def test_the_release_was_written_for_the_newest_revision() -> None:
    assert f"{database.SCHEMA_LEVEL:04d}" == max(path.name[:4] for path in (SCRIPTS / "versions").glob("0*.py"))


def test_migrations_run_twice_and_at_once(cloud: Cloud) -> None:
    with cloud.database("at_once") as environment:
        assert migrate(settings(environment), check=True) == 1
        running = [command(environment, "publishing.api", "migrate") for _number in range(3)]
        assert [process.wait(60) for process in running] == [0, 0, 0]
        said = "".join(process.stdout.read() for process in running if process.stdout)
        assert (said.count('"migrated"'), said.count("nothing to do")) == (1, 2)
        assert migrate(settings(environment)) == 0
        assert migrate(settings(environment), check=True) == 0
        assert level(cloud, "at_once") == ("0002", 2, 1)


def test_a_revision_that_fails_halfway_leaves_nothing(cloud: Cloud, scripts: Path) -> None:
    first = "CREATE TABLE platform.more (id bigint PRIMARY KEY)"
    revision(scripts, "0003", 1, first, "SELECT 1 / 0")
    with cloud.database("halfway") as environment:
        assert migrate(settings(environment), scripts=scripts) == 1
        assert level(cloud, "halfway") == ("0002", 2, 1)
        with cloud.connect("halfway") as connection:
            assert connection.execute("SELECT to_regclass('platform.more')").fetchone() == (None,)
        revision(scripts, "0003", 1, first)
        assert migrate(settings(environment), scripts=scripts) == 0
        assert level(cloud, "halfway") == ("0003", 3, 1)


def test_an_older_release_knows_whether_it_works_with_a_later_schema(cloud: Cloud, scripts: Path) -> None:
    with cloud.database("later") as environment:
        revision(scripts, "0003", 2, "ALTER TABLE platform.posts ADD COLUMN summary text")
        assert migrate(settings(environment), scripts=scripts) == 0
        ask = database.check(settings(environment), "test")
        ask()
        assert migrate(settings(environment)) == 0  # what the Job of a release that is rolled back to does
        revision(scripts, "0004", 4, "ALTER TABLE platform.posts DROP COLUMN body")
        assert migrate(settings(environment), scripts=scripts, breaking=True) == 0
        with pytest.raises(database.SchemaError, match="works with releases made for level 4"):
            ask()
        assert migrate(settings(environment)) == 1


def test_a_revision_that_would_end_the_running_release_is_refused(
    cloud: Cloud, scripts: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with cloud.database("breaking") as environment:
        assert migrate(settings(environment)) == 0
        revision(scripts, "0003", 1, "ALTER TABLE platform.posts ADD COLUMN summary text")
        revision(scripts, "0004", 3, "ALTER TABLE platform.posts DROP COLUMN body")
        assert migrate(settings(environment), scripts=scripts) == 1
        assert level(cloud, "breaking") == ("0002", 2, 1)
        assert "revision 0004 works with releases made for level 3 or later" in caplog.text


def test_a_database_that_is_not_migrated_is_not_ready(cloud: Cloud) -> None:
    with cloud.database("empty") as environment, pytest.raises(database.SchemaError, match="run the migrations"):
        database.check(settings(environment), "test")()


def test_a_migration_waits_for_another_only_so_long(cloud: Cloud) -> None:
    with cloud.database("locked") as environment, cloud.connect("locked") as other:
        other.execute(f"SELECT pg_advisory_lock({0x73656564})")  # type: ignore[call-overload]
        assert migrate(settings(environment), wait=1) == 1


def test_a_database_out_of_reach_is_said(cloud: Cloud) -> None:
    assert migrate(settings(cloud.environment | {"DATABASE_PORT": "9"})) == 1


def test_user_and_password_come_from_a_secret_as_rds_keeps_it(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in cloud.environment.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    login = {name: cloud.environment[f"DATABASE_{name.upper()}"] for name in ("user", "password")}
    kept = json.dumps({"username": login["user"], "password": login["password"]})
    arn = cloud.client("secretsmanager").create_secret(Name="login", SecretString=kept)["ARN"]
    environment = {name: value for name, value in cloud.environment.items() if name[9:] not in ("USER", "PASSWORD")}
    database.check(settings(environment | {"DATABASE_SECRET_ARN": arn}), "test")()


def test_the_schema_is_the_one_that_synthetic_data_is_written_for(cloud: Cloud) -> None:
    columns = (
        "SELECT table_name, column_name, data_type, is_nullable, column_default, numeric_precision "
        "FROM information_schema.columns WHERE table_schema = 'platform' "
        "AND table_name IN ('creators', 'posts', 'media', 'subscriptions', 'payments') ORDER BY 1, 2"
    )
    with cloud.database("seeded") as environment:
        with cloud.connect("seeded") as connection:
            connection.execute((ROOT / "roles/seed/files/schema.sql").read_bytes())
            written_for = connection.execute(columns).fetchall()
        assert migrate(settings(environment)) == 0
        with cloud.connect("seeded") as connection:
            assert connection.execute(columns).fetchall() == written_for
    with cloud.connect() as connection:
        assert connection.execute(columns).fetchall() == written_for

"""Configuration texts of a cluster."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.postgres import config
from localcloud.postgres.config import Recovery, ServerConfig, Standby

FOLDER = Path("/state/postgres/instances/db-1")


def settings(server: ServerConfig) -> dict[str, str]:
    """What the server reads: of several lines for a name the last one counts."""
    found = {}
    for line in config.postgresql_conf(server).splitlines():
        name, value = line.split(" = ", 1)
        found[name] = value[1:-1].replace("''", "'").replace("\\\\", "\\")
    return found


def server(**more: object) -> ServerConfig:
    return ServerConfig(data=FOLDER / "data", folder=FOLDER, port=5000, tls=True, **more)  # type: ignore[arg-type]


def test_the_engine_decides_what_this_machine_needs_whatever_the_group_says() -> None:
    asked = {"shared_buffers": "999999999", "port": "1", "listen_addresses": "*", "fsync": "1", "archive_mode": "0"}
    found = settings(server(parameters=asked))
    assert found["listen_addresses"] == "127.0.0.1"
    assert found["unix_socket_directories"] == ""
    assert (found["port"], found["shared_buffers"], found["archive_mode"]) == ("5000", "32MB", "on")


def test_parameters_of_the_group_reach_the_server_unless_they_are_rds_own_or_formulas() -> None:
    asked = {"work_mem": "8192", "rds.force_ssl": "1", "max_connections": "LEAST({DBInstanceClassMemory/9531392},5000)"}
    found = settings(server(parameters=asked))
    assert found["work_mem"] == "8192"
    assert "rds.force_ssl" not in found
    assert "max_connections" not in found


def test_only_libraries_that_are_there_are_preloaded() -> None:
    found = settings(server(parameters={"shared_preload_libraries": "pg_stat_statements, pgaudit,auto_explain"}))
    assert found["shared_preload_libraries"] == "pg_stat_statements,auto_explain"


@pytest.mark.parametrize(
    ("tls", "parameters", "kind"),
    [
        (True, {}, "hostssl"),
        (True, {"rds.force_ssl": "1"}, "hostssl"),
        (True, {"rds.force_ssl": "0"}, "host"),
        (False, {"rds.force_ssl": "1"}, "host"),
    ],
)
def test_tls_is_forced_by_the_parameter_where_there_is_tls(tls: bool, parameters: dict[str, str], kind: str) -> None:
    rules = config.pg_hba_conf(ServerConfig(FOLDER / "data", FOLDER, 1, tls, parameters)).splitlines()
    assert rules[-1].split("\t") == [kind, "all", "all", "127.0.0.1/32", "scram-sha-256"]
    assert all(rule.split("\t")[-1] in {"scram-sha-256", "reject"} for rule in rules)


def test_nobody_but_the_engine_reaches_its_database() -> None:
    rules = [rule.split("\t") for rule in config.pg_hba_conf(server()).splitlines()]
    first = next(rule for rule in rules if rule[1] in {"all", "rdsadmin"} and rule[2] == "all")
    assert first == ["host", "rdsadmin", "all", "all", "reject"]


def test_recovery_stops_at_the_moment_in_utc_and_promotes() -> None:
    moment = datetime(2026, 11, 24, 10, 30, 15, 123456, tzinfo=timezone(timedelta(hours=2)))
    found = settings(server(recovery=Recovery(Path("/wal"), moment)))
    assert found["recovery_target_time"] == "2026-11-24 08:30:15.123456+00"
    assert found["recovery_target_action"] == "promote"
    assert found["hot_standby"] == "off"
    assert "recovery_target_time" not in settings(server(recovery=Recovery(Path("/wal"))))


def test_a_standby_follows_its_source_and_falls_back_to_the_archive() -> None:
    found = settings(server(standby=Standby(5001, "secret", "db-2", Path("/wal"))))
    assert "port=5001" in found["primary_conninfo"]
    assert found["restore_command"] == "cp /wal/%f %p"
    assert found["hot_standby"] == "on"


def test_the_archive_command_moves_whole_segments_into_place() -> None:
    assert config.archive_command(None) == "/bin/true"
    assert config.archive_command(Path("/a b/100%")) == (
        "cp --sparse=always %p '/a b/100%%'/.%f && mv '/a b/100%%'/.%f '/a b/100%%'/%f"
    )


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="{\u2028\u2029"), max_size=40))
def test_every_value_comes_back_as_it_was(value: str) -> None:
    assert settings(server(parameters={"application_name": value}))["application_name"] == value


def test_a_value_cannot_bring_a_line_of_its_own() -> None:
    text = config.postgresql_conf(server(parameters={"application_name": "x'\nport = 1"}))
    assert "application_name = 'x''\\nport = 1'" in text.splitlines()


@given(st.datetimes(timezones=st.just(UTC)))
def test_every_moment_is_written_so_that_it_reads_the_same(moment: datetime) -> None:
    written = settings(server(recovery=Recovery(Path("/wal"), moment)))["recovery_target_time"]
    assert datetime.fromisoformat(written.rjust(29, "0").replace("+00", "+00:00")) == moment

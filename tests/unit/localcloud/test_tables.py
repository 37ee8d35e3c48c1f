"""What status and faults show."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.tables import duration, faults_text, mebibytes, status_text, table

CELLS = st.text(alphabet="abc 1", max_size=6).map(str.strip)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, "0 s"), (42.9, "42 s"), (60, "1 min"), (185, "3 min 5 s"), (7800, "2 h 10 min"), (356400, "4 d 3 h")],
)
def test_duration(seconds: float, expected: str) -> None:
    """The two largest units."""
    assert duration(seconds) == expected


def test_mebibytes() -> None:
    """Whole ones."""
    assert mebibytes(160_432_128) == "153 MiB"


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=5))
def test_columns_stand_under_each_other(rows: list[tuple[str, str, str]]) -> None:
    """Every column starts at the same place in every line; no line ends in spaces."""
    lines = table(("ONE", "TWO", "THREE"), rows).split("\n")
    assert len(lines) == len(rows) + 1
    first = max(len(row[0]) for row in [("ONE",), *rows])
    for line, row in zip(lines[1:], rows, strict=True):
        assert line == line.rstrip()
        assert line[: len(row[0])] == row[0]
        assert line[first + 2 :].startswith(row[1])


def test_faults_text() -> None:
    """One line per rule."""
    rule = {
        "id": "fault-1",
        "kind": "error",
        "service": "s3",
        "action": "*",
        "region": "eu-west-1",
        "nth": 2,
        "count": None,
    }
    text = faults_text([{**rule, "probability": 0.5, "seed": 7, "hits": 1, "seen": 4}])
    assert text.splitlines()[1].split("  ")[0] == "fault-1"
    assert "s3 * in eu-west-1" in text
    assert "from call 2, each with 0.5 (seed 7)" in text
    assert "1 of 4" in text
    assert faults_text([]) == "no faults"


STATUS: dict[str, Any] = {
    "endpoint": "http://127.0.0.1:1", "region": "eu-west-1", "dr_region": "eu-central-1", "account_id": "1", "state": "/state",
    "uptime_seconds": 1.0, "factor": 0.005, "resources": [], "processes": [], "resident_bytes": 0,
    "container_nodes": {"wanted": False, "cluster": None, "nodes": 0, "reason": None, "short": []},
    "persistence": {"failures": {}},
    "load_balancers": {"reason": None, "listeners": []}, "name_server": {"port": None, "reason": None},
}  # fmt: skip


def test_status_names_the_ports_of_traffic() -> None:
    """Those of listeners and of the name server, where there are any."""
    assert "LOAD BALANCER" not in status_text(STATUS)
    assert "names " not in status_text(STATUS)
    row = {
        "load_balancer": "web",
        "region": "eu-west-1",
        "protocol": "HTTPS",
        "port": 443,
        "url": "https://127.0.0.1:5",
    }
    said = status_text({
        **STATUS, "load_balancers": {"reason": None, "listeners": [row]}, "name_server": {"port": 5300, "reason": None},
    })  # fmt: skip
    assert "web            eu-west-1  HTTPS 443  https://127.0.0.1:5\n" in said
    assert "names      127.0.0.1:5300 answers for the hosted zones\n" in said


@pytest.mark.parametrize(
    ("found", "lines"),
    [
        ({}, []),
        ({"wanted": True}, []),
        ({"wanted": True, "reason": "they need root"}, ["nodes      kwok only, no container nodes: they need root"]),
        (
            {"wanted": True, "cluster": "main", "nodes": 2, "short": ["m5.24xlarge is 96 vCPU, of which …"]},
            [
                "nodes      2 with containers in the EKS cluster main",
                "           a node of m5.24xlarge is 96 vCPU, of which …",
            ],
        ),
    ],
)
def test_status_tells_of_container_nodes_only_where_there_is_something_to_tell(
    found: dict[str, Any], lines: list[str]
) -> None:
    said = status_text({**STATUS, "container_nodes": {**STATUS["container_nodes"], **found}}).splitlines()
    assert [line for line in said[3:] if line.startswith(("nodes", "           "))] == lines


def test_status_says_why_nothing_is_forwarded_or_answered() -> None:
    """In one line each."""
    said = status_text({
        **STATUS, "load_balancers": {"reason": "install HAProxy", "listeners": []},
        "name_server": {"port": None, "reason": "no port is free"},
    })  # fmt: skip
    assert "no traffic: install HAProxy\n" in said
    assert "names      not answered: no port is free\n" in said

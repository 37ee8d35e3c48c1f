"""The configuration as a whole; where HAProxy is there it has to take it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from localcloud.load_balancer import haproxy
from localcloud.load_balancer.model import (
    Balancer,
    Check,
    Condition,
    Description,
    Fixed,
    Forward,
    Group,
    Listener,
    Redirect,
    Rule,
    Target,
)

GROUP = Group("arn:targetgroup/api/aa", 2, (
    Target("10.0.0.1", 8080, "127.0.0.1:4001"), Target("198.18.1.5", 8080, "198.18.1.5:8080", "127.0.0.1:40090"),
), Check("/health z's", 9000, interval=0.15, timeout=1, healthy=3, unhealthy=2), slow_start=1.5, sticky=30)  # fmt: skip
EMPTY = Group("arn:targetgroup/empty/bb", 0, ())
AWAY = Group("arn:targetgroup/away/cc", 1, ())
RULES = (
    Rule("1", (Condition("path-pattern", ("/a*",)),), Forward(((EMPTY.arn, 1),))),
    Rule("2", (Condition("host-header", ("*'x",)),), Forward(((AWAY.arn, 1), (GROUP.arn, 2)))),
    Rule("3", (Condition("query-string", pairs=((None, "v"),)),), Redirect(host='#{host}"% x', path="/#{path}#'")),
    Rule("4", (Condition("source-ip", ("10.0.0.0/8",)),), Fixed(200, "application/json", '{"a": "%[src]"}')),
    Rule("default", (), Forward(((GROUP.arn, 1),))),
)
LISTENER = Listener("arn:listener/app/x/1/dd", 80, 40080, RULES)
BALANCER = Balancer("arn:loadbalancer/app/x/1", (LISTENER,), idle=30, client_port=True, drop_invalid=True)
WHOLE = Description((BALANCER,), (GROUP, EMPTY, AWAY), (("localcloud-12345678", 7),))


def section(text: str, name: str) -> list[str]:
    """Lines of a section."""
    lines = text.splitlines()
    start = lines.index(name) + 1
    found = []
    for line in lines[start:]:
        if not line.startswith(" "):
            break
        found.append(line.strip())
    return found


def test_servers_are_checked_as_the_group_says_and_once_more_without() -> None:
    text = haproxy.render(WHOLE, 5).text
    found = section(text, "backend g-aa")
    assert "timeout server 30s" in found
    assert "timeout check 1000" in found
    assert "http-check expect status 200" in found
    assert "cookie AWSALB insert indirect nocache maxidle 30s" in found
    first, second = [line for line in found if line.startswith("server")]
    checked = "check inter 150 rise 3 fall 2 port 9000 slowstart 1500"
    assert first == f"server {GROUP.targets[0].server} 127.0.0.1:4001 {checked} cookie {GROUP.targets[0].server}"
    assert "198.18.1.5:8080 socks4 127.0.0.1:40090 check" in second
    assert " check-via-socks4" in second
    assert "socks4" not in first
    unchecked = [line for line in section(text, "backend g-aa-open") if line.startswith("server")]
    assert unchecked == [
        f"server {GROUP.targets[0].server} 127.0.0.1:4001",
        f"server {GROUP.targets[1].server} 198.18.1.5:8080 socks4 127.0.0.1:40090",
    ]


def test_groups_without_targets_are_answered_for() -> None:
    found = section(haproxy.render(WHOLE, 5).text, "frontend l-dd")
    answers = [line for line in found if "file error-" in line]
    assert answers == [
        "http-request return status 503 content-type text/html file error-503 if !{ var(txn.group) -m found }",
        "http-request return status 503 content-type text/html file error-503 if { var(txn.group) -m str g-bb }",
        "http-request return status 504 content-type text/html file error-504 if { var(txn.group) -m str g-cc }",
    ]
    assert "backend g-bb" not in haproxy.render(WHOLE, 5).text


def test_it_listens_on_loopback_only_and_connects_there_or_to_the_relay() -> None:
    lines = haproxy.render(WHOLE, 5).text.splitlines()
    binds = [line.split()[1] for line in lines if line.strip().startswith("bind ")]
    assert binds == ["127.0.0.1:40080"]
    servers = [line for line in lines if line.strip().startswith("server ")]
    assert all(" 127.0.0.1:" in line or " socks4 127.0.0.1:40090" in line for line in servers)


@pytest.mark.parametrize(
    ("mode", "client_port", "line"),
    [
        ("append", False, 'http-request set-var-fmt(txn.for) "%[src]"'),
        ("append", True, 'http-request set-var-fmt(txn.for) "%[src]:%[src_port]"'),
        ("remove", False, "http-request del-header X-Forwarded-For"),
        ("preserve", False, None),
    ],
)
def test_forwarded_for(mode: str, client_port: bool, line: str | None) -> None:
    balancer = Balancer(BALANCER.arn, (LISTENER,), forwarded_for=mode, client_port=client_port)
    found = section(haproxy.render(Description((balancer,), (GROUP,)), 5).text, "frontend l-dd")
    named = [each for each in found if "txn.for" in each or "X-Forwarded-For" in each]
    assert any(each.startswith(line) for each in named) if line else named == []


def test_the_digest_changes_with_files_and_with_a_namespace_that_was_made_anew() -> None:
    made = haproxy.render(WHOLE, 5)
    assert made.digest == haproxy.render(WHOLE, 5).digest
    other = Description(WHOLE.balancers, WHOLE.groups, (("localcloud-12345678", 8),))
    assert haproxy.render(other, 5).digest != made.digest
    before = made.digest
    made.files["error-502"] = b"other"
    assert made.digest != before


KNOWN = "1\n# be_id …\n9 g-aa 4 {server} 127.0.0.1 {state} 0 1 1 77 15 3 {count} 6 0 0 0 - 4001 - 0 0 - - 0\n"


@pytest.mark.parametrize(
    ("state", "count", "wanted"),
    [("2", 4, "4"), ("2", 3, "3"), ("2", 9, "4"), ("2", 1, "4"), ("0", 0, "0"), ("0", 8, "2")],
)
def test_known_servers_keep_their_health_under_the_thresholds_of_now(state: str, count: int, wanted: str) -> None:
    server = GROUP.targets[0].server
    made = haproxy.server_states(WHOLE, KNOWN.format(server=server, state=state, count=count)).splitlines()
    first = made[2].split()
    assert (first[1], first[3], first[5], first[9], first[12], first[18]) == (
        "g-aa", server, state, "77", wanted, "4001",
    )  # fmt: skip


def test_new_servers_are_down_until_one_check_has_passed() -> None:
    lines = [line.split() for line in haproxy.server_states(WHOLE, "").splitlines()[2:]]
    assert [(row[3], row[5], row[12], row[18]) for row in lines] == [
        (GROUP.targets[0].server, "0", "2", "4001"), (GROUP.targets[1].server, "0", "2", "8080"),
    ]  # fmt: skip
    assert {len(row) for row in lines} == {25}


@pytest.mark.skipif(shutil.which("haproxy") is None, reason="HAProxy is not installed")
def test_haproxy_takes_it(tmp_path: Path) -> None:
    group = Group(GROUP.arn, 1, GROUP.targets[:1], GROUP.check, slow_start=1.5, sticky=30)
    whole = Description((BALANCER,), (group, EMPTY, AWAY))
    made = haproxy.render(whole, 5)
    for name, content in made.files.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / haproxy.STATES).write_text(haproxy.server_states(whole, ""))
    (tmp_path / "haproxy.cfg").write_text(made.text)
    done = subprocess.run(
        ["haproxy", "-c", "-f", "haproxy.cfg"], cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr

"""The data plane of load balancers: requests on loopback go where the API says."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from localcloud.load_balancer import proxy
from tests.localcloud.conftest import RunningCloud
from tests.localcloud.edge_support import make_net, wait_until
from tests.localcloud.traffic_support import (
    Target,
    Traffic,
    fixed,
    forward,
    get,
    redirect,
    silent_port,
    weighted,
)

pytestmark = pytest.mark.skipif(proxy.obstacle() is not None, reason=proxy.obstacle() or "")


@pytest.fixture(scope="module")
def traffic(cloud: RunningCloud) -> Traffic:
    return Traffic(cloud, make_net(cloud), cloud.client("elbv2"))


@pytest.fixture
def targets() -> Iterator[list[Target]]:
    made = [Target("one"), Target("two"), Target("three")]
    yield made
    for each in made:
        each.end()


def test_requests_go_to_healthy_targets_with_the_headers_of_aws(traffic: Traffic, targets: list[Target]) -> None:
    group = traffic.group("headers")
    listener = traffic.listen(traffic.balancer("headers"), forward(group), port=80)
    port = traffic.port(listener)
    none = get(port)
    assert (none.status, none.headers["server"]) == (503, "awselb/2.0")
    assert b"503 Service Temporarily Unavailable" in none.body
    for each in targets[:2]:
        traffic.register(group, each.port)
    answers = [get(port, f"/{number}?a=b") for number in range(6)]
    assert {answer.status for answer in answers} == {200}
    assert Counter(answer.told["name"] for answer in answers) == {"one": 3, "two": 3}
    sent = answers[0].told["headers"]
    assert answers[0].told["path"] == "/0?a=b"
    assert (sent["x-forwarded-for"], sent["x-forwarded-proto"], sent["x-forwarded-port"]) == ("127.0.0.1", "http", "80")
    assert re.fullmatch(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24}", sent["x-amzn-trace-id"])
    assert abs(int(sent["x-amzn-trace-id"][7:15], 16) - time.time()) < 60
    again = get(port, X_Forwarded_For="203.0.113.9", X_Amzn_Trace_Id="Root=1-67891233-abcdef012345678912345678").told
    assert again["headers"]["x-forwarded-for"] == "203.0.113.9, 127.0.0.1"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
        lines = ["GET / HTTP/1.1", "Host: a", "X-Forwarded-For: 203.0.113.1", "X-Forwarded-For: 203.0.113.2"]
        raw.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode())
        several = b"".join(iter(lambda: raw.recv(65536), b""))
    assert b'"x-forwarded-for": "127.0.0.1"' in several  # the last of three
    pattern = r"Self=1-[0-9a-f]{8}-[0-9a-f]{24};Root=1-67891233-abcdef012345678912345678"
    assert re.fullmatch(pattern, again["headers"]["x-amzn-trace-id"])


def test_health_is_what_the_checks_find(traffic: Traffic, targets: list[Target]) -> None:
    group = traffic.group("health", Matcher={"HttpCode": "200-204,301"})
    listener = traffic.listen(traffic.balancer("health"), forward(group))
    port = traffic.port(listener)
    address = traffic.register(group, targets[0].port)
    targets[0].health = 301
    other = traffic.register(group, targets[1].port)
    assert traffic.health(group)[address] == ("healthy", None)
    targets[0].health = 500
    wait_until(lambda: traffic.health(group)[address] == ("unhealthy", "Target.ResponseCodeMismatch"))
    [row] = traffic.elb.describe_target_health(TargetGroupArn=group, Targets=[{"Id": address, "Port": 8080}])[
        "TargetHealthDescriptions"
    ]
    assert row["TargetHealth"]["Description"] == "Health checks failed with these codes: [500]"
    assert {get(port).told["name"] for _ in range(4)} == {"two"}
    targets[1].health = 500
    wait_until(lambda: traffic.health(group)[other][0] == "unhealthy")
    # "If a target group contains only unhealthy registered targets, the load balancer routes requests to all those targets"
    assert {get(port).told["name"] for _ in range(4)} == {"one", "two"}
    targets[0].health = targets[1].health = 200
    wait_until(lambda: {state for state, _ in traffic.health(group).values()} == {"healthy"})
    traffic.cloud.control.put("target-health", {"target_group": group, "target": address, "state": "unhealthy"})
    assert traffic.health(group)[address] == ("unhealthy", "Target.FailedHealthChecks")
    traffic.cloud.control.put("target-health", {"target_group": group, "target": address})
    targets[2].end()
    gone = traffic.register(group, targets[2].port, healthy=False)
    wait_until(lambda: traffic.health(group)[gone] == ("unhealthy", "Target.FailedHealthChecks"))
    traffic.elb.register_targets(TargetGroupArn=group, Targets=[{"Id": "10.66.0.250", "Port": 8080}])
    assert traffic.health(group)["10.66.0.250"] == ("unhealthy", "Target.Timeout")


def test_rules_decide_by_priority(traffic: Traffic, targets: list[Target]) -> None:
    group, other = traffic.group("rules-a"), traffic.group("rules-b")
    balancer = traffic.balancer("rules")
    listener, second = traffic.listen(balancer, forward(group)), traffic.listen(balancer, port=8443)
    for arn, target in ((group, targets[0]), (other, targets[1])):
        traffic.register(arn, target.port, healthy=False)
    conditions = {
        10: [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/b/*", "/c?"]}}],
        20: [{"Field": "host-header", "HostHeaderConfig": {"Values": ["*.Example.com"]}}],
        30: [
            {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-Kind", "Values": ["*Robot*"]}},
            {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["POST"]}},
        ],
        40: [{"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "v", "Value": "2*"}, {"Value": "x"}]}}],
        50: [
            {"Field": "source-ip", "SourceIpConfig": {"Values": ["127.0.0.0/8"]}},
            {"Field": "path-pattern", "Values": ["/old/*"]},
        ],
        60: [{"Field": "source-ip", "SourceIpConfig": {"Values": ["203.0.113.0/24"]}}],
        70: [{"Field": "path-pattern", "Values": ["/both"]}],
    }
    moved = redirect(302, Protocol="HTTP", Port="8443", Path="/new/#{path}", Query="from=old&#{query}")
    actions = {10: forward(other), 20: fixed(410, "gone 'away' \"%[x]", "text/html"), 50: moved}
    actions[70] = weighted((group, 1), (other, 1))
    for priority, wanted in conditions.items():
        traffic.rule(listener, priority, wanted, actions.get(priority, fixed(200, str(priority))))
    port, there = traffic.port(listener), traffic.port(second)
    wait_until(lambda: get(port, "/b/1").status == 200)
    assert [get(port, path).told.get("name") for path in ("/b/1", "/c1", "/c12", "/B/1", "/")] == [
        "two", "two", "one", "one", "one",
    ]  # fmt: skip
    gone = get(port, Host=f"www.example.COM:{port}")
    assert (gone.status, gone.body, gone.headers["content-type"]) == (410, b"gone 'away' \"%[x]", "text/html")
    assert get(port, Host="example.com").told["name"] == "one"
    assert get(port, method="POST", X_Kind="a ROBOT b", Content_Length="0").body == b"30"
    assert get(port, X_Kind="a robot b").told["name"] == "one"
    assert [get(port, path).body for path in ("/?v=21", "/?a=b&V=2", "/?a=x")] == [b"40"] * 3
    assert get(port, "/?v=12").told["name"] == "one"
    found = get(port, "/old/a/b?c=d", Host=f"shop.test:{port}")
    assert (found.status, found.headers["location"]) == (302, f"http://shop.test:{there}/new/old/a/b?from=old&c=d")
    found = get(port, "/old/a/b", Host="shop.test")
    assert found.headers["location"] == "http://shop.test:8443/new/old/a/b?from=old&"
    assert {get(port, "/both").told["name"] for _ in range(40)} == {"one", "two"}


def test_a_redirect_to_tls_keeps_path_and_query(traffic: Traffic) -> None:
    listener = traffic.listen(traffic.balancer("to-tls"), redirect(Protocol="HTTPS", Port="443"))
    port = traffic.port(listener)
    assert get(port, "/a/b?c=%20d", Host="www.shop.test").headers["location"] == "https://www.shop.test:443/a/b?c=%20d"
    assert get(port, "/", Host="www.shop.test").headers["location"] == "https://www.shop.test:443/"


def test_errors_are_those_of_aws(traffic: Traffic, targets: list[Target]) -> None:
    group = traffic.group("errors")
    balancer = traffic.balancer("errors")
    traffic.elb.modify_load_balancer_attributes(
        LoadBalancerArn=balancer, Attributes=[{"Key": "idle_timeout.timeout_seconds", "Value": "2"}]
    )
    port = traffic.port(traffic.listen(balancer, forward(group)))
    traffic.register(group, targets[0].port)
    assert get(port, "/status/503").told["name"] == "one"
    for path in ("/nonsense", "/closes"):
        answer = get(port, path)
        assert (answer.status, answer.headers["server"]) == (502, "awselb/2.0")
        assert b"<title>502 Bad Gateway</title>" in answer.body
    targets[0].slow = 3
    slow = get(port, "/slow")
    assert (slow.status, b"504 Gateway Time-out" in slow.body) == (504, True)
    targets[0].end()
    refused = get(port)
    assert (refused.status, b"<title>502 Bad Gateway</title>" in refused.body) == (502, True)
    unknown = traffic.group("errors-unknown")
    traffic.elb.register_targets(TargetGroupArn=unknown, Targets=[{"Id": "192.0.2.1"}])
    answer = get(traffic.port(traffic.listen(balancer, forward(unknown), port=81)))
    assert answer.status == 504


def test_a_target_that_takes_no_connection_is_504_after_ten_seconds(traffic: Traffic) -> None:
    group = traffic.group("silent")
    port = traffic.port(traffic.listen(traffic.balancer("silent"), forward(group)))
    with silent_port() as silent:
        address = traffic.register(group, silent, healthy=False)
        wait_until(lambda: traffic.health(group)[address] == ("unhealthy", "Target.Timeout"))
        began = time.monotonic()
        answer = get(port)
        assert (answer.status, b"<title>504 Gateway Time-out</title>" in answer.body) == (504, True)
        assert 9 < time.monotonic() - began < 14


def test_a_deregistered_target_ends_what_is_open_and_gets_nothing_new(traffic: Traffic, targets: list[Target]) -> None:
    group = traffic.group("draining")
    traffic.set(group, deregistration_delay__timeout_seconds="600")  # three seconds here
    port = traffic.port(traffic.listen(traffic.balancer("draining"), forward(group)))
    leaving = traffic.register(group, targets[0].port)
    got: list[object] = []

    def ask() -> None:
        try:
            got.append(get(port, "/slow").told["name"])
        except Exception as error:
            got.append(error)

    targets[0].slow = 1.5
    open_request = threading.Thread(target=ask)
    open_request.start()
    wait_until(lambda: "/slow" in targets[0].seen)
    traffic.register(group, targets[1].port)
    traffic.deregister(group, leaving)
    assert traffic.health(group)[leaving] == ("draining", "Target.DeregistrationInProgress")
    wait_until(lambda: {get(port).told["name"] for _ in range(4)} == {"two"})
    open_request.join()
    assert got == ["one"]
    wait_until(lambda: leaving not in traffic.health(group))
    # After the delay what is still open ends.
    leaving = traffic.register(group, targets[0].port)
    targets[0].slow = 20
    targets[0].seen.clear()
    got.clear()
    open_requests = [threading.Thread(target=ask) for _ in range(2)]
    for each in open_requests:
        each.start()
    wait_until(lambda: "/slow" in targets[0].seen)
    began = time.monotonic()
    traffic.deregister(group, leaving)
    wait_until(lambda: len(got) == 2)
    assert time.monotonic() - began > 2.5
    [answer] = [each for each in got if each != "two"]
    assert answer != "one"


def test_a_new_target_gets_its_share_slowly(traffic: Traffic, targets: list[Target]) -> None:
    group = traffic.group("slow-start")
    traffic.set(group, slow_start__duration_seconds="900")  # four and a half seconds here, five for the proxy
    port = traffic.port(traffic.listen(traffic.balancer("slow-start"), forward(group)))
    traffic.register(group, targets[0].port)
    time.sleep(6)  # until it has its whole share
    traffic.register(group, targets[1].port)
    early = Counter(get(port).told["name"] for _ in range(40))
    assert early["two"] < 15
    time.sleep(6)
    assert Counter(get(port).told["name"] for _ in range(40)) == {"one": 20, "two": 20}


def test_a_client_with_the_cookie_stays_with_its_target(traffic: Traffic, targets: list[Target]) -> None:
    group = traffic.group("sticky")
    traffic.set(group, stickiness__enabled="true", stickiness__type="lb_cookie")
    port = traffic.port(traffic.listen(traffic.balancer("sticky"), forward(group)))
    for each in targets[:2]:
        traffic.register(group, each.port)
    first = get(port)
    cookie = first.headers["set-cookie"].partition(";")[0]
    assert cookie.startswith("AWSALB=")
    assert {get(port, Cookie=cookie).told["name"] for _ in range(6)} == {first.told["name"]}


def test_no_request_is_lost_while_the_configuration_changes(traffic: Traffic, targets: list[Target]) -> None:
    group = traffic.group("reload")
    listener = traffic.listen(traffic.balancer("reload"), forward(group))
    port = traffic.port(listener)
    traffic.register(group, targets[0].port)
    before = traffic.cloud.control.get("status")["processes"]
    failed: list[object] = []
    asked = Counter[str]()
    ending = threading.Event()

    def keep_asking() -> None:
        while not ending.is_set():
            try:
                answer = get(port, timeout=10)
            except Exception as error:
                failed.append(error)
                continue
            asked[answer.told.get("name", str(answer.status))] += 1

    clients = [threading.Thread(target=keep_asking) for _ in range(3)]
    for each in clients:
        each.start()
    for number in range(1, 9):
        condition = [{"Field": "path-pattern", "Values": [f"/rule-{number}"]}]
        traffic.rule(listener, number, condition, fixed(200, str(number)))
        wait_until(lambda number=number: get(port, f"/rule-{number}").body == str(number).encode())
    ending.set()
    for each in clients:
        each.join()
    assert failed == []
    assert set(asked) == {"one"}
    assert asked["one"] > 100
    after = traffic.cloud.control.get("status")["processes"]
    pids = [[row["pid"] for row in rows if row["name"] == proxy.NAME] for rows in (before, after)]
    assert pids[0] == pids[1]
    assert traffic.health(group).popitem()[1] == ("healthy", None)


def test_a_proxy_that_dies_comes_back_and_ports_stay_after_a_restart(traffic: Traffic, targets: list[Target]) -> None:
    group = traffic.group("restart")
    listener = traffic.listen(traffic.balancer("restart"), forward(group))
    port = traffic.port(listener)
    traffic.register(group, targets[0].port)
    [row] = [each for each in traffic.cloud.control.get("status")["processes"] if each["name"] == proxy.NAME]
    import os
    import signal

    os.killpg(row["pid"], signal.SIGKILL)
    wait_until(lambda: _answers(port) == "one")
    traffic.cloud.down()
    traffic.cloud.up()
    traffic.elb = traffic.cloud.client("elbv2")
    wait_until(lambda: _answers(port) == "one")
    assert traffic.port(listener) == port
    traffic.cloud.kill()
    traffic.cloud.up()
    traffic.elb = traffic.cloud.client("elbv2")
    wait_until(lambda: _answers(port) == "one")
    assert (traffic.cloud.state / "load-balancer").stat().st_mode & 0o777 == 0o700
    assert (traffic.cloud.state / "load-balancer" / proxy.MASTER).stat().st_mode & 0o777 == 0o600


def _answers(port: int) -> str | None:
    try:
        return get(port, timeout=5).told.get("name")
    except OSError:
        return None

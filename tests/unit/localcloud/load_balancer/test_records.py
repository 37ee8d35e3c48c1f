"""Requests as the proxy's log tells them, as entries of access logs, and as metrics."""

from __future__ import annotations

import datetime
import gzip
import json
from typing import Any

import pytest

from localcloud.load_balancer import access_log, metrics
from localcloud.load_balancer.records import Names, Record, parse

BALANCER = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188"
GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/api/73e2d6bc24d8a067"
NAMES = Names(
    {"l-1": (BALANCER, 80, False), "l-2": (BALANCER, 443, True)}, {"g-1": GROUP}, {"t-1": "10.0.0.1:8080"},
    {"aa": "arn:certificate"},
)  # fmt: skip
LINE: dict[str, Any] = {
    "l": "l-1", "at": "1530483780500", "state": "--", "status": 200, "target_status": "200", "client": "127.0.0.1:2817",
    "server": "t-1", "TR": 1, "Tw": 0, "Tc": 1, "Tr": 40, "Td": 3, "Ta": 45, "in": 34, "out": 366, "method": "GET",
    "version": "HTTP/1.1", "uri": "/a?b=c", "host": "www.example.com", "agent": "curl/7.46.0", "trace": "Root=1-58337262",
    "rule": "5", "group": "g-1", "done": "-", "location": "-", "cipher": "-", "tls": "-", "sni": "-", "certificate": "-",
}  # fmt: skip
NOW = datetime.datetime(2018, 7, 2, 22, 23, tzinfo=datetime.UTC)


def record(**more: Any) -> Record:
    found = parse(json.dumps({**LINE, **more}).replace('{"l": ', '{"l":', 1))
    assert found is not None
    return found


@pytest.mark.parametrize("line", ["", "Server g-1/t-1 is DOWN", '{"l":"l-1","at"', '{"a":1}'])
def test_other_messages_are_no_requests(line: str) -> None:
    assert parse(line) is None


def test_who_went_away_gets_460() -> None:
    assert record(state="CH", status=-1, target_status="-").status == 460
    assert record(state="CD").status == 200
    assert record(state="SH", status=-1, target_status="-").status is None


def test_an_entry_has_the_fields_in_the_documented_order() -> None:
    assert access_log.line(record(), NAMES) == (
        "http 2018-07-01T22:23:00.545000Z app/web/50dc6c495c0c9188 127.0.0.1:2817 10.0.0.1:8080 0.002 0.040 0.003 200 200 "
        '34 366 "GET http://www.example.com:80/a?b=c HTTP/1.1" "curl/7.46.0" - - '
        f'{GROUP} "Root=1-58337262" "-" "-" 5 2018-07-01T22:23:00.500000Z "forward" "-" "-" '
        '"10.0.0.1:8080" "200" "-" "-" -'
    )


@pytest.mark.parametrize(
    ("more", "field", "wanted"),
    [
        ({"l": "l-2"}, 0, "https"),
        ({"l": "l-2", "version": "HTTP/2.0"}, 0, "h2"),
        ({"server": "-", "group": "-"}, 4, "-"),
        ({"Tc": -1, "Tr": -1, "Td": -1}, 5, "-1"),
        ({"Tr": -1}, 6, "-1"),
        ({"status": 502, "target_status": "-"}, 8, "502"),
        ({"target_status": "-"}, 9, "-"),
        ({"l": "l-2"}, 13, "https://www.example.com:443/a?b=c"),
        ({"l": "l-2", "cipher": "ECDHE-RSA-AES128-GCM-SHA256"}, 16, "ECDHE-RSA-AES128-GCM-SHA256"),
        ({"l": "l-2", "tls": "TLSv1.2"}, 17, "TLSv1.2"),
        ({"sni": "www.example.com"}, 20, '"www.example.com"'),
        ({"certificate": "AA"}, 21, '"arn:certificate"'),
        ({"rule": "default"}, 22, "0"),
        ({"rule": "-"}, 22, "-1"),
        ({"done": "redirect"}, 24, '"redirect"'),
        ({"location": "https://a:443/"}, 25, '"https://a:443/"'),
    ],
)
def test_fields(more: dict[str, Any], field: int, wanted: str) -> None:
    assert access_log.line(record(**more), NAMES).split(" ")[field] == wanted


def test_what_clients_send_ends_no_field_and_no_line() -> None:
    made = access_log.line(record(agent='a"b\\c\nd\u00fc'), NAMES)
    assert '"a\\x22b\\x5Cc\\x0Ad\\xC3\\xBC"' in made
    assert "\n" not in made


def test_the_key_of_an_object() -> None:
    folder = "AWSLogs/123456789012/elasticloadbalancing/eu-west-1/2018/07/02/"
    name = "123456789012_elasticloadbalancing_eu-west-1_app.web.50dc6c495c0c9188_20180702T2223Z_127.0.0.1_1a.log.gz"
    assert access_log.key(BALANCER, "", NOW, "1a") == folder + name
    assert access_log.key(BALANCER, "edge/x", NOW, "1a") == f"edge/x/{folder}{name}"
    assert gzip.decompress(access_log.content(["a", "b"])) == b"a\nb\n"


def told(*records: Record) -> dict[tuple[str, int], float]:
    """(metric, number of dimensions) -> value."""
    data = metrics.of_requests(records, NAMES, NOW)
    assert set(data) <= {"eu-west-1"}
    return {
        (row["MetricName"], len(row["Dimensions"])): row["Value"] for row in data.get("eu-west-1", []) if "Value" in row
    }


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({}, {("RequestCount", 1), ("RequestCount", 2), ("HTTPCode_Target_2XX_Count", 1), ("HTTPCode_Target_2XX_Count", 2)}),
        (
            {"status": 502, "target_status": "-", "Tr": -1},
            {("RequestCount", 1), ("RequestCount", 2), ("HTTPCode_ELB_5XX_Count", 1), ("HTTPCode_ELB_502_Count", 1)},
        ),
        (
            {"status": 504, "target_status": "-", "Tc": -1, "Tr": -1},
            {
                ("RequestCount", 1), ("RequestCount", 2), ("HTTPCode_ELB_5XX_Count", 1), ("HTTPCode_ELB_504_Count", 1),
                ("TargetConnectionErrorCount", 1), ("TargetConnectionErrorCount", 2),
            },
        ),
        (
            {"server": "-", "status": 503, "target_status": "-", "Tr": -1},
            {("HTTPCode_ELB_5XX_Count", 1), ("HTTPCode_ELB_503_Count", 1)},
        ),
        (
            {"server": "-", "group": "-", "status": 301, "target_status": "-", "Tr": -1, "done": "redirect"},
            {("HTTPCode_ELB_3XX_Count", 1), ("HTTP_Redirect_Count", 1)},
        ),
        (
            {"server": "-", "group": "-", "status": 200, "target_status": "-", "Tr": -1, "done": "fixed-response"},
            {("HTTP_Fixed_Response_Count", 1)},
        ),
    ],
)  # fmt: skip
def test_what_a_request_counts_as(more: dict[str, Any], wanted: set[tuple[str, int]]) -> None:
    assert told(record(**more)) == dict.fromkeys(wanted, 1.0)


def test_requests_are_added_up_and_times_have_statistics() -> None:
    data = metrics.of_requests([record(Tr=each) for each in (10, 20, 60)], NAMES, NOW)["eu-west-1"]
    assert {row["Value"] for row in data if row["MetricName"] == "RequestCount"} == {3.0}
    times = [row for row in data if row["MetricName"] == "TargetResponseTime"]
    assert {len(row["Dimensions"]) for row in times} == {1, 2}
    assert times[0]["StatisticValues"] == pytest.approx(
        {"SampleCount": 3, "Sum": 0.09, "Minimum": 0.01, "Maximum": 0.06}
    )


def test_hosts_are_counted_by_state() -> None:
    [healthy, unhealthy] = metrics.of_hosts({(BALANCER, GROUP): ["healthy", "unhealthy", "healthy", "initial"]}, NOW)[
        "eu-west-1"
    ]
    assert (healthy["MetricName"], healthy["Value"]) == ("HealthyHostCount", 2.0)
    assert (unhealthy["MetricName"], unhealthy["Value"]) == ("UnHealthyHostCount", 1.0)
    assert healthy["Dimensions"] == [
        {"Name": "TargetGroup", "Value": "targetgroup/api/73e2d6bc24d8a067"},
        {"Name": "LoadBalancer", "Value": "app/web/50dc6c495c0c9188"},
    ]

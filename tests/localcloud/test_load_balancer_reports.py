"""What load balancers tell of their requests: access logs in the bucket, metrics in CloudWatch."""

from __future__ import annotations

import datetime
import gzip
import re
import shlex
import urllib.request
from typing import Any

import pytest

from localcloud.load_balancer import proxy
from tests.localcloud.conftest import RunningCloud
from tests.localcloud.edge_support import make_net, wait_until
from tests.localcloud.traffic_support import Target, Traffic, fixed, forward, get

pytestmark = pytest.mark.skipif(proxy.obstacle() is not None, reason=proxy.obstacle() or "")


@pytest.fixture(scope="module")
def traffic(cloud: RunningCloud) -> Traffic:
    return Traffic(cloud, make_net(cloud), cloud.client("elbv2"))


def report(traffic: Traffic) -> dict[str, int]:
    return dict(traffic.cloud.control("POST", "load-balancers/report"))


def test_requests_stand_in_the_access_log_of_the_bucket(traffic: Traffic) -> None:
    s3 = traffic.cloud.client("s3")
    s3.create_bucket(Bucket="traffic-logs", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    balancer, group, target = traffic.balancer("logged"), traffic.group("logged"), Target("one")
    attributes = {
        "access_logs.s3.enabled": "true", "access_logs.s3.bucket": "traffic-logs", "access_logs.s3.prefix": "edge",
    }  # fmt: skip
    traffic.elb.modify_load_balancer_attributes(
        LoadBalancerArn=balancer, Attributes=[{"Key": key, "Value": value} for key, value in attributes.items()]
    )
    listener = traffic.listen(balancer, forward(group))
    traffic.rule(listener, 7, [{"Field": "path-pattern", "Values": ["/fixed"]}], fixed(403, "no"))
    port = traffic.port(listener)
    address = traffic.register(group, target.port)
    secret = "not-for-logs"
    get(port, "/shop/a?b=c", Host=f"shop.test:{port}", User_Agent='a "quoted" agent', Authorization=secret)
    get(port, "/fixed", Host="shop.test", Cookie=secret)
    get(port, "/status/500")

    def objects() -> list[str]:
        report(traffic)
        return [row["Key"] for row in s3.list_objects_v2(Bucket="traffic-logs").get("Contents", [])]

    lines: list[str] = []

    def read() -> list[str]:
        return [
            line
            for key in objects()
            for line in gzip.decompress(s3.get_object(Bucket="traffic-logs", Key=key)["Body"].read()).decode().splitlines()
        ]  # fmt: skip

    wait_until(lambda: len(read()) >= 3)
    day = datetime.datetime.now(datetime.UTC)
    name = "123456789012_elasticloadbalancing_eu-west-1_app.logged."
    pattern = rf"edge/AWSLogs/123456789012/elasticloadbalancing/eu-west-1/{day:%Y/%m/%d}/{name}[0-9a-f]{{16}}_\d{{8}}T\d{{4}}Z_"
    assert all(re.match(pattern, key) and key.endswith(".log.gz") for key in objects())
    lines = read()
    assert not any(secret in line for line in lines)
    [whole] = [line for line in lines if "/shop/a" in line]
    fields = shlex.split(whole)
    assert fields[0] == "http"
    assert fields[2] == balancer.partition("loadbalancer/")[2]
    assert fields[4] == f"{address}:8080"
    assert fields[8:10] == ["200", "200"]
    assert fields[12] == "GET http://shop.test:80/shop/a?b=c HTTP/1.1"
    assert '"a \\x22quoted\\x22 agent"' in whole
    assert fields[16] == group
    assert fields[20] == "0"
    assert fields[22] == "forward"
    assert all(0 <= float(seconds) < 5 for seconds in fields[5:8])
    answered = shlex.split(next(line for line in lines if "/fixed" in line))
    assert (answered[4:10], answered[20], answered[22]) == (
        ["-", "-1", "-1", "-1", "403", "-"], "7", "fixed-response",
    )  # fmt: skip
    target.end()


def test_requests_are_counted_in_cloudwatch(traffic: Traffic) -> None:
    balancer, group, target = traffic.balancer("counted"), traffic.group("counted"), Target("one")
    listener = traffic.listen(balancer, forward(group))
    traffic.rule(listener, 7, [{"Field": "path-pattern", "Values": ["/fixed"]}], fixed(503, "no"))
    port = traffic.port(listener)
    address = traffic.register(group, target.port)
    traffic.elb.register_targets(TargetGroupArn=group, Targets=[{"Id": "10.66.0.251"}])
    for path in ("/", "/", "/", "/status/404", "/status/500", "/fixed", "/nonsense"):
        get(port, path)
    whole = {"LoadBalancer": balancer.partition("loadbalancer/")[2]}
    part = {"TargetGroup": group.rpartition(":")[2], **whole}
    cloudwatch = traffic.cloud.client("cloudwatch")

    def told(metric: str, dimensions: dict[str, str], statistic: str = "Sum") -> float:
        now = datetime.datetime.now(datetime.UTC)
        found = cloudwatch.get_metric_statistics(
            Namespace="AWS/ApplicationELB", MetricName=metric, Period=3600, Statistics=[statistic],
            StartTime=now - datetime.timedelta(hours=1), EndTime=now + datetime.timedelta(hours=1),
            Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
        )["Datapoints"]  # fmt: skip
        return float(sum(point[statistic] for point in found))

    def counted() -> bool:
        report(traffic)
        return told("RequestCount", whole) == 6

    wait_until(counted)
    wanted: dict[str, tuple[float, dict[str, str]]] = {
        "HTTPCode_Target_2XX_Count": (3, part), "HTTPCode_Target_4XX_Count": (1, part),
        "HTTPCode_Target_5XX_Count": (1, whole), "HTTPCode_ELB_5XX_Count": (2, whole),
        "HTTPCode_ELB_502_Count": (1, whole), "HTTP_Fixed_Response_Count": (1, whole),
    }  # fmt: skip
    assert {name: told(name, dimensions) for name, (_, dimensions) in wanted.items()} == {
        name: value for name, (value, _) in wanted.items()
    }
    assert told("RequestCount", part) == 6
    assert 0 <= told("TargetResponseTime", part, "Maximum") < 5
    assert told("HealthyHostCount", part, "Maximum") == 1
    assert told("UnHealthyHostCount", part, "Maximum") == 1
    assert traffic.health(group)[address][0] == "healthy"
    target.end()


def test_the_status_names_the_ports_and_pages_may_not_steer(traffic: Traffic) -> None:
    listener = traffic.listen(traffic.balancer("told"), fixed(200, "told"))
    port = traffic.port(listener)
    rows: list[dict[str, Any]] = traffic.cloud.control.get("status")["load_balancers"]["listeners"]
    [row] = [row for row in rows if row["listener"] == listener]
    assert (row["load_balancer"], row["port"], row["url"]) == ("told", 80, f"http://127.0.0.1:{port}")
    for body in ({"address": "10.0.0.1", "port": 80, "local_port": 0}, {"address": "web", "port": 80}, {}):
        with pytest.raises(AssertionError, match="expected"):
            traffic.cloud.control.put("load-balancers/addresses", body)
    request = urllib.request.Request(
        f"{traffic.cloud.endpoint}/_localcloud/load-balancers/report",
        method="POST",
        headers={"Origin": "http://a.test"},
    )
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(request, timeout=10)

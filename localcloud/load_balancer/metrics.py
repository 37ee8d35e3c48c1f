"""What CloudWatch is told of requests and targets. Pure.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from localcloud.load_balancer.records import CLIENT_CLOSED, Names, Record

NAMESPACE = "AWS/ApplicationELB"
_SINGLE = {500, 502, 503, 504}
Dimensions = tuple[tuple[str, str], ...]


def dimensions(balancer: str, group: str | None = None) -> Dimensions:
    """Of a load balancer (ARN), or of a target group behind it."""
    named = (("LoadBalancer", "/".join(balancer.split("/")[1:])),)
    return named if group is None else (("TargetGroup", group.rsplit(":", 1)[1]), *named)


def of_requests(records: Iterable[Record], names: Names, now: datetime.datetime) -> dict[str, list[dict[str, Any]]]:
    """Region -> data as PutMetricData takes them."""
    counts: dict[str, Counter[tuple[str, Dimensions]]] = {}
    times: dict[str, dict[Dimensions, list[float]]] = {}
    for record in records:
        balancer = names.listeners[record.listener][0]
        region = balancer.split(":")[3]
        group = names.groups.get(record.group or "")
        for name, place in _counted(record, balancer, group):
            counts.setdefault(region, Counter())[name, place] += 1
        if record.waits[1] >= 0 and group is not None:
            for place in (dimensions(balancer), dimensions(balancer, group)):
                times.setdefault(region, {}).setdefault(place, []).append(record.waits[1])
    made = {
        region: [_datum(name, place, now, "Count", Value=float(count)) for (name, place), count in found.items()]
        for region, found in counts.items()
    }
    for region, found_times in times.items():
        for place, values in found_times.items():
            statistics = {
                "SampleCount": len(values), "Sum": sum(values), "Minimum": min(values), "Maximum": max(values),
            }  # fmt: skip
            made[region].append(_datum("TargetResponseTime", place, now, "Seconds", StatisticValues=statistics))
    return made


def _counted(record: Record, balancer: str, group: str | None) -> Iterable[tuple[str, Dimensions]]:
    whole = dimensions(balancer)
    places = [whole] if group is None else [whole, dimensions(balancer, group)]
    if record.server is not None:
        yield from (("RequestCount", place) for place in places)
    if record.target_status is not None:
        yield from ((f"HTTPCode_Target_{record.target_status // 100}XX_Count", place) for place in places)
    elif record.status is not None and record.status >= 300 and record.status != CLIENT_CLOSED:
        yield f"HTTPCode_ELB_{record.status // 100}XX_Count", whole
        if record.status in _SINGLE:
            yield f"HTTPCode_ELB_{record.status}_Count", whole
        if record.server is not None and record.waits[0] < 0:
            yield from (("TargetConnectionErrorCount", place) for place in places)
    if record.done is not None:
        yield {"redirect": "HTTP_Redirect_Count", "fixed-response": "HTTP_Fixed_Response_Count"}[record.done], whole


def of_hosts(
    states: Mapping[tuple[str, str], Iterable[str]], now: datetime.datetime
) -> dict[str, list[dict[str, Any]]]:
    """Region -> data. states: (ARN of the load balancer, of the group) -> states of its targets; only these two count."""
    made: dict[str, list[dict[str, Any]]] = {}
    for (balancer, group), found in states.items():
        counted = Counter(found)
        for name, state in (("HealthyHostCount", "healthy"), ("UnHealthyHostCount", "unhealthy")):
            datum = _datum(name, dimensions(balancer, group), now, "Count", Value=float(counted[state]))
            made.setdefault(balancer.split(":")[3], []).append(datum)
    return made


def _datum(name: str, place: Dimensions, now: datetime.datetime, unit: str, **values: Any) -> dict[str, Any]:
    named = [{"Name": key, "Value": value} for key, value in place]
    return {"MetricName": name, "Dimensions": named, "Timestamp": now, "Unit": unit, **values}

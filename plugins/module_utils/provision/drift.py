# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drift as evidence, as a sentence and as a metric. Pure: standard library only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.provision.render import failure

NAMESPACE = "creator.platform"
METRIC = "DriftedResources"
SCHEMA = 1
#: CloudTrail shows an event after this long, "typically": https://aws.amazon.com/cloudtrail/faqs/
LATE = "CloudTrail shows a change after about 5 minutes, and keeps it for 90 days"


def drifted(plan: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Each change of an environment's plan with its component, in order."""
    for one in plan["components"]:
        for row in one["changes"]:
            yield {"component": one["component"], **row}


def facts_of(results: Mapping[str, Mapping[str, Any]]) -> dict[tuple[str, str, str], Mapping[str, Any]]:
    """What AWS chose, by (kind, region, name), from the components' results of creator.platform.plan."""
    return {
        (step["kind"], step["region"], step["name"]): step.get("facts") or {}
        for result in results.values()
        for step in result["steps"]
    }


def names_of(row: Mapping[str, Any], facts: Mapping[str, Any]) -> list[str]:
    """What CloudTrail may call the resource, the likeliest first: its id, its ARN, its name."""
    given = [facts.get("id"), facts.get("arn"), row["name"]]
    return list(dict.fromkeys(name for name in given if isinstance(name, str) and name))


def evidence(plan: Mapping[str, Any], resources: Sequence[Mapping[str, Any]], checked: str) -> dict[str, Any]:
    """drift.json. resources: rows of `drifted` with `events`, or `unknown`, the reason why nobody can be named."""
    return {
        "schema": SCHEMA,
        "platform": plan["platform"],
        "environment": plan["environment"],
        "account": plan["account"],
        "revision": plan["revision"],
        "checked": checked,
        "drifted": len(resources),
        "components": {one["component"]: len(one["changes"]) for one in plan["components"]},
        "digest": plan["digest"],
        "resources": list(resources),
    }


def metric_data(plan: Mapping[str, Any]) -> list[dict[str, Any]]:
    """DriftedResources for each component and for all of them, 0 too, so that an alarm can tell no drift from no check.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html
    """
    environment = {"Name": "Environment", "Value": plan["environment"]}
    counts = {one["component"]: len(one["changes"]) for one in plan["components"]}
    rows = [([environment, {"Name": "Component", "Value": name}], count) for name, count in counts.items()]
    return [
        {"MetricName": METRIC, "Dimensions": dimensions, "Unit": "Count", "Value": count}
        for dimensions, count in [*rows, ([environment], sum(counts.values()))]
    ]


def sentence(environment: str, resources: Sequence[Mapping[str, Any]]) -> str:
    """What drifted, for the end of the run."""
    one = len(resources) == 1
    return (
        f"{environment} is not what its variables say, {len(resources)} resource{' differs' if one else 's differ'}: "
        f"{failure(resources)}. By whom is in drift.json; provision.yml sets it right"
    )


def authors(resources: Sequence[Mapping[str, Any]]) -> list[str]:
    """A line for each drifted resource: what it is and who changed it last."""
    return [f"{row['kind']} {row['name']} ({row['region']}){_by(row)}" for row in resources]


def _by(row: Mapping[str, Any]) -> str:
    if row.get("unknown"):
        return f" [by whom is not known: {row['unknown']}]"
    last = row["events"][0]
    return f" [{last['event']} by {last['who']} at {last['when']}]"

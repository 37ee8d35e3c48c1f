"""Tags of log groups, which CloudWatch Logs tells one by one: read once, a plan asks for them no more.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListTagsForResource.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.action.preflight import log_group_tags
from ansible_collections.creator.platform.plugins.module_utils.provision.kinds import logs_group
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Scope

OURS = {"platform": "creator", "environment": "tags", "component": "audit"}
GROUPS = {
    "/creator/tags/audit/trail": OURS,
    "/creator/tags/network/flows": {**OURS, "component": "network"},
    "/aws/eks/creator-tags/cluster": {},
    "/creator/other/audit/trail": {**OURS, "environment": "other"},
}


@pytest.fixture(scope="module")
def arns(cloud: Any) -> Mapping[str, str]:
    logs = cloud.client("logs")
    for name, tags in GROUPS.items():
        logs.create_log_group(logGroupName=name, **({"tags": tags} if tags else {}))
    return {name: f"arn:aws:logs:{cloud.content.region}:123456789012:log-group:{name}" for name in GROUPS}


def asked(cloud: Any) -> int:
    """How often tags were asked for."""
    return len(cloud.control.get("requests?service=logs&action=ListTagsForResource"))


def found(cloud: Any, known: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Tags by name of what the component audit has, or is wanted of it."""
    region = cloud.content.region
    names = ("/aws/eks/creator-tags/cluster",)
    scope = Scope("creator", "tags", "audit", region, names, known_tags=known)
    return {each.name: each.properties["tags"] for each in logs_group.read(cloud.client("logs"), scope)}


def test_the_groups_of_the_environment_are_asked_once(cloud: Any, arns: Mapping[str, str]) -> None:
    before = asked(cloud)
    known = logs_group.tags_by_arn(cloud.client("logs"), "creator", "tags")
    assert known == {arns[name]: tags for name, tags in GROUPS.items() if "/other/" not in name}
    assert asked(cloud) == before + len(known)


def test_what_is_known_is_not_asked_again(cloud: Any, arns: Mapping[str, str]) -> None:
    alone = found(cloud, {})
    assert alone == {"/creator/tags/audit/trail": OURS, "/aws/eks/creator-tags/cluster": {}}
    known = logs_group.tags_by_arn(cloud.client("logs"), "creator", "tags")
    before = asked(cloud)
    assert found(cloud, known) == alone
    assert asked(cloud) == before
    del known[arns["/creator/tags/audit/trail"]]
    assert found(cloud, known) == alone
    assert asked(cloud) == before + 1


@pytest.mark.usefixtures("arns")
def test_a_preflight_that_may_not_read_them_leaves_them_to_the_components(cloud: Any) -> None:
    region = cloud.content.region
    stranger = cloud.client("logs", region, access_key_id="AKIAUNKNOWN00EXAMPLE", secret_access_key="x")
    assert log_group_tags(stranger, "creator", "tags") == {}
    assert len(log_group_tags(cloud.client("logs"), "creator", "tags")) == len(GROUPS) - 1

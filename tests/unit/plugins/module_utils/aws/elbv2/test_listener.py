"""Listeners and their rules, between our words and AWS's."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.elbv2.listener import absent, present, project
from ansible_collections.creator.platform.plugins.module_utils.aws.elbv2.rules import (
    action_of,
    action_request,
    complete,
    condition_requests,
    rule_of,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import ChangeError, Found
from hypothesis import given
from hypothesis import strategies as st

ARNS = {"web": "arn:aws:elasticloadbalancing:r:1:targetgroup/web/1", "cert": "arn:aws:acm:r:1:certificate/1"}
NAMES = {arn: name for name, arn in ARNS.items()}
words = st.lists(st.text("abc/*.", min_size=1, max_size=6), max_size=3, unique=True)
actions = st.one_of(
    st.just({"type": "forward", "target_group": "web"}),
    st.builds(lambda port: {"type": "redirect", "protocol": "HTTPS", "port": str(port)}, st.integers(1, 65535)),
    st.builds(lambda status: {"type": "fixed-response", "status": str(status)}, st.integers(400, 599)),
)


@given(
    st.integers(1, 50000), words, words, st.dictionaries(st.sampled_from(["x-a", "x-b"]), words.filter(bool)), actions
)
def test_what_is_sent_is_read_back(
    priority: int, hosts: list[str], paths: list[str], headers: dict[str, list[str]], action: dict[str, Any]
) -> None:
    rule = complete({"priority": priority, "hosts": hosts, "paths": paths, "headers": headers, "action": action})
    sent = {
        "Priority": str(priority),
        "Conditions": condition_requests(rule),
        "Actions": [action_request(rule["action"], ARNS)],
    }
    assert rule_of(sent, NAMES) == rule


def test_a_condition_without_a_word_is_not_lost() -> None:
    sent = {
        "Priority": "1",
        "Conditions": [{"Field": "source-ip"}],
        "Actions": [{"Type": "forward", "TargetGroupArn": "x"}],
    }
    assert rule_of(sent, NAMES)["other"] == ["source-ip"]


def test_weights_of_several_groups_are_shown() -> None:
    groups = [{"TargetGroupArn": ARNS["web"], "Weight": 9}, {"TargetGroupArn": "other", "Weight": 1}]
    action = action_of([{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}], NAMES)
    assert action == {"type": "forward", "target_groups": {"web": 9, "other": 1}}


def found(**changes: Any) -> Found:
    listener = {
        "Protocol": "HTTPS",
        "SslPolicy": "p",
        "Certificates": [{"CertificateArn": ARNS["cert"]}],
        "DefaultActions": [{"Type": "forward", "TargetGroupArn": ARNS["web"]}],
        **changes,
    }
    rule = {
        "Priority": "5",
        "Conditions": [{"Field": "path-pattern", "Values": ["/a"]}],
        "Actions": [{"Type": "forward", "TargetGroupArn": ARNS["web"]}],
    }
    return Found(project(listener, [rule], {}, NAMES), {"arn": "listener", "rules": {"5": "rule"}})


PARAMS = {"load_balancer": "lb", "port": 443, "arns": ARNS, "purge_tags": True}


def test_rules_are_known_by_their_priority() -> None:
    forward = {"type": "forward", "target_group": "web"}
    same = {"priority": 5, "paths": ["/a"], "action": forward}
    assert present(PARAMS, {"rules": [same]}, found()).calls == []
    other = present(PARAMS, {"rules": [{**same, "paths": ["/b"]}]}, found())
    assert [method for method, _parameters in other.calls] == ["modify_rule"]
    moved = present(PARAMS, {"rules": [{**same, "priority": 6}]}, found())
    assert [method for method, _parameters in moved.calls] == ["delete_rule", "create_rule"]


def test_a_name_without_an_arn_is_refused() -> None:
    with pytest.raises(ChangeError, match="nothing says what target group api is"):
        present(PARAMS, {"default_action": {"type": "forward", "target_group": "api"}}, found())
    with pytest.raises(ChangeError, match="nothing says what other is"):
        present(PARAMS, {"certificate": "other"}, found())
    with pytest.raises(ChangeError, match="to make it needs protocol, default_action"):
        present(PARAMS, {}, None)


def test_it_is_removed_with_its_rules() -> None:
    assert absent(PARAMS, found()).calls == [("delete_listener", {"ListenerArn": "listener"})]

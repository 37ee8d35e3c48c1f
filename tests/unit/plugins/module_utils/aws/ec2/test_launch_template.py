from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.ec2.launch_template import (
    DEFAULTS,
    absent,
    data_of,
    present,
    project_data,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found
from hypothesis import given
from hypothesis import strategies as st

PARAMS = {"name": "creator-dev-general", "purge_tags": True}
DESIRED: dict[str, Any] = {**DEFAULTS, "volume_size": 50, "launched_tags": {"Name": "n"}, "tags": {"a": "1"}}
FACTS = {"id": "lt-1", "latest_version": 3}

PROPERTIES = st.fixed_dictionaries(
    {
        "metadata_tokens": st.sampled_from(["required", "optional"]),
        "metadata_hops": st.integers(1, 64),
        "volume_type": st.sampled_from(["gp3", "io2"]),
        "volume_size": st.integers(1, 16384),
        "volume_encrypted": st.booleans(),
        "volume_key_arn": st.sampled_from(["", "arn:aws:kms:eu-west-1:1:key/2"]),
        "launched_tags": st.dictionaries(st.text(min_size=1), st.text(), max_size=3),
    }
)


@given(PROPERTIES)
def test_what_is_written_is_read_back(properties: dict[str, Any]) -> None:
    assert project_data(data_of(properties)) == properties


def test_an_empty_template_is_read_as_what_ec2_does_without_one() -> None:
    assert project_data({}) == {
        "metadata_tokens": "optional",
        "metadata_hops": 1,
        "volume_type": "",
        "volume_size": 0,
        "volume_encrypted": False,
        "volume_key_arn": "",
        "launched_tags": {},
    }


def test_a_new_template_is_locked_down_and_tagged() -> None:
    ((method, request),) = present(PARAMS, {"tags": {"a": "1"}}, None).calls
    assert method == "create_launch_template"
    assert project_data(request["LaunchTemplateData"]) == DEFAULTS
    assert request["TagSpecifications"] == [{"ResourceType": "launch-template", "Tags": [{"Key": "a", "Value": "1"}]}]


@pytest.mark.parametrize(
    "change", [{"metadata_tokens": "optional"}, {"volume_encrypted": False}, {"volume_size": 20}, {"launched_tags": {}}]
)
def test_a_difference_makes_a_version_that_becomes_the_default(change: dict[str, Any]) -> None:
    steps = present(PARAMS, DESIRED, Found({**DESIRED, **change}, FACTS))
    (version, default) = steps.calls
    assert project_data(version[1]["LaunchTemplateData"]) == {key: DESIRED[key] for key in DEFAULTS}
    assert default == ("modify_launch_template", {"LaunchTemplateName": PARAMS["name"], "DefaultVersion": "4"})
    assert list(steps.diff()["after"]) == list(change)


def test_what_is_not_given_stays() -> None:
    found = Found({**DESIRED, "volume_key_arn": "arn:key", "metadata_hops": 2}, FACTS)
    ((_method, request), _default) = present(PARAMS, {"metadata_hops": 1}, found).calls
    assert project_data(request["LaunchTemplateData"])["volume_key_arn"] == "arn:key"


def test_tags_alone_make_no_version() -> None:
    calls = present(PARAMS, DESIRED, Found({**DESIRED, "tags": {"b": "2"}}, FACTS)).calls
    assert [method for method, _request in calls] == ["create_tags", "delete_tags"]
    assert not present(PARAMS, DESIRED, Found(DESIRED, FACTS)).changed


def test_absence() -> None:
    assert absent(PARAMS, Found(DESIRED, FACTS)).calls == [
        ("delete_launch_template", {"LaunchTemplateName": PARAMS["name"]})
    ]

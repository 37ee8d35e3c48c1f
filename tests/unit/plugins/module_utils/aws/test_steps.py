from __future__ import annotations

from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Steps, tag_changes, with_tags
from hypothesis import given
from hypothesis import strategies as st

TAGS = st.dictionaries(st.text(min_size=1, max_size=3), st.text(max_size=3), max_size=4)


@given(found=TAGS, desired=TAGS)
def test_tags_end_as_desired_when_purged(found: dict[str, str], desired: dict[str, str]) -> None:
    assert with_tags(found, desired, True) == desired
    assert {**found, **desired} == with_tags(found, desired, False)


@given(tags=TAGS)
def test_equal_tags_need_no_call(tags: dict[str, str]) -> None:
    assert tag_changes(tags, dict(tags), True) == ({}, [])
    assert tag_changes(tags, None, True) == ({}, [])


def test_a_diff_shows_only_what_changes() -> None:
    steps = Steps([("x", {})], {"a": 1, "b": 2}, {"a": 1, "b": 3})
    assert steps.diff() == {"before": {"b": 2}, "after": {"b": 3}}
    assert Steps([("x", {})], {}, {"a": 1}).diff() == {"before": {}, "after": {"a": 1}}

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.ecr.replication import project, steps
from hypothesis import given
from hypothesis import strategies as st

REGIONS = st.lists(st.sampled_from(["eu-central-1", "eu-north-1", "us-east-1"]), unique=True)
PREFIX = "creator-prod-"


def rule(*filters: str, regions: tuple[str, ...] = ("us-east-1",)) -> dict[str, Any]:
    """A rule as ECR describes it."""
    return {
        "destinations": [{"region": region, "registryId": "1"} for region in regions],
        "repositoryFilters": [{"filter": each, "filterType": "PREFIX_MATCH"} for each in filters],
    }


OTHERS = st.lists(st.sampled_from([rule("other-"), rule(PREFIX, "other-"), rule()]), max_size=3)


@given(OTHERS, REGIONS, REGIONS)
def test_the_rules_of_others_stay_and_ours_is_as_desired(
    others: list[dict[str, Any]], before: list[str], after: list[str]
) -> None:
    rules = [*others, *([rule(PREFIX, regions=tuple(before))] if before else [])]
    decided = steps(project(rules, PREFIX), rules, PREFIX, "1", after)
    for _method, request in decided.calls:
        rules = request["replicationConfiguration"]["rules"]
    assert [each for each in rules if each in others] == others
    found = project(rules, PREFIX)
    assert (found.properties["regions"] if found else []) == sorted(after)
    assert not steps(found, rules, PREFIX, "1", after).changed
    assert decided.changed == (sorted(before) != sorted(after))

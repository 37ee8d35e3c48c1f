"""A sweeper removes a dead drill's copy and can never remove anything else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from ansible_collections.creator.platform.plugins.module_utils.drill.guards import (
    FORGET,
    KEEP,
    REMOVE,
    Found,
    Intent,
    Owner,
    judge,
    unclaimed,
)
from ansible_collections.creator.platform.plugins.module_utils.drill.naming import (
    LONGEST,
    NamingError,
    copy_name,
    copy_tags,
)
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SOURCE = "creator-dev-database"
RUN = "20261124110000ab12"
COPY = copy_name(SOURCE, RUN)
INTENT = Intent("creator", "dev", RUN, SOURCE, COPY, "2026-11-24T20:00:00Z", Owner("here", 42, 7))
TAGS = copy_tags("creator", "dev", RUN, SOURCE, INTENT.expires)
FOUND = Found(COPY, TAGS)


def decide(intent: Intent = INTENT, found: Found | None = FOUND, **changes: object) -> str:
    arguments = {
        "platform": "creator",
        "environment": "dev",
        "sources": {SOURCE},
        "now": NOW,
        "owner_alive": False,
        "closing": "",
    } | changes
    return judge(intent, found, **arguments).action


@pytest.mark.parametrize(
    ("changes", "action"),
    [
        ({}, REMOVE),
        ({"found": None}, FORGET),
        ({"owner_alive": True}, KEEP),
        ({"owner_alive": None}, KEEP),
        ({"owner_alive": None, "now": NOW + timedelta(hours=8)}, REMOVE),
        ({"owner_alive": True, "closing": RUN}, REMOVE),
        ({"owner_alive": True, "closing": "20261124110000ffff"}, KEEP),
        ({"environment": "prod"}, KEEP),
        ({"platform": "other"}, KEEP),
        ({"sources": {SOURCE, COPY}}, KEEP),
        ({"intent": replace(INTENT, copy=SOURCE), "found": replace(FOUND, name=SOURCE)}, KEEP),
        ({"intent": replace(INTENT, expires="soon"), "owner_alive": None}, KEEP),
        ({"intent": replace(INTENT, run="../../x")}, KEEP),
        ({"found": replace(FOUND, protected=True)}, KEEP),
        ({"found": replace(FOUND, name=SOURCE)}, KEEP),
        *[
            ({"found": replace(FOUND, tags={**TAGS, key: "else"})}, KEEP)
            for key in ("drill:run", "drill:source", "platform")
        ],
        *[
            ({"found": replace(FOUND, tags={k: v for k, v in TAGS.items() if k != key})}, KEEP)
            for key in TAGS
            if key not in ("component", "managed-by")
        ],
    ],
)
def test_table(changes: dict[str, object], action: str) -> None:
    assert decide(**changes) == action


names = st.from_regex(r"[a-z](-?[a-z0-9]){0,40}", fullmatch=True)
runs = st.from_regex(r"[0-9a-z]{8,24}", fullmatch=True)


@given(
    name=names,
    tags=st.dictionaries(st.sampled_from([*TAGS, "x"]), st.sampled_from([*TAGS.values(), ""])),
    alive=st.none() | st.booleans(),
    hours=st.integers(-10, 100),
    protected=st.booleans(),
    sources=st.sets(names, max_size=3),
)
def test_nothing_without_the_intents_own_name_and_tags_is_removed(
    *, name: str, tags: dict[str, str], alive: bool | None, hours: int, protected: bool, sources: set[str]
) -> None:
    found = Found(name, tags, protected)
    action = decide(found=found, owner_alive=alive, now=NOW + timedelta(hours=hours), sources={SOURCE, *sources})
    assert action == KEEP, "a name that the run does not give is never removed, whatever its tags"


@given(
    found=st.builds(
        Found,
        st.sampled_from([COPY, SOURCE, "drill-x"]),
        st.dictionaries(st.sampled_from(list(TAGS)), st.sampled_from([*TAGS.values(), "else"])),
        st.booleans(),
    ),
    intent=st.builds(
        Intent,
        st.sampled_from(["creator", "other"]),
        st.sampled_from(["dev", "prod"]),
        st.sampled_from([RUN, "20261124110000ffff"]),
        st.sampled_from([SOURCE, COPY]),
        st.sampled_from([COPY, SOURCE, ""]),
        st.sampled_from([INTENT.expires, "", "2000-01-01T00:00:00Z"]),
    ),
)
def test_a_removal_implies_every_guard(found: Found, intent: Intent) -> None:
    if decide(intent, found) != REMOVE:
        return
    assert found.name == intent.copy == copy_name(intent.source, intent.run)
    assert found.name not in {SOURCE, intent.source}
    assert (
        (intent.platform, intent.environment)
        == ("creator", "dev")
        == (found.tags["platform"], found.tags["environment"])
    )
    assert (found.tags["drill:run"], found.tags["drill:source"]) == (intent.run, intent.source)
    assert "drill:expires" in found.tags
    assert not found.protected


@given(source=names, run=runs)
def test_every_name_is_one_that_rds_takes(source: str, run: str) -> None:
    name = copy_name(source, run)
    assert len(name) <= LONGEST
    assert "--" not in name
    assert name.startswith("drill-")
    assert name.endswith(run)


@given(first=names, second=names, run=runs)
def test_names_of_different_sources_differ(first: str, second: str, run: str) -> None:
    assert (copy_name(first, run) == copy_name(second, run)) == (first == second)


@pytest.mark.parametrize(
    ("source", "run"), [("A", RUN), ("a--b", RUN), ("a-", RUN), ("a", "short"), ("a", "UPPERCASE1"), ("a" * 64, RUN)]
)
def test_names_that_rds_refuses(source: str, run: str) -> None:
    with pytest.raises(NamingError):
        copy_name(source, run)


def test_intent_survives_the_parameter_store() -> None:
    assert Intent.parse(INTENT.text()) == INTENT
    for text in ("", "{}", "[]", '{"run": 1}', "null"):
        with pytest.raises(ValueError, match="not the intent of a drill"):
            Intent.parse(text)


def test_what_looks_like_a_copy_without_intent_is_only_reported() -> None:
    other = [Found("drill-x-1", {}), Found("quiet", {"drill:run": "1"}), Found(SOURCE, {})]
    assert [each.name for each in unclaimed([FOUND, *other], [INTENT])] == ["drill-x-1", "quiet"]

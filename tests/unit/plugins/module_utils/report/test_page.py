# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page: safe, small, readable, whatever the evidence holds."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.report.html import element, escaped
from ansible_collections.creator.platform.plugins.module_utils.report.page import LARGEST, page
from ansible_collections.creator.platform.plugins.module_utils.report.style import CSS, DARK, LIGHT
from ansible_collections.creator.platform.tests.unit.plugins.module_utils.report.evidence import (
    GENERATED,
    changed_row,
    good,
    leaves,
    put,
    report,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

EVIL = "<script>alert(1)</script>\"'&<img src=x onerror=alert(1)>\u202e\x00"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=8), below, max_size=3),
    max_leaves=6,
)


class Reader(HTMLParser):
    """Collects elements, attributes and text; fails on what is not nested."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.elements: set[str] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in ("meta", "br", "hr", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert not reader.open
    return reader


def rendered(documents: dict[str, Any]) -> str:
    return page(report(documents), GENERATED)


def harmless(html: str) -> Reader:
    reader = read(html)
    assert not reader.elements & {"script", "img", "iframe", "object", "embed", "link", "base", "form", "foreignobject"}
    assert not [name for _tag, name, _value in reader.attributes if name.startswith("on") or name in ("src", "style")]
    assert all(value.startswith("#") for _tag, name, value in reader.attributes if "href" in name)
    assert len(html.encode()) <= LARGEST
    return reader


def test_the_page_loads_nothing() -> None:
    html = rendered(good())
    harmless(html)
    assert not re.search(r"https?://|url\(|@import|@font-face", html)
    assert "default-src 'none'" in html


def test_content_cannot_become_markup() -> None:
    documents = good()
    for at in leaves(documents):
        documents = put_in_place(documents, at)
    harmless(rendered(documents))


def put_in_place(documents: dict[str, Any], at: tuple[Any, ...]) -> dict[str, Any]:
    target: Any = documents
    for key in at[:-1]:
        target = target[key]
    # Times and verdicts stay, or the parts that they open would not be drawn.
    kept = {"started", "finished", "verdict", "status", "state"}
    if isinstance(target[at[-1]], str) and at[-1] not in kept:
        target[at[-1]] = EVIL
    return documents


def test_dangerous_text_is_shown_as_text() -> None:
    documents = put(good(), ("rollout.json", "release"), EVIL)
    text = "".join(harmless(rendered(documents)).text)
    assert "<script>alert(1)</script>" in text
    assert "\u202e" not in text
    assert "\x00" not in text


@given(st.text())
def test_escaping_leaves_no_markup(value: str) -> None:
    reader = read(element("p", {"title": value}, value))
    assert reader.elements == {"p"}
    assert [name for _tag, name, _value in reader.attributes] == ["title"]
    assert escaped(value).count("<") == 0


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_evidence_gives_a_page(data: st.DataObject) -> None:
    documents = good()
    places = list(leaves(documents))
    for _change in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.sampled_from(places))
        cut = data.draw(st.integers(2, len(at)))
        try:
            documents = put(documents, at[:cut], data.draw(JSON))
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took the place away
    harmless(rendered(documents))


@pytest.mark.parametrize("documents", [{}, good(), changed_row()], ids=["empty", "good", "changed row"])
def test_every_part_has_a_place(documents: dict[str, Any]) -> None:
    reader = harmless(rendered(documents))
    ids = [value for _tag, name, value in reader.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    targets = {value[1:] for _tag, name, value in reader.attributes if "href" in name}
    assert targets <= set(ids)


def huge() -> dict[str, Any]:
    documents = good()
    drill, workload = documents["drill.json"], documents["rollout.json"]["workloads"][0]
    drill["tables"] = [{**drill["tables"][0], "table": f"table_{n:04}"} for n in range(2000)]
    drill["tables"][700].update(
        status="different", differences=[{"key": f"id={n}", "kind": "changed"} for n in range(9000)]
    )
    workload["pods"] = [{**workload["pods"][0], "name": f"web-{n:05}", "ready": n != 4000} for n in range(5000)]
    workload["evidence"]["events"] = [{"time": GENERATED, "reason": "Pulled", "message": "x" * 900, "count": 1}] * 3000
    workload["evidence"]["logs"] = [{"pod": "web", "container": "web", "lines": ["y" * 5000] * 2000}]
    timeline = documents["timeline.json"]
    timeline["tasks"] = [{**task, "play": f"{task['play']} {n}"} for n in range(200) for task in timeline["tasks"]]
    return documents


def test_huge_evidence_keeps_the_page_small_and_says_what_is_left_out() -> None:
    html = rendered(huge())
    text = "".join(harmless(html).text)
    assert re.search(r"[\d\u202f]+ more tables in drill\.json", text)
    assert re.search(r"[\d\u202f]+ more pods in rollout\.json", text)
    assert "more characters" in text
    # What is wrong comes first, so that shortening never hides it.
    assert "public.table_0700" in text
    assert "web-04000" in text


def test_two_hundred_tables_and_three_hundred_pods_are_shown_whole() -> None:
    documents = good()
    drill, workload = documents["drill.json"], documents["rollout.json"]["workloads"][0]
    drill["tables"] = [{**drill["tables"][0], "table": f"table_{n:04}"} for n in range(200)]
    workload["pods"] = [{**workload["pods"][0], "name": f"web-{n:05}"} for n in range(300)]
    text = "".join(harmless(rendered(documents)).text)
    assert all(f"public.table_{n:04}" in text for n in range(200))
    assert all(f"web-{n:05}" in text for n in range(300))


def luminance(colour: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


TONES = ("good", "bad", "warn", "none")
PAIRS = [(ink, ground) for ink in ("ink", "soft", "link", *TONES) for ground in ("card", "ground", "sunk")]
PAIRS += [(tone, f"{tone}-ground") for tone in TONES]


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_text_can_be_read(scheme: dict[str, str], ink: str, ground: str) -> None:
    assert contrast(scheme[ink], scheme[ground]) >= 4.5


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("hue", ["h1", "h2", "h3", "h4", "h5", "h6", "h7", "bad"])
def test_bars_can_be_seen(scheme: dict[str, str], hue: str) -> None:
    # WCAG 2.2, 1.4.11: 3:1 for graphics.
    assert contrast(scheme[hue], scheme["card"]) >= 3


def test_the_style_knows_all_its_colours() -> None:
    assert set(re.findall(r"var\(--([\w-]+)\)", CSS)) <= set(LIGHT)
    assert set(LIGHT) == set(DARK)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            {"way": "api", "created": {"creators": 3, "posts": 45}},
            "by the services, through their API, 48 rows in this run",
        ),
        ({"way": "api", "created": {"creators": 0}}, "by the services, through their API, none in this run"),
        ({"way": "sql", "created": {"creators": 1}}, "by SQL, as no service ran, 1 row in this run"),
        ({"way": "by hand"}, ""),
        ({}, ""),
    ],
)
def test_the_way_of_the_data_set_is_said_where_it_is_known(more: dict[str, Any], said: str) -> None:
    documents = good()
    documents["seed.json"] = documents["seed.json"] | more
    text = " ".join(read(page(report(documents), GENERATED)).text)
    assert (said in text) if said else ("Written" not in text)

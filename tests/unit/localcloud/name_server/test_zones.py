"""What a name server of Route 53 answers from the records of its zones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace as Thing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.name_server import zones
from localcloud.name_server.zones import Reply, Row, World

SOA = "ns-1.awsdns. host. 1 7200 900 1209600 300"


def record(name: str, kind: str = "A", *values: str, **more: Any) -> Any:
    given = dict.fromkeys(
        ("alias_target", "set_identifier", "weight", "region", "failover", "geo_location", "multi_value_answer")
    )
    return Thing(**{"name": name, "type": kind, "records": list(values), "ttl": "60", **given, **more})


def zone(name: str, *records: Any, private: bool = False, identifier: str = "Z1") -> Any:
    own = [record(name, "SOA", SOA, ttl=900), record(name, "NS", "ns-1.awsdns")]
    return Thing(name=name, private_zone=private, resource_id=identifier, rrsets=[*own, *records])


def world(
    *, draw: float = 0.0, sick: Callable[[Any], bool] = lambda record: False, places: tuple[str, ...] = ()
) -> World:
    return World(lambda _zone, each: not sick(each), places.__contains__, "eu-west-1", lambda: draw)


ZONE = zone(
    "a.example.",
    record("a.example.", "A", "192.0.2.1"),
    record("www.a.example.", "CNAME", "web.a.example"),
    record("web.a.example.", "A", "192.0.2.2", "192.0.2.3"),
    record("\\052.a.example.", "TXT", '"wild"'),
    record("x.deep.a.example.", "A", "192.0.2.4"),
    record("\\052.deep.a.example.", "A", "192.0.2.5"),
    record("sub.a.example.", "NS", "ns.elsewhere."),
    record("out.a.example.", "CNAME", "www.elsewhere."),
    record("round.a.example.", "CNAME", "trip.a.example."),
    record("trip.a.example.", "CNAME", "round.a.example."),
)
NOTHING = [Row("a.example.", 300, "SOA", SOA)]


@pytest.mark.parametrize(
    ("name", "kind", "code", "values"),
    [
        ("a.example.", "A", "NOERROR", ["192.0.2.1"]),
        ("web.a.example.", "A", "NOERROR", ["192.0.2.2", "192.0.2.3"]),
        ("www.a.example.", "A", "NOERROR", ["web.a.example", "192.0.2.2", "192.0.2.3"]),
        ("www.a.example.", "CNAME", "NOERROR", ["web.a.example"]),
        ("out.a.example.", "A", "NOERROR", ["www.elsewhere."]),
        ("q.a.example.", "TXT", "NOERROR", ['"wild"']),
        ("q.q.a.example.", "TXT", "NOERROR", ['"wild"']),
        ("q.deep.a.example.", "A", "NOERROR", ["192.0.2.5"]),
        ("x.deep.a.example.", "TXT", "NOERROR", []),
        # "deep" is there, though it has no records: the wildcard above it does not stand for it.
        ("deep.a.example.", "TXT", "NOERROR", []),
        ("q.deep.a.example.", "TXT", "NOERROR", []),
        ("q.web.a.example.", "TXT", "NXDOMAIN", []),
        ("web.a.example.", "AAAA", "NOERROR", []),
    ],
)
def test_names(name: str, kind: str, code: str, values: list[str]) -> None:
    found = zones.resolve([ZONE], name, kind, world())
    assert (found.code, [row.value for row in found.answers], found.authoritative) == (code, values, True)
    assert found.authority == ([] if values else NOTHING)


def test_other_names_are_refused_and_delegated_ones_referred() -> None:
    assert zones.resolve([ZONE], "b.example.", "A", world()) == Reply("REFUSED", authoritative=False)
    assert zones.resolve([ZONE], "ba.example.", "A", world()).code == "REFUSED"
    found = zones.resolve([ZONE], "q.sub.a.example.", "A", world())
    assert found == Reply(authoritative=False, authority=[Row("sub.a.example.", 60, "NS", "ns.elsewhere.")])


def test_a_circle_ends() -> None:
    found = zones.resolve([ZONE], "round.a.example.", "A", world())
    assert len(found.answers) < 20
    assert {row.kind for row in found.answers} == {"CNAME"}


def test_the_longest_zone_answers_and_of_two_the_public_one() -> None:
    inner = zone("sub.a.example.", record("q.sub.a.example.", "A", "192.0.2.9"))
    private = zone("a.example.", record("a.example.", "A", "10.0.0.1"), private=True)
    assert zones.resolve([ZONE, inner], "q.sub.a.example.", "A", world()).answers[0].value == "192.0.2.9"
    for both in ([ZONE, private], [private, ZONE]):
        assert zones.resolve(both, "a.example.", "A", world()).answers[0].value == "192.0.2.1"
    assert zones.resolve([private], "a.example.", "A", world()).answers[0].value == "10.0.0.1"


def test_aliases_stand_for_loopback_and_for_records_of_the_zone() -> None:
    def alias(target: str, place: str) -> Any:
        wanted = {"DNSName": target, "HostedZoneId": place, "EvaluateTargetHealth": False}
        return record("al.a.example.", "A", alias_target=wanted, ttl=None)

    places = ("lb-1.eu-west-1.elb.amazonaws.com",)
    for target in ("lb-1.eu-west-1.elb.amazonaws.com.", "dualstack.LB-1.eu-west-1.elb.amazonaws.com."):
        found = zones.resolve([zone("a.example.", alias(target, "ZELB"))], "al.a.example.", "A", world(places=places))
        assert found.answers == [Row("al.a.example.", 60, "A", "127.0.0.1")]
    own = zone("a.example.", alias("web.a.example.", "Z1"), record("web.a.example.", "A", "192.0.2.2"))
    assert zones.resolve([own], "al.a.example.", "A", world()).answers == [Row("al.a.example.", 60, "A", "192.0.2.2")]
    gone = zone("a.example.", alias("lb-2.eu-west-1.elb.amazonaws.com.", "ZELB"))
    assert zones.resolve([gone], "al.a.example.", "A", world(places=places)).authority == NOTHING
    assert zones.resolve([], f"{places[0]}.", "A", world(places=places)).answers[0].value == "127.0.0.1"
    assert zones.resolve([], f"{places[0]}.", "AAAA", world(places=places)) == Reply()


def chosen(records: list[Any], **more: Any) -> list[str]:
    return [each.set_identifier for each in zones.choose(ZONE, records, world(**more))]


def routed(identifier: str, **more: Any) -> Any:
    return record("r.a.example.", "A", "192.0.2.1", set_identifier=identifier, **more)


def sick(*identifiers: str) -> Callable[[Any], bool]:
    return lambda each: each.set_identifier in identifiers


@pytest.mark.parametrize(
    ("ill", "wanted"), [((), ["1"]), (("1",), ["2"]), (("1", "2"), ["1"]), (("2",), ["1"])]
)  # fmt: skip
def test_failover(ill: tuple[str, ...], wanted: list[str]) -> None:
    records = [routed("2", failover="SECONDARY"), routed("1", failover="PRIMARY")]
    assert chosen(records, sick=sick(*ill)) == wanted


def test_failover_without_a_secondary_answers_with_the_primary() -> None:
    assert chosen([routed("1", failover="PRIMARY")], sick=sick("1")) == ["1"]


@pytest.mark.parametrize(
    ("ill", "draw", "wanted"),
    [
        ((), 0.0, ["1"]), ((), 0.74, ["1"]), ((), 0.76, ["3"]), ((), 0.999, ["3"]), (("1",), 0.0, ["3"]),
        (("1", "3"), 0.5, ["0"]), (("0", "1", "3"), 0.0, ["1"]),
    ],
)  # fmt: skip
def test_weights(ill: tuple[str, ...], draw: float, wanted: list[str]) -> None:
    records = [routed("0", weight=0), routed("1", weight="3"), routed("3", weight=1)]
    assert chosen(records, draw=draw, sick=sick(*ill)) == wanted


@given(st.lists(st.integers(0, 255), min_size=2, max_size=6), st.floats(0, 1, exclude_max=True))
def test_some_record_of_weight_always_answers(weights: list[int], draw: float) -> None:
    records = [routed(str(at), weight=weight) for at, weight in enumerate(weights)]
    [found] = chosen(records, draw=draw)
    assert weights[int(found)] > 0 or not any(weights)


@pytest.mark.parametrize(
    ("ill", "wanted"), [((), "eu-west-1"), (("eu-west-1",), "eu-central-1"), (("eu-west-1", "eu-central-1"), "us-east-1")]
)  # fmt: skip
def test_regions(ill: tuple[str, ...], wanted: str) -> None:
    records = [routed(each, region=each) for each in ("us-east-1", "eu-central-1", "eu-west-1")]
    assert chosen(records, sick=sick(*ill)) == [wanted]


def test_several_values_are_those_of_the_healthy_up_to_eight() -> None:
    records = [routed(str(at), multi_value_answer=True) for at in range(10)]
    seen = Counter(each for draw in (0.0, 0.5, 0.9) for each in chosen(records, draw=draw, sick=sick("4")))
    assert "4" not in seen
    assert len(seen) == 9
    assert len(chosen(records)) == 8
    assert len(chosen(records[:3], sick=sick("0", "1", "2"))) == 3


def test_places_are_not_known_so_the_default_one_answers() -> None:
    records = [routed("de", geo_location={"CountryCode": "DE"}), routed("any", geo_location={"CountryCode": "*"})]
    assert chosen(records) == ["any"]
    assert chosen(records[:1] * 2) == []

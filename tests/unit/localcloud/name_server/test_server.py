"""Messages of DNS: what is answered to which."""

from __future__ import annotations

import struct

import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import pytest

from localcloud.name_server.server import reply
from localcloud.name_server.zones import Reply, Row


def resolver(name: str, kind: str) -> Reply:
    if name == "long.a.example.":
        return Reply(answers=[Row(name, 60, "TXT", f'"{number} {"x" * 100}"') for number in range(9)])
    if name == "bad.a.example.":
        return Reply(answers=[Row(name, 60, "A", "no address")])
    if name == "fault.a.example.":
        raise ValueError("a fault of ours")
    if name == "sub.a.example.":
        return Reply(authoritative=False, authority=[Row(name, 60, "NS", "ns.elsewhere")])
    return Reply(answers=[Row(name, 60, "A", "192.0.2.1")])


def answer(query: dns.message.Message, *, over_udp: bool = True) -> dns.message.Message:
    made = reply(query.to_wire(), resolver, over_udp=over_udp)
    assert made is not None
    return dns.message.from_wire(made)


def code(query: dns.message.Message) -> str:
    return dns.rcode.to_text(answer(query).rcode())


def test_an_answer_echoes_the_question_and_is_authoritative() -> None:
    query = dns.message.make_query("Web.A.example", "A")
    found = answer(query)
    assert (found.id, found.question) == (query.id, query.question)
    assert found.flags & dns.flags.AA
    assert str(found.answer[0]) == "Web.A.example. 60 IN A 192.0.2.1"


def test_a_delegation_is_not_authoritative() -> None:
    found = answer(dns.message.make_query("sub.a.example", "A"))
    assert not found.flags & dns.flags.AA
    assert str(found.authority[0]) == "sub.a.example. 60 IN NS ns.elsewhere."


@pytest.mark.parametrize(
    ("name", "kind", "wanted"),
    [
        ("bad.a.example", "A", "SERVFAIL"), ("fault.a.example", "A", "SERVFAIL"), ("a.example", "AXFR", "REFUSED"),
        ("a.example", "ANY", "NOTIMP"),
    ],
)  # fmt: skip
def test_what_is_not_answered(name: str, kind: str, wanted: str) -> None:
    found = dns.message.make_query(name, kind)
    assert code(found) == wanted
    assert answer(found).answer == []


def test_other_messages() -> None:
    query = dns.message.make_query("a.example", "A")
    query.set_opcode(dns.opcode.NOTIFY)
    assert code(query) == "NOTIMP"
    chaos = dns.message.make_query("version.bind", "TXT", "CH")
    assert code(chaos) == "REFUSED"
    answered = dns.message.make_query("a.example", "A")
    answered.flags |= dns.flags.QR
    assert reply(answered.to_wire(), resolver, over_udp=True) is None
    assert reply(b"short", resolver, over_udp=True) is None
    head = struct.pack("!HHHHHH", 7, 0, 1, 0, 0, 0)
    assert dns.message.from_wire(reply(head, resolver, over_udp=True) or b"").rcode() == dns.rcode.FORMERR
    none = struct.pack("!HHHHHH", 7, 0, 0, 0, 0, 0)
    assert dns.message.from_wire(reply(none, resolver, over_udp=True) or b"").rcode() == dns.rcode.FORMERR


@pytest.mark.parametrize(("payload", "cut"), [(None, True), (512, True), (1232, False), (65535, False)])
def test_what_a_datagram_cannot_hold_is_cut(payload: int | None, cut: bool) -> None:
    use = {"use_edns": False} if payload is None else {"use_edns": 0, "payload": payload}
    query = dns.message.make_query("long.a.example", "TXT", **use)  # type: ignore[arg-type]
    made = reply(query.to_wire(), resolver, over_udp=True) or b""
    assert len(made) <= (payload or 512)
    assert bool(dns.message.from_wire(made).flags & dns.flags.TC) is cut
    assert not answer(query, over_udp=False).flags & dns.flags.TC

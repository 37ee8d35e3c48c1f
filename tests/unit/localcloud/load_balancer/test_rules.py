"""Conditions and actions of rules in the words of HAProxy."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.load_balancer import rules
from localcloud.load_balancer.model import Condition, Fixed, Forward, Listener, Redirect, Rule

LISTENER = Listener("arn:aws:elasticloadbalancing:eu-west-1:1:listener/app/x/1/2", 80, 40080, ())


@pytest.mark.parametrize(
    ("pattern", "fits", "fits_not"),
    [
        ("*.example.com", ["www.example.com", "a.b.example.com"], ["example.com", "wwwXexample.com"]),
        ("/img/*", ["/img/", "/img/a/b"], ["/img", "/IMG/a"]),
        ("/a?c", ["/abc", "/a/c"], ["/ac", "/abbc"]),
        (r"/a\*b", ["/a*b"], ["/aab", "/ab"]),
        (r"/a\?", ["/a?"], ["/ab"]),
        ("/a.b+(c)[d]$^|'\" #", ["/a.b+(c)[d]$^|'\" #"], ["/aXb"]),
        ("/\N{LATIN SMALL LETTER U WITH DIAERESIS}", ["/\u00fc".encode().decode("latin-1")], ["/u"]),
    ],
)
def test_patterns(pattern: str, fits: list[str], fits_not: list[str]) -> None:
    found = re.compile(f"^{rules.regex(pattern)}$")
    assert all(found.match(each) for each in fits)
    assert not any(found.match(each) for each in fits_not)


@given(st.text())
def test_no_pattern_ends_the_quotes_or_the_line(pattern: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9/_\-.*?\\x]*", rules.regex(pattern))


@given(st.text(st.characters(codec="ascii", exclude_characters="*?\\")))
def test_a_pattern_without_wildcards_is_itself_only(literal: str) -> None:
    assert re.fullmatch(rules.regex(literal), literal)
    assert not re.fullmatch(rules.regex(literal), f"{literal}x")


@given(st.text())
def test_no_text_ends_the_quotes_begins_a_format_or_ends_the_line(value: str) -> None:
    made = rules.text(value)
    assert made.isprintable()
    assert made.isascii()
    without = re.sub(r'\\[ "\\\'#$]|%%', "", made)
    assert not set(without) & set("\"'\\%#$ ")


@pytest.mark.parametrize(
    ("asked", "lines"),
    [
        (Condition("host-header", ("a.b", "*.c")), [r"acl r0c1 req.hdr(host),host_only -m reg -i '^a\x2eb$' '^.*\x2ec$'"]),
        (Condition("path-pattern", ("/a",)), ["acl r0c1 path -m reg '^/a$'"]),
        (Condition("http-header", ("x",), "X-A"), ["acl r0c1 req.fhdr(X-A) -m reg -i '^x$'"]),
        (Condition("http-request-method", ("GET", "A*")), [r"acl r0c1 method -m reg '^GET$' '^A\x2a$'"]),
        (Condition("source-ip", ("10.0.0.0/8", "::1/128")), ["acl r0c1 src 10.0.0.0/8 ::1/128"]),
        (
            Condition("query-string", pairs=(("a", "b*"), (None, "c"))),
            [
                "acl r0c1 query -m reg -i '(^|&)a=b[^&]*(&|$)'",
                "acl r0c1 query -m reg -i '(^|&)[^&=]*=c(&|$)'",
            ],
        ),
    ],
)  # fmt: skip
def test_conditions(asked: Condition, lines: list[str]) -> None:
    assert rules.condition(0, 1, asked) == ("r0c1", lines)


def test_all_conditions_of_a_rule_have_to_hold_and_the_first_rule_decides() -> None:
    two = (Condition("path-pattern", ("/a",)), Condition("http-request-method", ("GET",)))
    lines = rules.choosing((Rule("5", two, Fixed(200)), Rule("default", (), Fixed(404))))
    assert [line for line in lines if line.startswith("http-request")] == [
        "http-request set-var(txn.rule) str(5) if !{ var(txn.rule) -m found } r0c0 r0c1",
        "http-request set-var(txn.rule) str(default) if !{ var(txn.rule) -m found }",
    ]


def test_weights_share_and_zero_gets_nothing() -> None:
    action = Forward((("arn:targetgroup/a/1", 3), ("arn:targetgroup/b/2", 0), ("arn:targetgroup/c/3", 1)))
    lines, files = rules.acting(Rule("5", (), action), LISTENER, {})
    assert files == {}
    assert [line.split(" if ")[0] for line in lines] == [
        "http-request set-var(txn.pick) rand(4)",
        "http-request set-var(txn.group) str(g-1)",
        "http-request set-var(txn.group) str(g-3)",
    ]
    assert [line.rpartition("-m int lt ")[2] for line in lines[1:]] == ["3 }", "4 }"]
    assert rules.acting(Rule("5", (), Forward((("arn:targetgroup/a/1", 0),))), LISTENER, {}) == ([], {})


def test_the_body_of_a_fixed_answer_is_in_a_file() -> None:
    body = 'it\'s "%[src]"\r\n'
    lines, files = rules.acting(Rule("5", (), Fixed(503, "text/html", body)), LISTENER, {})
    assert list(files.values()) == [body.encode()]
    assert lines[-1] == (
        f'http-request return status 503 content-type "text/html" file {next(iter(files))} '
        "if { var(txn.rule) -m str 5 }"
    )
    lines, files = rules.acting(Rule("5", (), Fixed(404)), LISTENER, {})
    assert "content-type" not in lines[-1]
    assert list(files.values()) == [b""]


@pytest.mark.parametrize(
    ("action", "url"),
    [
        (Redirect(), "http://%[req.hdr(host),host_only]:80/%[path,bytes(1)]%[var(txn.asked)]"),
        (
            Redirect(protocol="HTTPS", port="443", host="a.b", path="/x y/#{host}", query=""),
            "https://a.b:443/x\\ y/%[req.hdr(host),host_only]",
        ),
        (Redirect(port="81", path="/", query="a=b&#{query}"), "http://%[req.hdr(host),host_only]:81/?a=b&%[query]"),
    ],
)
def test_redirects(action: Redirect, url: str) -> None:
    lines, _ = rules.acting(Rule("5", (), action), LISTENER, {})
    assert f'http-request set-var-fmt(txn.location) "{url}" if {{ var(txn.rule) -m str 5 }}' in lines


def test_who_comes_by_a_port_on_loopback_is_sent_to_one() -> None:
    lines, _ = rules.acting(Rule("5", (), Redirect(protocol="HTTPS", port="443")), LISTENER, {80: 40080, 443: 40443})
    local = [line for line in lines if "port_only -m int 40080" in line]
    assert len(local) == 2
    assert "https://%[req.hdr(host),host_only]:40443/" in local[0]
    assert lines.index(local[1]) < len(lines) - 2

"""Conditions and actions of listener rules in the words of HAProxy. Pure.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html
https://docs.haproxy.org/2.6/configuration.html
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from localcloud.load_balancer.model import Condition, Fixed, Forward, Listener, Redirect, Rule, group_name

_PLAIN = re.compile(r"[A-Za-z0-9/_-]")
_PARTS = re.compile(r"#\{(protocol|host|port|path|query)\}")
#: Body of what the load balancer answers where it has no target.
ERROR = "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n</body>\r\n</html>\r\n"
UNAVAILABLE, TIMED_OUT, BAD_GATEWAY = "503 Service Temporarily Unavailable", "504 Gateway Time-out", "502 Bad Gateway"


def regex(pattern: str, anything: str = ".") -> str:
    """The regular expression of a pattern with `*` and `?`; a backslash takes their meaning away. Safe inside single quotes.

    anything: what a wildcard stands for.
    """
    made, characters = [], iter(pattern)
    for character in characters:
        if character == "*":
            made.append(f"{anything}*")
        elif character == "?":
            made.append(anything)
        else:
            made.append(_literal(next(characters, "\\") if character == "\\" else character))
    return "".join(made)


def _literal(character: str) -> str:
    if _PLAIN.fullmatch(character):
        return character
    return "".join(f"\\x{byte:02x}" for byte in character.encode())


def text(value: str) -> str:
    """A value inside a format of HAProxy between double quotes: no character of it means anything to HAProxy."""
    made = []
    for character in value:
        if _PLAIN.fullmatch(character) or character in ".:;,=&?+~()@!*":
            made.append(character)
        elif character == "%":
            made.append("%%")
        elif character in " \"\\'#$":
            made.append(f"\\{character}")
        else:
            made.append("".join(f"%%{byte:02X}" for byte in character.encode()))
    return "".join(made)


def condition(rule: int, number: int, asked: Condition) -> tuple[str, list[str]]:
    """The name of a condition's test, and the lines that define it: one of them has to be true."""
    name = f"r{rule}c{number}"
    if asked.field == "source-ip":
        return name, [f"acl {name} src {' '.join(asked.values)}"]
    if asked.field == "http-request-method":
        values = " ".join(f"'^{regex(value)}$'" for value in map(_escaped, asked.values))
        return name, [f"acl {name} method -m reg {values}"]
    if asked.field == "query-string":
        return name, [f"acl {name} query -m reg -i '{_pair(key, value)}'" for key, value in asked.pairs]
    values = " ".join(f"'^{regex(value)}$'" for value in asked.values)
    fetch = {
        "host-header": "req.hdr(host),host_only -m reg -i",
        "path-pattern": "path -m reg",
        "http-header": f"req.fhdr({asked.header}) -m reg -i",
    }[asked.field]
    return name, [f"acl {name} {fetch} {values}"]


def _escaped(value: str) -> str:
    """A method has no wildcards."""
    return re.sub(r"([*?\\])", r"\\\1", value)


def _pair(key: str | None, value: str) -> str:
    named = regex(key, "[^&=]") if key else "[^&=]*"
    return f"(^|&){named}={regex(value, '[^&]')}(&|$)"


def choosing(rules: tuple[Rule, ...]) -> list[str]:
    """Lines that set `txn.rule` to the priority of the first rule whose conditions hold."""
    lines = []
    for at, rule in enumerate(rules):
        tests = []
        for number, asked in enumerate(rule.conditions):
            name, defined = condition(at, number, asked)
            lines += defined
            tests.append(name)
        held = "".join(f" {test}" for test in tests)
        lines.append(f"http-request set-var(txn.rule) str({rule.priority}) if !{{ var(txn.rule) -m found }}{held}")
    return lines


def acting(rule: Rule, listener: Listener, ports: Mapping[int, int]) -> tuple[list[str], dict[str, bytes]]:
    """Lines that do what a rule says, and the files that they name.

    ports: of the load balancer's listeners, as the API has them -> where they are on loopback.
    """
    chosen = f"{{ var(txn.rule) -m str {rule.priority} }}"
    if isinstance(rule.action, Forward):
        return _forward(rule.action, chosen), {}
    if isinstance(rule.action, Fixed):
        return _fixed(rule.action, chosen)
    return _redirect(rule.action, listener, ports, chosen), {}


def _forward(action: Forward, chosen: str) -> list[str]:
    weighted = [(arn, weight) for arn, weight in action.choices if weight > 0]
    if len(weighted) < 2:
        return [f"http-request set-var(txn.group) str({group_name(arn)}) if {chosen}" for arn, _ in weighted]
    lines = [f"http-request set-var(txn.pick) rand({sum(weight for _, weight in weighted)}) if {chosen}"]
    below = 0
    for arn, weight in weighted:
        below += weight
        picked = f"!{{ var(txn.group) -m found }} {{ var(txn.pick) -m int lt {below} }}"
        lines.append(f"http-request set-var(txn.group) str({group_name(arn)}) if {chosen} {picked}")
    return lines


def answering(status: int, content_type: str, body: str, when: str) -> tuple[list[str], dict[str, bytes]]:
    """An answer of the load balancer itself: its line, and the file with its body."""
    content = body.encode()
    name = f"body-{hashlib.sha256(content).hexdigest()[:16]}"
    kind = f' content-type "{text(content_type)}"' if content else ""
    return [f"http-request return status {status}{kind} file {name} if {when}"], {name: content}


def _fixed(action: Fixed, chosen: str) -> tuple[list[str], dict[str, bytes]]:
    lines, files = answering(action.status, action.content_type, action.body, chosen)
    return [f"http-request set-var(txn.done) str(fixed-response) if {chosen}", *lines], files


def _redirect(action: Redirect, listener: Listener, ports: Mapping[int, int], chosen: str) -> list[str]:
    """Who came by the port on loopback is sent to one on loopback; who comes by a name as on AWS, to AWS's."""
    lines = [f"http-request set-var(txn.done) str(redirect) if {chosen}"]
    here = f"{{ req.hdr(host),port_only -m int {listener.local_port} }}"
    protocol = ("https" if listener.secure else "http") if action.protocol == "#{protocol}" else action.protocol.lower()
    port = str(listener.port) if action.port == "#{port}" else action.port
    local = ports.get(int(port))
    targets = [(f"{chosen} {here}", str(local))] if local is not None else []
    for when, number in [*targets, (chosen, port)]:
        url = f"{protocol}://{_with_parts(action.host, number)}:{number}{_with_parts(action.path, number)}"
        query = "%[var(txn.asked)]" if action.query == "#{query}" else _with_parts(f"?{action.query}", number)
        query = "" if not action.query else query
        lines.append(f'http-request set-var-fmt(txn.location) "{url}{query}" if {when}')
        lines.append(f'http-request redirect location "%[var(txn.location)]" code {action.status} if {when}')
    return lines


def _with_parts(pattern: str, port: str) -> str:
    values = {
        "protocol": "%[var(txn.protocol)]", "host": "%[req.hdr(host),host_only]", "port": port,
        "path": "%[path,bytes(1)]", "query": "%[query]",
    }  # fmt: skip
    pieces = _PARTS.split(pattern)
    return "".join(values[piece] if at % 2 else text(piece) for at, piece in enumerate(pieces))

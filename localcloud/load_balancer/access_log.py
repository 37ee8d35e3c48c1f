"""Access logs as AWS writes them. Pure.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html#access-log-entry-syntax
"""

from __future__ import annotations

import datetime
import gzip

from localcloud.load_balancer.records import Names, Record


def line(record: Record, names: Names) -> str:
    """One entry, without the end of the line. Its waits: until sent to the target, for its answer, until sent to the client."""
    balancer, port, secure = names.listeners[record.listener]
    group = names.groups.get(record.group or "")
    target = names.targets.get(record.server or "", "-")
    target_status = str(record.target_status) if record.target_status else "-"
    kind = ("h2" if record.version.startswith("HTTP/2") else "https") if secure else "http"
    host = record.host or "-"
    action = record.done or ("forward" if group else "-")
    fields = [
        kind,
        _time(record.began + record.took),
        "/".join(balancer.split("/")[1:]),
        record.client,
        target,
        *(_wait(seconds) for seconds in record.waits),
        str(record.status) if record.status else "-",
        target_status,
        str(record.received),
        str(record.sent),
        _quoted(f"{record.method} {'https' if secure else 'http'}://{host}:{port}{record.uri} {record.version}"),
        _quoted(record.agent),
        record.cipher or "-",
        record.tls or "-",
        group or "-",
        _quoted(record.trace),
        _quoted(record.sni),
        _quoted(names.certificates.get((record.certificate or "").lower())),
        {None: "-1", "default": "0"}.get(record.rule, record.rule or "-1"),
        _time(record.began),
        _quoted(action),
        _quoted(record.location),
        _quoted(None),
        _quoted(target),
        _quoted(target_status),
        _quoted(None),
        _quoted(None),
        "-",
    ]
    return " ".join(fields)


def key(balancer: str, prefix: str, end: datetime.datetime, random: str) -> str:
    """The key of the object with the entries up to `end` of a load balancer (ARN)."""
    _, _, _, region, account, resource = balancer.split(":", 5)
    identifier = ".".join(resource.split("/")[1:])
    name = f"{account}_elasticloadbalancing_{region}_{identifier}_{end:%Y%m%dT%H%MZ}_127.0.0.1_{random}.log.gz"
    folder = f"AWSLogs/{account}/elasticloadbalancing/{region}/{end:%Y/%m/%d}"
    return "/".join([*([prefix] if prefix else []), folder, name])


def content(lines: list[str]) -> bytes:
    """The object of these entries."""
    return gzip.compress("".join(f"{each}\n" for each in lines).encode(), mtime=0)


def _time(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _wait(seconds: float) -> str:
    return "-1" if seconds < 0 else f"{seconds:.3f}"


def _quoted(value: str | None) -> str:
    """Quotes, backslashes and what is no printable ASCII stand as `\\x` and two digits: an entry stays one line."""
    made = "".join(
        each if " " <= each <= "~" and each not in '"\\' else "".join(f"\\x{byte:02X}" for byte in each.encode())
        for each in value or "-"
    )
    return f'"{made}"'

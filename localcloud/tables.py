"""Writes what `status` and `faults` show: pure, text in columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset()) -> str:
    """Columns as wide as their widest cell, two spaces apart; those in `right` are set flush right. No line ends in spaces."""
    widths = [max(len(row[column]) for row in [headings, *rows]) for column in range(len(headings))]
    lines = []
    for row in [headings, *rows]:
        cells = [
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def duration(seconds: float) -> str:
    """Such as `42 s`, `3 min 5 s`, `2 h 10 min`, `4 d 3 h`."""
    whole = int(seconds)
    for size, name, smaller, smaller_name in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            rest = whole % size // smaller
            return f"{whole // size} {name}" + (f" {rest} {smaller_name}" if rest else "")
    return f"{whole} s"


def mebibytes(size: int) -> str:
    """Such as `153 MiB`."""
    return f"{size / 2**20:.0f} MiB"


def status_text(status: Mapping[str, Any]) -> str:
    """What `localcloud status` prints."""
    parts = [
        f"AWS API    {status['endpoint']}  ({status['region']} and {status['dr_region']}, account {status['account_id']})",
        f"state      {status['state']}",
        f"up for     {duration(status['uptime_seconds'])}, at {status['factor']:g} local seconds per AWS second",
        *_container_nodes(status["container_nodes"]),
        *_name_server(status["name_server"]),
        "",
    ]
    rows = [
        (row["kind"], str(row["count"]), _tally(row["regions"]), _tally(row["states"])) for row in status["resources"]
    ]
    parts.append(
        table(("RESOURCE", "COUNT", "REGIONS", "STATES"), rows, frozenset({1})) if rows else "nothing is provisioned"
    )
    parts += _load_balancers(status["load_balancers"])
    processes = [
        (row["name"], str(row["pid"]), mebibytes(row["resident_bytes"]), "running" if row["alive"] else "ended")
        for row in status["processes"]
    ]
    processes.append(("total", "", mebibytes(status["resident_bytes"]), ""))
    parts += ["", table(("PROCESS", "PID", "MEMORY", "STATE"), processes, frozenset({1, 2}))]
    for service, reason in status["persistence"]["failures"].items():
        parts += ["", f"the state of {service} is not kept on disk: {reason}"]
    return "\n".join(parts)


def _container_nodes(status: Mapping[str, Any]) -> list[str]:
    if not status["wanted"]:
        return []
    if status["reason"]:
        return [f"nodes      kwok only, no container nodes: {status['reason']}"]
    if status["cluster"] is None:
        return []
    lines = [f"nodes      {status['nodes']} with containers in the EKS cluster {status['cluster']}"]
    return lines + [f"           a node of {short}" for short in status["short"]]


def _name_server(status: Mapping[str, Any]) -> list[str]:
    if status["reason"]:
        return [f"names      not answered: {status['reason']}"]
    return [f"names      127.0.0.1:{status['port']} answers for the hosted zones"] if status["port"] else []


def _load_balancers(status: Mapping[str, Any]) -> list[str]:
    lines = ["", f"no traffic: {status['reason']}"] if status["reason"] else []
    rows = [
        (row["load_balancer"], row["region"], f"{row['protocol']} {row['port']}", row["url"])
        for row in status["listeners"]
    ]
    return [*lines, *(["", table(("LOAD BALANCER", "REGION", "LISTENER", "AT"), rows)] if rows else [])]


def _tally(counts: Mapping[str, int]) -> str:
    if len(counts) == 1:
        return next(iter(counts))
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def faults_text(rules: Sequence[Mapping[str, Any]]) -> str:
    """What `localcloud faults list` prints."""
    if not rules:
        return "no faults"
    rows = []
    for rule in rules:
        when = f"from call {rule['nth']}"
        if rule["probability"] < 1:
            when += f", each with {rule['probability']:g} (seed {rule['seed']})"
        when += "" if rule["count"] is None else f", {rule['count']} at most"
        call = f"{rule['service']} {rule['action']}" + ("" if rule["region"] == "*" else f" in {rule['region']}")
        rows.append((rule["id"], rule["kind"], call, when, f"{rule['hits']} of {rule['seen']}"))
    return table(("ID", "KIND", "CALL", "WHEN", "HIT"), rows)

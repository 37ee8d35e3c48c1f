"""Whether there can be a data plane, in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from localcloud.load_balancer import proxy


def program(folder: Path, said: str) -> str:
    """A PATH with a program of that name that says so."""
    made = folder / "haproxy"
    made.write_text(f"#!/bin/sh\necho '{said}'\n")
    made.chmod(0o755)
    return str(folder)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("HAProxy version 2.6.12-1+deb12u4 2026/10/17", None),
        ("HAProxy version 3.2.1", None),
        ("HA-Proxy version 2.2.9", "is version 2.2, expected 2.6 or later"),
        ("something else", "is version unknown, expected 2.6 or later"),
    ],
)
def test_versions(tmp_path: Path, said: str, reason: str | None) -> None:
    found = proxy.obstacle(program(tmp_path, said))
    assert found is None if reason is None else found is not None and found.endswith(reason)


def test_a_machine_without_it(tmp_path: Path) -> None:
    assert proxy.obstacle(str(tmp_path)) == (
        "load balancers forward nothing (the AWS API works): install HAProxy 2.6 or later (Debian: haproxy)"
    )

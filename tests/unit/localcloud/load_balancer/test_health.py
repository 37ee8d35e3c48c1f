"""A target's health from what HAProxy says of a server."""

from __future__ import annotations

import pytest

from localcloud.load_balancer import health
from localcloud.load_balancer.health import Health

BAD = Health("unhealthy", "Target.Timeout", "Request timed out")
TEXT = """# pxname,svname,status,check_status,check_code,
g-1,t-1,UP,L7OK,200,
g-1,BACKEND,UP,,,

"""


def test_statistics_are_found_by_proxy_and_server() -> None:
    found = health.statistics(TEXT)
    assert found["g-1", "t-1"]["check_code"] == "200"
    assert set(found) == {("g-1", "t-1"), ("g-1", "BACKEND")}


@pytest.mark.parametrize(
    ("status", "check", "code", "before", "wanted"),
    [
        ("UP", "L7OK", "200", None, health.HEALTHY),
        ("UP 1/2", "L7STS", "500", None, health.HEALTHY),
        ("UP", "INI", "", BAD, health.HEALTHY),
        ("DOWN", "INI", "", None, health.INITIAL),
        ("DOWN", "", "", None, health.INITIAL),
        ("DOWN", "INI", "", BAD, BAD),
        ("DOWN", "INI", "", health.HEALTHY, health.INITIAL),
        ("DOWN 1/3", "L7OK", "200", None, health.INITIAL),
        ("DOWN 1/3", "L7OK", "200", BAD, BAD),
        ("DOWN", "* L7TOUT", "", None, BAD),
        ("DOWN", "L4TOUT", "", None, BAD),
        ("DOWN", "L4CON", "", None, Health("unhealthy", "Target.FailedHealthChecks", "Health checks failed")),
        ("DOWN", "L7RSP", "", None, Health("unhealthy", "Target.FailedHealthChecks", "Health checks failed")),
        (
            "DOWN", "L7STS", "503", None,
            Health("unhealthy", "Target.ResponseCodeMismatch", "Health checks failed with these codes: [503]"),
        ),
    ],
)  # fmt: skip
def test_states(status: str, check: str, code: str, before: Health | None, wanted: Health) -> None:
    row = {"status": status, "check_status": check, "check_code": code}
    assert health.of_server(row, before) == wanted


def test_a_server_that_the_proxy_does_not_have_yet_is_being_registered() -> None:
    assert health.of_server(None, BAD) == health.REGISTERING

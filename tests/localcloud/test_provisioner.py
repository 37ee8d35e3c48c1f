"""Two small components in the names of the roles that the platform ships; `make permissions` does the same with all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.acceptance.conftest import Environment
from tests.permissions.conftest import Roles

SMALL = ("--limit", "keys,messaging")


def test_nothing_is_refused(cloud: Any, tmp_path: Path) -> None:
    environment = Environment("local", cloud, tmp_path, "")
    roles = Roles(environment)
    environment.play("provision", "--limit", "identity")
    roles.play("provisioner", "provision", *SMALL)
    roles.play("read-only", "drift", *SMALL)
    for role in ("provisioner", "read-only"):
        found = roles.report(role)
        assert found["requests"]
        assert found["refusals"] == []

"""How RDS's answers describe what there is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from localcloud.rds.describe import restore_window


def test_a_copy_that_does_not_replicate_yet_has_no_window() -> None:
    copy = SimpleNamespace(status="pending", settings={"engine": "postgres"})
    asked: list[Any] = []
    rds = SimpleNamespace(archive=asked.append)
    assert restore_window(cast("Any", rds), cast("Any", copy)) is None
    assert asked == []

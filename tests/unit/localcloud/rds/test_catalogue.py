"""What RDS offers."""

from __future__ import annotations

import pytest

from localcloud.rds import catalogue


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("17.5", "17.5"),
        ("17", "17.10"),
        (None, "15.18"),
        ("17.3", None),
        ("99.1", None),
        ("99", None),
        ("17.999", None),
        ("", None),
        ("17.x", None),
    ],
)
def test_a_version_is_resolved_or_refused(asked: str | None, found: str | None) -> None:
    assert catalogue.resolve_version(asked, 15) == found


def test_upgrades_go_forward_only() -> None:
    for version in catalogue.versions():
        for target in catalogue.upgrade_targets(version):
            assert catalogue.version_key(target) > catalogue.version_key(version)
    assert "18.1" in catalogue.upgrade_targets("17.10")
    assert "16.14" not in catalogue.upgrade_targets("17.1")


@pytest.mark.parametrize(
    ("name", "memory"),
    [
        ("db.t4g.micro", 1),
        ("db.m7g.large", 8),
        ("db.r6g.large", 16),
        ("db.t4g.24xlarge", None),
        ("m7g.large", None),
        ("", None),
    ],
)
def test_instance_classes_have_memory_or_are_unknown(name: str, memory: int | None) -> None:
    assert catalogue.class_memory_gib(name) == memory


def test_every_class_on_offer_is_known() -> None:
    assert all(catalogue.class_memory_gib(name) for name in catalogue.classes())

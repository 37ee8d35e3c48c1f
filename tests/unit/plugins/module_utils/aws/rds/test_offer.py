from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.rds.offer import OfferError, choose, require

ASKED: dict[str, Any] = {
    "engine": "postgres",
    "engine_version": "15",
    "instance_class": "db.m7g.large",
    "storage_type": "gp3",
    "multi_az": True,
}
OPTION = {"StorageType": "gp3", "MultiAZCapable": True}


@pytest.mark.parametrize(("asked", "chosen"), [("15", "15.10"), ("15.9", "15.9"), ("16", "16.1")])
def test_the_newest_version_that_fits_is_chosen(asked: str, chosen: str) -> None:
    versions = ["15.9", "15.10", "16.1", "1.5"]
    assert choose({**ASKED, "engine_version": asked}, versions, "eu-west-1") == chosen


def test_a_version_that_is_not_offered_is_named_with_those_that_are() -> None:
    with pytest.raises(OfferError, match=r"no postgres 99 in eu-west-1: choose a version of 9, 15"):
        choose({**ASKED, "engine_version": "99"}, ["15.9", "9.6"], "eu-west-1")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "with db.m7g.large in eu-west-1: choose another instance class"),
        ([{"StorageType": "io1"}], "on gp3 storage: choose io1"),
        ([{**OPTION, "MultiAZCapable": False}], "with a standby in another zone"),
    ],
)
def test_what_is_not_offered_is_said(options: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(OfferError, match=said):
        require(ASKED, "15.9", options, "eu-west-1")


def test_what_is_offered_passes() -> None:
    require(ASKED, "15.9", [{"StorageType": "io1"}, OPTION], "eu-west-1")

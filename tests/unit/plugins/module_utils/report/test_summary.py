# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may be called proved. Every test that takes something away must take the success away too."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.creator.platform.tests.unit.plugins.module_utils.report.evidence import (
    FIXTURES,
    changed_row,
    from_folder,
    good,
    put,
    report,
)


def test_a_good_run_is_proved() -> None:
    found = from_folder(FIXTURES / "good")
    assert found.verdict == "succeeded"
    assert found.sentence == (
        "8 components stand, release 2026.11.24-1 is verified, "
        "and a copy restored from backup in 45 s equals its source."
    )


@pytest.mark.parametrize("path", [path for path in good() if path != "seed.json" and not path.startswith("rollouts/")])
def test_without_any_one_document_nothing_is_proved(path: str) -> None:
    documents = good()
    del documents[path]
    found = report(documents)
    assert found.verdict == "inconclusive"
    assert (
        "Not proved" in found.sentence
        or "no record" in found.sentence
        or "without proof" in found.sentence
        or "missing" in found.sentence
    )


def test_no_evidence_at_all_is_not_proved() -> None:
    assert report({}).verdict == "inconclusive"


def test_the_changed_row_is_named() -> None:
    found = report(changed_row())
    assert found.verdict == "failed"
    assert "payments" in found.sentence
    assert "73114" in found.sentence


# (place, value, verdict of the whole): evidence that contradicts a success that is claimed, or leaves it open.
SPOILT: list[tuple[tuple[Any, ...], Any, str]] = [
    (("timeline.json", "status"), "failed", "failed"),
    (("timeline.json", "status"), "running", "inconclusive"),
    (("timeline.json", "tasks"), [], "inconclusive"),
    (("timeline.json", "tasks", 0, "status"), "failed", "failed"),
    (("provision/network.json", "changed"), None, "inconclusive"),
    (("provision/network.json", "finished"), "", "inconclusive"),
    (("rollout.json", "verdict"), "timed_out", "timed_out"),
    (("rollout.json", "verdict"), "splendid", "inconclusive"),
    (("rollout.json", "workloads"), [], "inconclusive"),
    (("rollout.json", "workloads", 1, "verdict"), "failed", "failed"),
    (("rollout.json", "workloads", 1, "images"), [], "inconclusive"),
    (("rollout.json", "workloads", 1, "images", 2, "match"), "no", "failed"),
    (("rollout.json", "workloads", 1, "images", 2, "match"), "unknown", "inconclusive"),
    (("rollout.json", "workloads", 1, "images", 2, "match"), True, "succeeded"),
    (("backup.json", "status"), "creating", "inconclusive"),
    (("backup.json", "status"), "failed", "failed"),
    (("backup.json", "encrypted"), False, "failed"),
    (("backup.json", "encrypted"), None, "inconclusive"),
    (("backup.json", "snapshot_id"), "", "inconclusive"),
    (("drill.json", "verdict"), "inconclusive", "inconclusive"),
    (("drill.json", "tables"), [], "inconclusive"),
    (("drill.json", "tables", 0, "status"), "missing", "failed"),
    (("drill.json", "tables", 0, "status"), "unknown", "inconclusive"),
    (("drill.json", "tables", 0, "status"), "fine", "inconclusive"),
    (("drill.json", "tables", 0, "rows_copy"), 1199, "failed"),
    (("drill.json", "tables", 0, "rows_copy"), None, "inconclusive"),
    (("drill.json", "tables", 0, "checksum_copy"), "0" * 32, "failed"),
    (("drill.json", "tables", 0, "checksum_source"), None, "inconclusive"),
    (("drill.json", "tables", 0, "differences"), [{"key": "id=1", "kind": "missing"}], "failed"),
    (("drill.json", "schema_differences"), [{"key": "public.posts", "kind": "index"}], "failed"),
    (("drill.json", "parity"), [], "inconclusive"),
    (("drill.json", "parity", 0, "status"), "different", "failed"),
    (("drill.json", "parity", 0, "status"), "?", "inconclusive"),
    (("drill.json", "rto_seconds"), None, "inconclusive"),
    (("drill.json", "rto_seconds"), 14401, "failed"),
    (("drill.json", "rpo"), {}, "inconclusive"),
    (("drill.json", "rpo", "upper_bound_seconds"), 901, "inconclusive"),
    (("drill.json", "rpo", "lower_bound_seconds"), 901, "failed"),
    (("drill.json", "removed"), {}, "inconclusive"),
    (("drill.json", "removed", "verdict"), "failed", "failed"),
    (("drill.json", "removed", "left"), ["rds_db_instance creator-local-drill"], "failed"),
]


@pytest.mark.parametrize(("at", "value", "verdict"), SPOILT)
def test_a_claimed_success_must_be_borne_out(at: tuple[Any, ...], value: Any, verdict: str) -> None:
    # "yes" is the contract's word for a match; true is read as the same word.
    assert report(put(good(), at, value)).verdict == verdict


def test_a_rescued_failure_is_no_failure() -> None:
    documents = put(good(), ("timeline.json", "tasks", 0, "status"), "failed")
    assert report(put(documents, ("timeline.json", "tasks", 0, "rescued"), True)).verdict == "succeeded"


def test_a_failed_release_that_was_rolled_back_still_failed() -> None:
    documents = good()
    documents["rollout.json"] = documents["rollouts/2026.11.24-2.json"]
    found = report(documents)
    assert found.verdict == "failed"
    assert "does not exist" in found.sentence
    assert "Rolled back to 2026.11.24-1, which is verified." in found.sentence


def test_releases_that_were_stopped_do_not_spoil_the_one_that_runs() -> None:
    found = report(good())
    assert [one.release for one in found.history] == ["2026.11.24-4", "2026.11.24-3", "2026.11.24-2"]
    assert {one.reason for one in found.history} == {"ImageNotFound", "CrashLoop", "QuotaExceeded"}
    assert found.verdict == "succeeded"


def test_a_failed_part_says_more_than_the_failed_run() -> None:
    documents = changed_row()
    documents["timeline.json"]["status"] = "failed"
    assert report(documents).sentence.startswith("Restore drill: ")

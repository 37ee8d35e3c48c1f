# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdicts of the report and which of several is the worst. Standard library only.

The words are those of docs/architecture.md. `missing` stands for evidence that is not there: not proved, never good.
"""

from __future__ import annotations

from collections.abc import Iterable

SUCCEEDED = "succeeded"
MISSING = "missing"
INCONCLUSIVE = "inconclusive"
TIMED_OUT = "timed_out"
FAILED = "failed"

# From good to bad. What is not in this list is not a verdict and counts as inconclusive.
ORDER = (SUCCEEDED, MISSING, INCONCLUSIVE, TIMED_OUT, FAILED)

WORDS = {
    SUCCEEDED: "Proved",
    MISSING: "Not proved",
    INCONCLUSIVE: "Inconclusive",
    TIMED_OUT: "Timed out",
    FAILED: "Failed",
}


def known(value: str) -> str:
    """The verdict, or `inconclusive` for a word that is none."""
    return value if value in ORDER else INCONCLUSIVE


def worst(verdicts: Iterable[str]) -> str:
    """The worst of the verdicts; of none at all, `missing`."""
    found = [known(verdict) for verdict in verdicts]
    return max(found, key=ORDER.index) if found else MISSING

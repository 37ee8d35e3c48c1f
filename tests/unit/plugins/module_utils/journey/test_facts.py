# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a journey writes, and when it has arrived."""

from __future__ import annotations

import pytest
from ansible_collections.creator.platform.plugins.module_utils.journey import facts


@pytest.mark.parametrize(
    ("states", "expected", "verdict"),
    [
        (["found", "found"], 2, "succeeded"),
        (["found", "missing"], 2, "failed"),
        (["found"], 2, "inconclusive"),
        ([], 2, "inconclusive"),
        (["unheard of"], 1, "failed"),
    ],
)
def test_verdicts(states: list[str], expected: int, verdict: str) -> None:
    steps = [facts.step(f"step {number}", state, 0.1, "why") for number, state in enumerate(states)]
    assert facts.verdict(steps, expected)[0] == verdict

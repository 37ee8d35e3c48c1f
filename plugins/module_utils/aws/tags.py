# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags as most of AWS's APIs take them. Standard library only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """[{"Key": …, "Value": …}], sorted by key."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def tag_mapping(tags: Iterable[Mapping[str, str]] | None) -> dict[str, str]:
    """{key: value} of such a list, without those that AWS itself sets (aws:…)."""
    return {tag["Key"]: tag["Value"] for tag in tags or [] if not tag["Key"].startswith("aws:")}

# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a component needs of others: their outputs, waited for where they are on their way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ansible_collections.creator.platform.plugins.module_utils.provision.outputs import (
    OutputsError,
    folder,
    placeholder,
    select,
)


@dataclass(frozen=True)
class Needs:
    """Keys by component (an empty list for all), of which environment, and whether placeholders may stand for missing ones."""

    platform: str
    environment: str
    keys: Mapping[str, list[str]]
    placeholders: bool


def gather(
    needs: Needs,
    published: Callable[[str], Mapping[str, str]],
    attempts: int,
    delay: float,
    sleep: Callable[[float], None],
) -> dict[str, dict[str, str]]:
    """The outputs by component and key. `published`: value by name of the parameters under a path.

    Where no placeholders are taken and something is missing, looks again, `attempts` times in all, `delay` seconds apart. Raises
    OutputsError for what is missing then.
    """
    for _attempt in range(0 if needs.placeholders else attempts - 1):
        if not _missing(_read(needs, published, placeholders=True)):
            break
        sleep(delay)
    return _read(needs, published, placeholders=needs.placeholders)


def _read(
    needs: Needs, published: Callable[[str], Mapping[str, str]], *, placeholders: bool
) -> dict[str, dict[str, str]]:
    found = {}
    for component, keys in sorted(needs.keys.items()):
        if not isinstance(keys, list):
            raise OutputsError(f"the keys of {component} must be a list of output keys, [] for all; got {keys!r}")
        path = folder(needs.platform, needs.environment, component)
        found[component] = select(component, path, published(path), keys, placeholders=placeholders)
    return found


def _missing(found: Mapping[str, Mapping[str, str]]) -> bool:
    return any(
        not keys or any(value == placeholder(component, key) for key, value in keys.items())
        for component, keys in found.items()
    )

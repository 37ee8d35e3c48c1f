# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether RDS offers what an instance is to be made of. Standard library only.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeOrderableDBInstanceOptions.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


class OfferError(Exception):
    """RDS does not offer it in this region; the message says what it offers instead."""


def choose(asked: Mapping[str, Any], versions: Iterable[str], region: str) -> str:
    """The newest of `versions` that is the asked one, or a minor of it. Raises OfferError."""
    offered = sorted(versions, key=_order)
    wanted = str(asked["engine_version"])
    fitting = [version for version in offered if version == wanted or version.startswith(f"{wanted}.")]
    if not fitting:
        majors = ", ".join(sorted({version.split(".", maxsplit=1)[0] for version in offered}, key=_order)) or "none"
        raise OfferError(
            f"RDS offers no {asked['engine']} {wanted} in {region}: choose a version of {majors} that is on offer there"
        )
    return fitting[-1]


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def require(asked: Mapping[str, Any], version: str, options: Sequence[Mapping[str, Any]], region: str) -> None:
    """Raises OfferError when no option has the storage type and, where it is asked for, a standby."""
    name, storage = asked["instance_class"], asked["storage_type"]
    what = f"{asked['engine']} {version} with {name} in {region}"
    if not options:
        raise OfferError(f"RDS does not offer {what}: choose another instance class or version")
    with_storage = [option for option in options if option.get("StorageType") == storage]
    if not with_storage:
        types = ", ".join(sorted({str(option.get("StorageType")) for option in options}))
        raise OfferError(f"RDS does not offer {what} on {storage} storage: choose {types}")
    if asked["multi_az"] and not any(option.get("MultiAZCapable") for option in with_storage):
        raise OfferError(f"RDS does not offer {what} with a standby in another zone: choose another instance class")

# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and tags by which a drill's copy is known. Standard library only."""

from __future__ import annotations

import hashlib
import re

PREFIX = "drill-"
TAG_RUN, TAG_SOURCE, TAG_EXPIRES = "drill:run", "drill:source", "drill:expires"

#: DBInstanceIdentifier: 1 to 63 letters, digits or hyphens, begins with a letter, no two hyphens in a row, none at the end.
#: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBInstanceToPointInTime.html
LONGEST = 63
_RUN = re.compile(r"[0-9a-z]{8,24}")
_SOURCE = re.compile(r"[a-z](?:-?[a-z0-9])*")


class NamingError(ValueError):
    """A run or source that no name can be made of."""


def copy_name(source: str, run: str) -> str:
    """The identifier of the copy that drill `run` makes of instance `source`: drill-<source>-<run>.

    A source too long for that is cut and given a digest of its full name. Raises NamingError for what RDS would refuse.
    """
    if not _RUN.fullmatch(run):
        raise NamingError(f"A drill's run must be 8 to 24 lower-case letters and digits; got {run!r}.")
    if not _SOURCE.fullmatch(source) or len(source) > LONGEST:
        raise NamingError(f"{source!r} is no identifier of an RDS instance in lower case.")
    room = LONGEST - len(PREFIX) - len(run) - 1
    if len(source) > room:
        source = f"{source[: room - 9].rstrip('-')}-{hashlib.sha256(source.encode()).hexdigest()[:8]}"
    return f"{PREFIX}{source}-{run}"


def intent_folder(platform: str, environment: str) -> str:
    """The path in Parameter Store below which every drill of an environment leaves its intent before it creates anything."""
    return f"/{platform}/{environment}/drills"


def copy_tags(platform: str, environment: str, run: str, source: str, expires: str) -> dict[str, str]:
    """The tags of a drill's copy, by which the guards know it."""
    return {
        "platform": platform,
        "environment": environment,
        "component": "drill",
        "managed-by": "creator.platform",
        TAG_RUN: run,
        TAG_SOURCE: source,
        TAG_EXPIRES: expires,
    }

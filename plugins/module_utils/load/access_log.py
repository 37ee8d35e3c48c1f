# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries of a load balancer's access log: which target answered which request. Standard library only.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html#access-log-entry-syntax
"""

from __future__ import annotations

import datetime
import shlex
from collections.abc import Iterable

_TARGET, _TRACE = 4, 17


def prefixes(prefix: str, account: str, region: str, began: float, ended: float) -> list[str]:
    """Beginnings of the keys of the logs of these days."""
    first = datetime.datetime.fromtimestamp(began, datetime.UTC).date()
    last = datetime.datetime.fromtimestamp(ended, datetime.UTC).date()
    days = [first + datetime.timedelta(days=number) for number in range((last - first).days + 1)]
    folder = f"{prefix}/" if prefix else ""
    return [f"{folder}AWSLogs/{account}/elasticloadbalancing/{region}/{day:%Y/%m/%d}/" for day in days]


def targets(lines: Iterable[str], wanted: set[str]) -> dict[str, str]:
    """Trace id -> `address:port` of the target, `-` where none was chosen, for the wanted traces among the entries."""
    found = {}
    for line in lines:
        try:
            fields = shlex.split(line)
        except ValueError:
            continue
        if len(fields) <= _TRACE:
            continue
        for part in fields[_TRACE].split(";"):
            name, _separator, trace = part.partition("=")
            if name == "Root" and trace in wanted:
                found[trace] = fields[_TARGET]
    return found

"""The record of all requests: the last ones in memory, all of this run in `<state>/requests.jsonl`. Never holds a secret."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import Any

KEPT = 5000
#: The file is started anew at this size, with the older half kept beside it.
_LARGEST = 64 * 1024 * 1024


class RequestsLog:
    """Records as dictionaries.

    time (UTC, ISO 8601), service, action, mutating, region, principal, parameters, status, code, seconds, fault, decision
    (what allowed or denied it: see `authorization.enforcement`; null for root and the anonymous).
    """

    def __init__(self, path: Path, kept: int = KEPT, largest: int = _LARGEST) -> None:
        self._path = path
        self._largest = largest
        self._recent: deque[dict[str, Any]] = deque(maxlen=kept)
        self._lock = threading.Lock()
        self._file = path.open("a", encoding="utf-8")
        path.chmod(0o600)

    def add(self, record: dict[str, Any]) -> None:
        """Keep `record`, whose parameters have been redacted."""
        line = json.dumps(record, separators=(",", ":"))
        with self._lock:
            self._recent.append(record)
            self._file.write(line + "\n")
            self._file.flush()
            if self._file.tell() > self._largest:
                self._file.close()
                self._path.replace(self._path.with_suffix(".old.jsonl"))
                self._file = self._path.open("a", encoding="utf-8")

    def find(self, filters: dict[str, str]) -> list[dict[str, Any]]:
        """The recent records that meet every filter, oldest first. Raises ValueError for a filter that there is not.

        service, action, region, principal: equal; mutating: true or false; status: a number or such as 4xx; limit: the last n.
        """
        filters = dict(filters)
        limit = filters.pop("limit", None)
        if unknown := sorted(set(filters) - set(_FILTERS)):
            raise ValueError(f"unknown filter {unknown[0]!r}; known: {', '.join(sorted([*_FILTERS, 'limit']))}")
        with self._lock:
            found: Iterable[dict[str, Any]] = list(self._recent)
        for name, value in filters.items():
            found = [record for record in found if _FILTERS[name](record, value)]
        rows = list(found)
        if limit is None:
            return rows
        if not limit.isdigit():
            raise ValueError(f"limit {limit!r}: expected a number")
        return rows[-int(limit) :] if int(limit) else []

    def clear(self) -> int:
        """Forget the recent records and the files; how many recent ones there were."""
        with self._lock:
            count = len(self._recent)
            self._recent.clear()
            self._file.truncate(0)
            self._path.with_suffix(".old.jsonl").unlink(missing_ok=True)
        return count


def _equal(name: str) -> Any:
    return lambda record, value: record[name] == value


def _mutating(record: dict[str, Any], value: str) -> bool:
    if value not in {"true", "false"}:
        raise ValueError(f"mutating {value!r}: expected true or false")
    return bool(record["mutating"]) == (value == "true")


def _status(record: dict[str, Any], value: str) -> bool:
    text = str(record["status"])
    return text == value or (value.endswith("xx") and text[:1] == value[:1])


_FILTERS = {name: _equal(name) for name in ("service", "action", "region", "principal")} | {
    "mutating": _mutating,
    "status": _status,
}

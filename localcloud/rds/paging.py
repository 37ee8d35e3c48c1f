"""Pages and filters of Describe operations."""

from __future__ import annotations

from typing import Any, TypeVar

from localcloud.rds import errors

Item = TypeVar("Item")


def page(items: list[Item], params: dict[str, Any]) -> tuple[list[Item], str | None]:
    """The part of `items` that `Marker` and `MaxRecords` (20 to 100) ask for, and the marker of the next."""
    size = params.get("MaxRecords", 100)
    if not 20 <= size <= 100:
        raise errors.value("Invalid value for MaxRecords. Must be between 20 and 100.")
    marker = params.get("Marker") or "0"
    if not marker.isdigit():
        raise errors.value(f"Invalid Marker {marker}.")
    start = int(marker)
    return items[start : start + size], str(start + size) if start + size < len(items) else None


def filters_of(params: dict[str, Any]) -> dict[str, list[str]]:
    """`Filters` by name."""
    return {entry["Name"]: list(entry["Values"]) for entry in params.get("Filters", [])}

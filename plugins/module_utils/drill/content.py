# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides, from checksums of row versions, whether a copy holds what its source held at the anchor. Standard library only.

Three counts of old rows meet in every range of pages: N, what the source held at the anchor (the manifest); S, what of it
the source holds now; C, what the copy holds. The copy was restored to a moment shortly after the anchor, so without damage
S is a part of C and C is a part of N. Equal sums of N and C prove the range; S only says where a difference lies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

EQUAL, DIFFERENT, MISSING, UNKNOWN = "equal", "different", "missing", "unknown"

#: More transactions than this between anchor and copy cannot be told from old ones: see postgres.checksum.Window.
WINDOW = 1 << 24
CHUNK_PAGES = 1024  # 8 MiB: below about 1 MiB the round trips show, above it a difference is more to read again
CHUNKS = (
    64  # a small table is cut in as many, down to single pages: one row removed spoils the vouching for its chunk only
)


@dataclass(frozen=True)
class Range:
    """Old rows of a range of pages: number and sum of hashes."""

    count: int
    total: int


NOTHING = Range(0, 0)


@dataclass(frozen=True)
class Difference:
    """A row that is not in the copy as it was on the source. kind: changed, missing or extra. Never holds content."""

    key: str
    kind: str


@dataclass
class TableProof:
    """What was found out about a table. `unverified` old rows changed on the source before the copy's moment was compared."""

    schema: str
    table: str
    status: str
    message: str = ""
    source: Range = NOTHING
    copy: Range = NOTHING
    unverified: int = 0
    new: int = 0
    differences: list[Difference] = field(default_factory=list)
    more: bool = False

    def document(self) -> dict[str, Any]:
        """The table's entry in drill.json."""
        return {
            "schema": self.schema,
            "table": self.table,
            "rows_source": self.source.count,
            "rows_copy": self.copy.count,
            "checksum_source": checksum(self.source.total),
            "checksum_copy": checksum(self.copy.total),
            "rows_after_anchor": self.new,
            "rows_unverified": self.unverified,
            "status": self.status,
            "message": self.message,
            "differences": [{"key": each.key, "kind": each.kind} for each in self.differences],
            "more_differences": self.more,
        }


def checksum(total: int) -> str:
    """A sum of hashes as 16 hexadecimal digits (modulo 2^64)."""
    return f"{total & 0xFFFFFFFFFFFFFFFF:016x}"


def chunks(pages: int) -> list[tuple[int, int | None]]:
    """Ranges [first, last) that cover a table of `pages` pages; the last has no end, so that growth is read too."""
    size = max(1, min(CHUNK_PAGES, pages // CHUNKS))
    return between(list(range(0, max(pages, 1), size)))


def between(starts: list[int]) -> list[tuple[int, int | None]]:
    """Ranges from each start to the next; the last has no end."""
    return list(zip(starts, [*starts[1:], None], strict=True))


def add(ranges: Mapping[int, Range]) -> Range:
    """The sum over all ranges of a table."""
    return Range(sum(each.count for each in ranges.values()), sum(each.total for each in ranges.values()))


def suspicious(source: Mapping[int, Range], copy: Mapping[int, Range]) -> list[int]:
    """First pages of the chunks in which the two sides differ; a chunk that one side lacks counts as empty there."""
    return [start for start in sorted({*source, *copy}) if source.get(start, NOTHING) != copy.get(start, NOTHING)]


def unequal_pages(source: Mapping[int, Range], copy: Mapping[int, Range]) -> list[int]:
    """Pages in which the source of now and the copy differ."""
    return suspicious(source, copy)


@dataclass(frozen=True)
class Ruling:
    """What a differing chunk means. `lost`: ctids that the source holds and the copy does not. `odd`: rows of the copy that
    cannot all be what the source held; `kind` names them. `unverified`: rows nobody can vouch for any more."""

    lost: tuple[str, ...] = ()
    odd: tuple[str, ...] = ()
    kind: str = ""
    unverified: int = 0


def rule(anchored: Range, copied: Range, source_rows: Mapping[str, int], copy_rows: Mapping[str, int]) -> Ruling:
    """Judge a chunk whose sums at the anchor and in the copy differ.

    `source_rows` and `copy_rows` are {ctid: hash} of the pages in which the source of now and the copy differ.

    * A row that the source holds now was there at the anchor, so it must be in the copy: else it is lost.
    * C > N: the copy holds rows that were gone at the anchor; they are among those that only the copy has.
    * C = N with another sum: one of the rows that only the copy has is not what the source held.
    * C < N: rows were removed between the anchor and the copy's moment, or are lost and have since been removed on the
      source too. Nobody can tell, so they count as unverified and lower the coverage.
    """
    lost = tuple(ctid for ctid, value in source_rows.items() if copy_rows.get(ctid) != value)
    only_copy = tuple(ctid for ctid, value in copy_rows.items() if source_rows.get(ctid) != value)
    if lost:
        return Ruling(lost=lost)
    if copied.count > anchored.count:
        return Ruling(odd=only_copy, kind="extra")
    if copied.count == anchored.count:
        return Ruling(odd=only_copy, kind="changed")
    return Ruling(unverified=len(only_copy) + anchored.count - copied.count)


def coverage(tables: list[TableProof]) -> float:
    """Share of the copy's rows whose content was proved, 0 to 1; 0 when there is nothing."""
    rows = sum(each.copy.count + each.new for each in tables)
    proved = sum(max(each.copy.count - each.unverified, 0) for each in tables if each.status == EQUAL)
    return proved / rows if rows else 0.0


def compare_definitions(source: Mapping[str, str], copy: Mapping[str, str]) -> list[Difference]:
    """Objects whose definitions differ, as "kind identity"; both mappings are {"kind identity": digest}."""
    found = [Difference(name, "missing") for name in sorted(source.keys() - copy.keys())]
    found += [Difference(name, "extra") for name in sorted(copy.keys() - source.keys())]
    found += [Difference(name, "changed") for name in sorted(source.keys() & copy.keys()) if source[name] != copy[name]]
    return found


@dataclass(frozen=True)
class Proof:
    """The outcome of a comparison. verdict: succeeded, failed or inconclusive; reason: a code; message: one sentence."""

    verdict: str
    reason: str
    message: str


def conclude(tables: list[TableProof], schema: list[Difference], *, minimum_coverage: float) -> Proof:
    """The verdict over all tables and the schema. Nothing compared, nothing read and too little proved are no success."""
    if not tables:
        return Proof("failed", "no_tables", "The source had no tables at the anchor, so there is nothing to prove.")
    for status, reason in ((DIFFERENT, "content_differs"), (MISSING, "table_missing")):
        worst = [each for each in tables if each.status == status]
        if worst:
            return Proof("failed", reason, _sentence(worst))
    if schema:
        first = schema[0]
        return Proof(
            "failed",
            "schema_differs",
            f"{len(schema)} definition(s) differ between source and copy, the first: {first.key} is {first.kind}.",
        )
    unknown = [each for each in tables if each.status != EQUAL]
    if unknown:
        return Proof("inconclusive", "table_unknown", _sentence(unknown))
    share = coverage(tables)
    if share < minimum_coverage:
        return Proof(
            "inconclusive",
            "coverage_low",
            f"Only {share:.2%} of the rows could be proved, {minimum_coverage:.2%} are required; the rest changed on the "
            "source around the anchor. Drill at a quieter time or lower the requirement.",
        )
    rows = sum(each.copy.count for each in tables)
    return Proof(
        "succeeded", "content_equal", f"{rows} rows of {len(tables)} tables are equal ({share:.2%} of all rows proved)."
    )


def _sentence(tables: list[TableProof]) -> str:
    parts = []
    for each in tables:
        rows = ", ".join(f"{row.key} is {row.kind}" for row in each.differences[:3])
        more = f" and {len(each.differences) - 3} more" if len(each.differences) > 3 else ""
        detail = f"row {rows}{more}" if rows else (each.message or each.status)
        parts.append(f"{each.schema}.{each.table}: {detail}")
    return "; ".join(parts) + "."

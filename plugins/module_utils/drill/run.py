# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes the manifest of a live source, and proves a physical copy of it against that manifest."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.drill import content
from ansible_collections.creator.platform.plugins.module_utils.drill.content import Difference, Range, TableProof
from ansible_collections.creator.platform.plugins.module_utils.postgres import catalog, checksum, heartbeat
from ansible_collections.creator.platform.plugins.module_utils.postgres.checksum import Window
from ansible_collections.creator.platform.plugins.module_utils.postgres.connection import (
    PostgresError,
    Target,
    connect,
    server,
)
from ansible_collections.creator.platform.plugins.module_utils.postgres.reader import Reader, reader

MANIFEST_VERSION = 1
ALGORITHM = "hash_record_extended, count and sum by ranges of pages"


def take_manifest(source: Target, *, workers: int) -> dict[str, Any]:
    """Write a heartbeat to `source` and record what it holds, at one moment, while it goes on working.

    Returns a document for a JSON file: server, anchor (heartbeat, its time, the snapshot's xmin, the earliest moment in
    whole seconds to restore to), tables with their sums by chunk, digests of all definitions, what is left out. It holds no
    row content. A table that cannot be read is recorded with its error and can never be proved equal.
    Raises PostgresError when the source cannot be reached or holds a transaction so old that nothing could be anchored.
    """
    with connect(source) as writer:
        heartbeat.ensure(writer)
        with reader(source, workers) as snapshot:
            number, written = heartbeat.beat(writer)
            if snapshot.xmax - snapshot.xmin > content.WINDOW // 2:
                raise PostgresError(
                    f"{source.name}: a transaction there is {snapshot.xmax - snapshot.xmin} transactions old, so almost no "
                    "row counts as settled. End it (pg_stat_activity, backend_xmin) and drill again."
                )
            window = Window(snapshot.xmin, content.WINDOW)
            found = catalog.tables(snapshot.first)
            sums = _sums(snapshot, [(table, content.chunks(table.pages)) for table in found], window)
            return {
                "version": MANIFEST_VERSION,
                "algorithm": ALGORITHM,
                "server": server(snapshot.first),
                "anchor": {
                    "heartbeat": number,
                    "written": _iso(written),
                    "xmin": snapshot.xmin,
                    "restore_time": _iso(ceiling(written)),
                },
                "tables": [
                    {
                        "schema": table.schema,
                        "table": table.name,
                        "filenode": table.filenode,
                        "chunks": None
                        if isinstance(result, str)
                        else [[start, each.count, str(each.total)] for start, each in result.items()],
                        "error": result if isinstance(result, str) else None,
                    }
                    for table, result in zip(found, sums, strict=True)
                ],
                "definitions": catalog.definitions(snapshot.first),
                "left_out": catalog.left_out(snapshot.first),
            }


def ceiling(moment: datetime) -> datetime:
    """The next whole second: RDS restores to whole seconds, and the heartbeat's commit must lie before.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBInstanceToPointInTime.html, RestoreTime
    """
    seconds = math.floor(moment.timestamp()) + 1
    return datetime.fromtimestamp(seconds, tz=UTC)


@dataclass
class Comparison:
    """What `prove` found: the verdict, each table, the schema, heartbeats for the RPO, what was left out."""

    proof: content.Proof
    tables: list[TableProof] = field(default_factory=list)
    schema: list[Difference] = field(default_factory=list)
    left_out: list[dict[str, str]] = field(default_factory=list)
    last_heartbeat: datetime | None = None
    next_heartbeat: datetime | None = None

    def document(self) -> dict[str, Any]:
        """A JSON value; times are ISO 8601."""
        return {
            "verdict": self.proof.verdict,
            "reason": self.proof.reason,
            "message": self.proof.message,
            "coverage": round(content.coverage(self.tables), 6),
            "tables": [each.document() for each in self.tables],
            "schema_differences": [{"key": each.key, "kind": each.kind} for each in self.schema],
            "left_out": self.left_out,
            "last_heartbeat": _iso(self.last_heartbeat) if self.last_heartbeat else None,
            "next_heartbeat": _iso(self.next_heartbeat) if self.next_heartbeat else None,
        }


def prove(
    manifest: Mapping[str, Any],
    source: Target,
    copy: Target,
    *,
    horizon: int,
    workers: int,
    limit: int,
    minimum_coverage: float,
) -> Comparison:
    """Compare `copy` with what `manifest` says the source held; differences are traced to rows with the help of `source`.

    `horizon` is the copy's next transaction id when it was first reached after the restore: rows inserted from then on are
    no part of the restore and are reported. `limit` bounds the differences named per table.
    Raises PostgresError when a side cannot be reached; a table that cannot be read becomes unknown.
    """
    if manifest.get("version") != MANIFEST_VERSION or manifest.get("algorithm") != ALGORITHM:
        raise PostgresError("The manifest was made by another version of this collection; take a new one.")
    with reader(copy, workers) as copied, reader(source, 1) as live:
        last = heartbeat.last(copied.first) if heartbeat.exists(copied.first) else None
        refusal = _lineage(manifest["server"], server(copied.first)) or _anchored(manifest["anchor"], last, copied.xmax)
        if refusal is not None:
            return Comparison(proof=refusal, last_heartbeat=last[1] if last else None)
        schema = content.compare_definitions(manifest["definitions"], catalog.definitions(copied.first))
        tables = _Prover(manifest, copied, live, horizon, limit).run()
        following = heartbeat.after(live.first, last[0]) if last else None
        return Comparison(
            proof=content.conclude(tables, schema, minimum_coverage=minimum_coverage),
            tables=tables,
            schema=schema,
            left_out=list(manifest["left_out"]),
            last_heartbeat=last[1] if last else None,
            next_heartbeat=following[1] if following else None,
        )


def _lineage(recorded: Mapping[str, Any], found: Mapping[str, Any]) -> content.Proof | None:
    for what in ("system_identifier", "encoding", "database"):
        if recorded[what] != found[what]:
            return content.Proof(
                "failed",
                "not_a_copy",
                f"The copy's {what} is {found[what]}, the source's is {recorded[what]}: it is no physical copy of this source.",
            )
    if recorded["version"] // 10000 != found["version"] // 10000:
        return content.Proof(
            "inconclusive",
            "other_version",
            f"The copy runs PostgreSQL {found['version'] // 10000}, the source {recorded['version'] // 10000}: "
            "hashes may differ.",
        )
    return None


def _anchored(
    anchor: Mapping[str, Any], last: tuple[int, datetime] | None, next_transaction: int
) -> content.Proof | None:
    """Why the copy cannot be compared at the anchor: it ends before it, or is too far behind or ahead to tell rows apart."""
    if last is None or last[0] < anchor["heartbeat"]:
        return content.Proof(
            "failed",
            "anchor_missing",
            f"The copy ends before the anchor: heartbeat {anchor['heartbeat']} of {anchor['written']} is not in it, "
            f"its last is {last[0] if last else 'none'}.",
        )
    if not 0 <= next_transaction - anchor["xmin"] < content.WINDOW:
        return content.Proof(
            "inconclusive",
            "anchor_too_old",
            f"The copy's next transaction id {next_transaction} is too far from the anchor's {anchor['xmin']}; "
            "take a new manifest.",
        )
    return None


class _Prover:
    """Goes through the tables of a manifest; holds what every step needs."""

    def __init__(self, manifest: Mapping[str, Any], copied: Reader, live: Reader, horizon: int, limit: int) -> None:
        self.manifest = manifest
        self.copied = copied
        self.live = live
        self.limit = limit
        start = manifest["anchor"]["xmin"]
        self.window = Window(start, content.WINDOW)
        self.live_window = Window(start, max(content.WINDOW, min(live.xmax - start, 1 << 31)))
        self.after_restore = Window(horizon, max(copied.xmax - horizon, 0))
        self.live_tables = {table.label: table for table in catalog.tables(live.first)}

    def run(self) -> list[TableProof]:
        """Prove every table of the manifest, and report those that only the copy has."""
        found = {table.label: table for table in catalog.tables(self.copied.first)}
        known = [entry for entry in self.manifest["tables"] if f"{entry['schema']}.{entry['table']}" in found]
        plan = [
            (found[f"{entry['schema']}.{entry['table']}"], content.between([row[0] for row in entry["chunks"] or ()]))
            for entry in known
        ]
        sums = dict(zip((table.label for table, _ranges in plan), _sums(self.copied, plan, self.window), strict=True))
        proofs = []
        for entry in self.manifest["tables"]:
            table = found.pop(f"{entry['schema']}.{entry['table']}", None)
            if table is None:
                proof = TableProof(entry["schema"], entry["table"], content.MISSING, "the table is not in the copy")
            else:
                try:
                    proof = self._table(entry, table, sums[table.label])
                except PostgresError as error:
                    proof = TableProof(table.schema, table.name, content.UNKNOWN, str(error))
            proofs.append(proof)
        proofs += [
            TableProof(table.schema, table.name, content.UNKNOWN, "the source did not have this table at the anchor")
            for table in found.values()
        ]
        return proofs

    def _table(
        self, entry: Mapping[str, Any], table: catalog.Table, sums: dict[int, checksum.Sums] | str
    ) -> TableProof:
        proof = TableProof(table.schema, table.name, content.UNKNOWN)
        if entry["error"] or isinstance(sums, str):
            proof.message = entry["error"] or str(sums)
            return proof
        anchored = {start: Range(count, int(total)) for start, count, total in entry["chunks"]}
        copied = {start: Range(each.count, each.total) for start, each in sums.items()}
        proof.source, proof.copy = content.add(anchored), content.add(copied)
        proof.new = sum(each.new for each in sums.values())
        proof.status = content.EQUAL
        if proof.new and self.after_restore.width:
            self._name_later_rows(table, proof)
        if proof.source != proof.copy:
            self._trace(entry, table, anchored, copied, proof)
        return proof

    def _trace(
        self,
        entry: Mapping[str, Any],
        table: catalog.Table,
        anchored: dict[int, Range],
        copied: dict[int, Range],
        proof: TableProof,
    ) -> None:
        """Find the rows behind a difference, or say why they cannot be found."""
        live = self.live_tables.get(table.label)
        if live is None or live.filenode != entry["filenode"] or table.filenode != entry["filenode"]:
            if proof.status == content.EQUAL:
                proof.status = content.UNKNOWN
                proof.message = (
                    "contents differ, and the table was removed or rewritten since the anchor, so no row can be named"
                )
            return
        ends = dict(content.between(sorted(anchored)))
        for start in content.suspicious(anchored, copied):
            end = ends[start]
            source_pages = self._pages(self.live, live, self.live_window, start, end)
            copy_pages = self._pages(self.copied, table, self.window, start, end)
            pages = content.unequal_pages(source_pages, copy_pages)
            source_rows = checksum.old_rows(self.live.first, live, self.live_window, pages)
            copy_rows = checksum.old_rows(self.copied.first, table, self.window, pages)
            ruling = content.rule(
                anchored.get(start, content.NOTHING), copied.get(start, content.NOTHING), source_rows, copy_rows
            )
            proof.unverified += ruling.unverified
            self._name_lost(live, table, ruling.lost, proof)
            self._name(table, self.copied, ruling.odd, ruling.kind, proof)
            if ruling.lost or ruling.kind:
                proof.status = content.DIFFERENT
                proof.message = proof.message or "rows differ from what the source held at the anchor"

    @staticmethod
    def _pages(side: Reader, table: catalog.Table, window: Window, start: int, end: int | None) -> dict[int, Range]:
        found = checksum.page_sums(side.first, table, window, start, end)
        return {page: Range(each.count, each.total) for page, each in found.items()}

    def _name_later_rows(self, table: catalog.Table, proof: TableProof) -> None:
        """Rows that were written to the copy after it was first reached: changed when the source has the key, else extra."""
        ctids = checksum.inserted_in(self.copied.first, table, self.after_restore, self.limit + 1)
        if not ctids:
            return
        proof.status = content.DIFFERENT
        proof.message = "the copy was written to after the restore"
        keys = checksum.keys(self.copied.first, table, ctids)
        live = self.live_tables.get(table.label)
        for ctid in ctids:
            key = keys.get(ctid)
            known = bool(key) and live is not None and checksum.has_key(self.live.first, live, key or ())
            self._append(proof, Difference(checksum.key_text(table, ctid, key), "changed" if known else "extra"))

    def _name_lost(self, live: catalog.Table, table: catalog.Table, ctids: tuple[str, ...], proof: TableProof) -> None:
        """Rows that the source holds and the copy does not hold alike: changed when the copy has the key, else missing."""
        wanted = ctids[: self.limit + 1]
        keys = checksum.keys(self.live.first, live, wanted)
        for ctid in wanted:
            key = keys.get(ctid)
            known = bool(key) and checksum.has_key(self.copied.first, table, key or ())
            self._append(proof, Difference(checksum.key_text(live, ctid, key), "changed" if known else "missing"))

    def _name(self, table: catalog.Table, side: Reader, ctids: tuple[str, ...], kind: str, proof: TableProof) -> None:
        wanted = ctids[: self.limit + 1]
        keys = checksum.keys(side.first, table, wanted)
        for ctid in wanted:
            self._append(proof, Difference(checksum.key_text(table, ctid, keys.get(ctid)), kind))

    def _append(self, proof: TableProof, difference: Difference) -> None:
        if any(each.key == difference.key for each in proof.differences):
            return
        if len(proof.differences) < self.limit:
            proof.differences.append(difference)
        else:
            proof.more = True


def _sums(
    side: Reader, plan: Sequence[tuple[catalog.Table, Sequence[tuple[int, int | None]]]], window: Window
) -> list[dict[int, checksum.Sums] | str]:
    """For each table of the plan its sums by first page of the range, or the error that kept it from being read."""

    def job(table: catalog.Table, first: int, last: int | None) -> Any:
        def run(connection: Any) -> checksum.Sums | str:
            try:
                with connection.transaction():  # a savepoint: one unreadable table must not end the snapshot
                    return checksum.range_sums(connection, table, window, first, last)
            except PostgresError as error:
                return str(error)

        return run

    steps = [(index, *pages) for index, (_table, ranges) in enumerate(plan) for pages in ranges]
    results = side.map(job(plan[index][0], first, last) for index, first, last in steps)
    found: list[dict[int, checksum.Sums] | str] = [{} for _entry in plan]
    for (index, first, _last), result in zip(steps, results, strict=True):
        collected = found[index]
        if isinstance(result, str):
            found[index] = result
        elif not isinstance(collected, str):
            collected[first] = result
    return found


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

"""Instances of engines that have no server here: each phase lasts as long as for the others, and has nothing behind it.

Their snapshots are empty folders, their automated backups a window of time; a restore keeps the settings and no content.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from localcloud.rds import backups, jobs
from localcloud.rds.records import AutomatedBackup, record_of, settings_of
from localcloud.rds.service import Rds, Run

#: RDS uploads logs every five minutes: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIT.html
_BEHIND = 300


def install(rds: Rds) -> None:
    """Register the jobs."""
    rds.paper_jobs |= {
        "create": _coming("creating", jobs.CREATING),
        "restore": _coming("creating", jobs.RESTORING),
        "replica": _coming("creating", jobs.REPLICATING),
        "promote": _promote,
        "modify": _modify,
        "reboot": _phase("rebooting", jobs.REBOOTING),
        "start": _phase("starting", jobs.STARTING),
        "stop": _stop,
        "snapshot": _snapshot,
        "delete": _delete,
    }


def window(rds: Rds, backup: AutomatedBackup) -> tuple[datetime, datetime] | None:
    """First and last restorable moment of a backup without an archive, None before its first."""
    if backup.since is None:
        return None
    latest = datetime.now(UTC) - timedelta(seconds=rds.cloud.seconds(_BEHIND))
    return backup.since, max(backup.since, latest)


def _running(run: Run, running: bool = True) -> None:
    with run.changing():
        record_of(run.db).running = running
        record_of(run.db).port = int(run.db.port or 0)


def _coming(status: str, seconds: int) -> Callable[[Run], None]:
    def job(run: Run) -> None:
        with run.phase(status, seconds):
            _running(run)
        _back_up(run)
        run.done()

    return job


def _phase(status: str, seconds: int) -> Callable[[Run], None]:
    def job(run: Run) -> None:
        with run.phase(status, seconds):
            _running(run)
        run.done()

    return job


def _promote(run: Run) -> None:
    with run.phase("modifying", jobs.MODIFYING), run.changing():
        jobs.detach(run.rds.instance(record_of(run.db).source_resource_id), run.db)
    _back_up(run)
    run.done()


def _modify(run: Run) -> None:
    arguments: dict[str, Any] = run.job.arguments
    if arguments.get("password"):
        with run.phase("resetting-master-credentials", jobs.RESETTING), run.changing():
            record_of(run.db).pending.pop("MasterUserPassword", None)
    if arguments.get("modifying"):
        with run.phase("modifying", jobs.MODIFYING):
            _running(run)
    if arguments.get("start_backups"):
        _back_up(run)
    run.done()


def _stop(run: Run) -> None:
    with run.phase("stopping", jobs.STOPPING):
        _running(run, running=False)
    run.done("stopped")


def _back_up(run: Run) -> None:
    rds, db = run.rds, run.db
    backup = rds.backup(db)
    if backup is None or record_of(db).source_resource_id is not None:
        return
    with run.phase("backing-up", jobs.BACKING_UP), run.changing():
        now = datetime.now(UTC)
        name = f"{backup.archive}/bases/{now:%Y%m%dT%H%M%S%f}"
        rds.site.home.folder(*name.split("/"))
        backup.status, backup.since = "active", backup.since or now.replace(microsecond=0)
        backup.settings = settings_of(db)
        backups.add_automated_snapshot(db, backup, name, now)


def _snapshot(run: Run) -> None:
    taken = run.db.backend.database_snapshots.get(run.job.arguments["snapshot"])
    with run.phase("backing-up", jobs.BACKING_UP):
        if taken is not None:
            run.rds.site.home.folder(*record_of(taken).data.split("/"))
    with run.changing():
        if taken is not None:
            taken.status = "available"
    run.done("available" if record_of(run.db).running else "stopped")


def _delete(run: Run) -> None:
    final = run.db.backend.database_snapshots.get(run.job.arguments.get("snapshot") or "")
    with run.phase("deleting", jobs.DELETING):
        if final is not None and final.status == "creating":
            run.rds.site.home.folder(*record_of(final).data.split("/"))
            with run.changing():
                final.status = "available"
    jobs.forget(run)

"""What goes on without a request: the archive of every instance moves on, servers that died come back, copies follow.

Also what happens when the cloud starts again: interrupted jobs are resumed, folders that belong to nothing are removed.
"""

from __future__ import annotations

import logging
import shutil
import threading
from functools import partial
from pathlib import Path
from typing import Any

from moto.rds.models import DBInstance

from localcloud.postgres.binaries import PostgresError
from localcloud.rds import backups, snapshots
from localcloud.rds.archive import Archive
from localcloud.rds.records import AutomatedBackup, backups_of, is_ours, record_of
from localcloud.rds.service import Rds

log = logging.getLogger("localcloud")
#: RDS uploads WAL every five minutes: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIT.html
UPLOAD_EVERY = 300
_SHORTEST_ROUND = 0.5
#: Rounds between two looks at how much WAL a restore would replay.
_REBASE_EVERY = 10


def install(rds: Rds) -> None:
    """Register with the cloud's life."""
    rds.cloud.resource_listers.append(lambda: rows(rds))
    rds.cloud.on_restored.append(lambda: restored(rds))
    rds.cloud.on_stopping.append(rds.stopping.set)


def rows(rds: Rds) -> list[dict[str, Any]]:
    """Rows of `localcloud status`."""
    found = []
    with rds.cloud.lock:
        if rds.opened:
            binaries = rds.site.binaries
            state = f"{binaries.origin}, {'with' if binaries.tls else 'without'} TLS"
            found.append({"kind": "postgresql", "name": binaries.version, "region": "local", "state": state})
        for backend in rds.backends():
            region = backend.region_name
            for db in backend.databases.values():
                state = db.status if rds.served(db) else f"{db.status}, {db.engine} without a server"
                found.append(
                    {"kind": "rds instance", "name": db.db_instance_identifier, "region": region, "state": state}
                )
            for taken in backend.database_snapshots.values():
                name = taken.db_snapshot_identifier
                found.append({"kind": "rds snapshot", "name": name, "region": region, "state": taken.status})
            for backup in backups_of(backend).values():
                name = backup.settings["db_instance_identifier"]
                found.append({"kind": "rds automated backup", "name": name, "region": region, "state": backup.status})
    return found


def restored(rds: Rds) -> None:
    """After persisted state was loaded, or at the first start: clean up, start servers, resume jobs, keep the rounds."""
    with rds.cloud.lock:
        if rds.instances() or any(backups_of(backend) for backend in rds.backends()):
            remove_strays(rds)
        for db in rds.instances():
            record = record_of(db)
            if record.job is not None:
                rds.resume(db)
            elif record.running:
                db.status = "starting"
                rds.launch(db, "start")
        for backend in rds.backends():
            for taken in backend.database_snapshots.values():
                if is_ours(taken) and record_of(taken).copy_of and taken.status == "creating":
                    rds.cloud.later(0, partial(snapshots.finish_copy, rds, taken), "rds copy")
    threading.Thread(target=lambda: keep(rds), name="rds keeper", daemon=True).start()


def remove_strays(rds: Rds) -> None:
    """Stop servers and remove folders of instances, archives, snapshots and pins that emulated state does not know."""
    clusters = {record_of(db).cluster for db in rds.instances()}
    archives, snapshots = set(), set()
    for backend in rds.backends():
        archives |= {Path(backup.archive).name for backup in backups_of(backend).values()}
        snapshots |= {Path(record_of(s).data).name for s in backend.database_snapshots.values() if is_ours(s)}
    kept = {"instances": clusters, "pins": clusters, "archives": archives, "snapshots": snapshots}
    for name in rds.site.processes.names():
        if name.startswith("postgres-") and name.removeprefix("postgres-") not in clusters:
            rds.site.processes.stop(name)
    for kind, names in kept.items():
        folder = rds.site.home.path / kind
        for path in folder.iterdir() if folder.is_dir() else ():
            if path.name not in names:
                log.info("rds: removing %s, which belongs to nothing", path)
                shutil.rmtree(path)


def keep(rds: Rds) -> None:
    """Round after round until the cloud stops."""
    pause = max(_SHORTEST_ROUND, rds.cloud.seconds(UPLOAD_EVERY))
    rounds = 0
    while not rds.stopping.wait(pause):
        rounds += 1
        for db in _snapshot_of_instances(rds):
            try:
                attend(rds, db)
                if rounds % _REBASE_EVERY == 0:
                    backups.rebase(rds, db)
            except PostgresError as error:
                log.warning("rds %s: %s", db.db_instance_identifier, error)
        follow_all(rds)


def _snapshot_of_instances(rds: Rds) -> list[DBInstance]:
    with rds.cloud.lock:
        return [db for db in rds.instances() if rds.served(db)]


def attend(rds: Rds, db: DBInstance) -> None:
    """Bring one instance's archive up to now, or its server back when something killed it."""
    record = record_of(db)
    with rds.cloud.lock:
        died = record.job is None and record.running and not rds.cluster(db).alive
        if died:
            log.warning("rds %s: its server ended by itself and is started again", db.db_instance_identifier)
            db.status = "starting"
            rds.launch(db, "start")
    if not died and db.status not in {"creating", "deleting", "stopped"}:
        backups.advance(rds, db)


def follow_all(rds: Rds) -> None:
    """Have every copy of an automated backup take over what is new at its source."""
    with rds.cloud.lock:
        copies = [b for backend in rds.backends() for b in backups_of(backend).values() if b.source_archive is not None]
    for copy in copies:
        follow(rds, copy)


def follow(rds: Rds, copy: AutomatedBackup) -> None:
    """One copy; it replicates once it holds a base backup."""
    if copy.source_archive is None:
        return
    rds.archive(copy).follow(Archive(rds.site, copy.source_archive))
    if copy.status == "pending" and rds.archive(copy).window() is not None:
        with rds.cloud.lock:
            copy.status = "replicating"
            rds.touched()

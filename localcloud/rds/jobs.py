"""What stands behind each phase of an instance: the real work on its cluster, in a thread of its own.

Phases: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html#Overview.DBInstance.Status
Each job can be run again from its beginning, because a stopped cloud resumes it so.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from moto.rds.models import DBInstance, DBSnapshot

from localcloud.postgres.binaries import PostgresError
from localcloud.postgres.cluster import effective_settings
from localcloud.postgres.config import NOT_LESS_THAN_SOURCE, Recovery
from localcloud.rds import backups, master_password, parameters, roles
from localcloud.rds.archive import Pin, check_replayed, read_pin
from localcloud.rds.records import SnapshotRecord, is_ours, record_of, settings_of
from localcloud.rds.service import Rds, Run

log = logging.getLogger("localcloud")
#: AWS seconds that each phase lasts at least; figures of small instances, from research of public acceptance tests.
CREATING, BACKING_UP, RESTORING, REPLICATING = 240, 60, 300, 300
MODIFYING, REBOOTING, STOPPING, STARTING, DELETING, RESETTING = 60, 30, 60, 60, 60, 20


#: Jobs that make their server themselves; before any other, a server that ran is started if a kill took it away.
_MAKERS = frozenset({"create", "restore", "replica", "start", "reboot"})


def install(rds: Rds) -> None:
    """Register the jobs."""
    jobs = (create, restore, replica, promote, modify, reboot, stop, start, snapshot, delete)
    rds.jobs |= {job.__name__: job if job.__name__ in _MAKERS else _with_server(job) for job in jobs}


def _with_server(job: Callable[[Run], None]) -> Callable[[Run], None]:
    def run_with_server(run: Run) -> None:
        if record_of(run.db).running and not run.rds.cluster(run.db).alive:
            start_server(run)
        job(run)

    return run_with_server


# -- coming into being ------------------------------------------------------------------------------------------------


def master(db: DBInstance) -> str:
    """The master user; a request without one is refused."""
    return str(db.master_username)


def create(run: Run) -> None:
    """creating → backing-up → available."""
    rds, db = run.rds, run.db
    with run.phase("creating", CREATING):
        cluster = rds.cluster(db)
        clear_archive(run)
        cluster.initialise()
        start_server(run)
        roles.provision(cluster, record_of(db).port, master(db), run.job.arguments["password"], db.db_name)
    back_up(run)
    run.done()


def restore(run: Run) -> None:
    """creating → backing-up → available, from what the request pinned; the master password is the source's."""
    rds, db = run.rds, run.db
    pin_folder = rds.pin_folder(record_of(db).resource_id)
    with run.phase("creating", RESTORING):
        cluster = rds.cluster(db)
        pin = read_pin(pin_folder)
        clear_archive(run)
        recover(run, pin)
        configure(run)
        cluster.reload()
        if run.job.arguments.get("password"):
            roles.set_password(cluster, record_of(db).port, master(db), run.job.arguments["password"])
    back_up(run)
    run.done()
    shutil.rmtree(pin_folder, ignore_errors=True)


def clear_archive(run: Run) -> None:
    """Forget what an interrupted attempt archived: that was another cluster, whose WAL has the same names."""
    backup = run.rds.backup(run.db)
    if backup is None:
        return
    run.rds.cluster(run.db).remove()
    with run.changing():
        backups.drop_automated_snapshots(run.db.backend, backup)
        backup.status = "creating"
    run.rds.archive(backup).remove()
    run.rds.archive(backup).prepare()


def recover(run: Run, pin: Pin) -> None:
    """Bring the copy up: to its moment, or to the end of the WAL that is pinned, and not a commit less."""
    cluster = run.rds.cluster(run.db)
    cluster.copy_from(pin.base)
    recovery = pin.recovery
    if recovery is not None and recovery.until is not None:
        try:
            start_server(run, recovery=recovery)
            return
        except PostgresError as error:
            # Nothing was committed after the moment that was asked for: then all of the pinned WAL is before it.
            if "before configured recovery target was reached" not in str(error):
                raise
            cluster.copy_from(pin.base)
            recovery = Recovery(recovery.archive)
    start_server(run, recovery=recovery)
    if recovery is not None:
        check_replayed(cluster.data, pin.end)


def replica(run: Run) -> None:
    """creating → available: a streaming standby of its source."""
    rds, db = run.rds, run.db
    record = record_of(db)
    with run.phase("creating", REPLICATING):
        source = rds.instance(record.source_resource_id)
        if source is None or not rds.cluster(source).alive:
            raise PostgresError(f"the source {record.source_arn} does not run")
        cluster = rds.cluster(db)
        cluster.remove()
        rds.site.home.folder("instances", cluster.name)
        rds.cluster(source).base_backup(record_of(source).port, cluster.data)
        least = effective_settings(rds.cluster(source), record_of(source).port, NOT_LESS_THAN_SOURCE)
        with run.changing():
            record.minimums = least
        start_server(run)
    run.done()


def promote(run: Run) -> None:
    """modifying → rebooting → backing-up → available: the standby becomes an instance of its own."""
    rds, db = run.rds, run.db
    record = record_of(db)
    with run.phase("modifying", MODIFYING):
        with rds.cluster(db).connect(record.port, dbname="postgres") as connection:
            row = connection.execute("SELECT NOT pg_is_in_recovery() OR pg_promote(true, 60)").fetchone()
        if row is None or not row[0]:
            raise PostgresError(f"{db.db_instance_identifier} did not end recovery")
        with run.changing():
            source = rds.instance(record.source_resource_id)
            detach(source, db)
            record.minimums = {}
    with run.phase("rebooting", REBOOTING):
        restart(run)
    back_up(run)
    run.done()


# -- changes ----------------------------------------------------------------------------------------------------------


def modify(run: Run) -> None:
    """modifying (with resetting-master-credentials, rebooting, backing-up as needed) → available."""
    arguments = run.job.arguments
    rds, db = run.rds, run.db
    if arguments.get("password"):
        with run.phase("resetting-master-credentials", RESETTING):
            roles.set_password(rds.cluster(db), record_of(db).port, master(db), arguments["password"])
            with run.changing():
                record_of(db).pending.pop("MasterUserPassword", None)
                master_password.keep_password(rds, db, arguments["password"])
    if arguments.get("modifying"):
        with run.phase("modifying", MODIFYING):
            if arguments.get("restart"):
                restart(run)
            else:
                configure(run, values=record_of(db).applied)
                rds.cluster(db).reload()
    if arguments.get("start_backups"):
        back_up(run)
    run.done()


def reboot(run: Run) -> None:
    """rebooting → available, with the parameter group as it is now."""
    with run.phase("rebooting", REBOOTING):
        restart(run)
    run.done()


def stop(run: Run) -> None:
    """stopping → stopped."""
    with run.phase("stopping", STOPPING):
        run.rds.cluster(run.db).stop()
        with run.changing():
            record_of(run.db).running = False
    run.done("stopped")


def start(run: Run) -> None:
    """starting → available."""
    with run.phase("starting", STARTING):
        start_server(run)
    run.done()


def snapshot(run: Run) -> None:
    """backing-up → available; the snapshot goes from creating to available, or to failed with the instance unharmed."""
    taken = run.db.backend.database_snapshots.get(run.job.arguments["snapshot"])
    status = "available"
    with run.phase("backing-up", BACKING_UP):
        if taken is not None:
            try:
                fill_snapshot(run, taken)
            except PostgresError as error:
                run.check()
                log.warning("snapshot %s: %s", taken.db_snapshot_identifier, error)
                status = "failed"
    with run.changing():
        if taken is not None:
            taken.status = status
    run.done("available" if record_of(run.db).running else "stopped")


def delete(run: Run) -> None:
    """deleting → gone, after the final snapshot if there is to be one."""
    rds, db, arguments = run.rds, run.db, run.job.arguments
    record = record_of(db)
    backend = db.backend
    final = backend.database_snapshots.get(arguments.get("snapshot") or "")
    with run.phase("deleting", DELETING):
        if final is not None and final.status == "creating":
            fill_snapshot(run, final)
            with run.changing():
                final.status = "available"
        rds.cluster(db).remove()
        shutil.rmtree(rds.pin_folder(record.resource_id), ignore_errors=True)
    forget(run)


def forget(run: Run) -> None:
    """The instance is gone: what of it stays, and what becomes of those that depend on it."""
    rds, db, arguments = run.rds, run.db, run.job.arguments
    record, backend = record_of(db), db.backend
    with run.changing():
        backup = rds.backup(db)
        if backup is not None:
            backups.close_backup(rds, backend, backup, keep=arguments["keep_backups"] and backup.status == "active")
        detach(rds.instance(record.source_resource_id), db)
        for taken in backend.database_snapshots.values():
            unfinished = is_ours(taken) and record_of(taken).copy_of is None and taken.status == "creating"
            if unfinished and record_of(taken).settings["resource_id"] == record.resource_id:
                taken.status = "failed"
        for child in rds.instances():
            if record_of(child).source_resource_id == record.resource_id and child.status == "available":
                rds.launch(child, "promote")
        del backend.databases[db.db_instance_identifier]
        record.job = None


# -- parts ------------------------------------------------------------------------------------------------------------


def configure(run: Run, values: dict[str, str] | None = None, **how: Any) -> dict[str, str]:
    """Write the cluster's configuration; the parameter values it has now."""
    rds, db = run.rds, run.db
    values = rds.group_values(db) if values is None else values
    rds.cluster(db).configure(rds.config(db, values, standby=rds.standby(db), **how))
    return values


def start_server(run: Run, **how: Any) -> None:
    """Configure and start the cluster on its port, or on another if somebody else has taken that one."""
    rds, db = run.rds, run.db
    record = record_of(db)
    port = rds.site.free_port(record.port)
    with run.changing():
        record.port = port
    values = configure(run, **how)
    rds.cluster(db).start(port)
    with run.changing():
        record.running = True
        record.applied = values
        record.applied_group = db.db_parameter_groups()[0].name


def restart(run: Run) -> None:
    """Stop and start the cluster with its parameter group as it is now."""
    run.rds.cluster(run.db).stop()
    start_server(run)


def back_up(run: Run) -> None:
    """backing-up, when the instance makes automated backups: a base backup, and the automated snapshot that shows it."""
    rds, db = run.rds, run.db
    backup = rds.backup(db)
    if backup is None or record_of(db).source_resource_id is not None:
        return
    with run.phase("backing-up", BACKING_UP):
        now = datetime.now(UTC)
        archive = rds.archive(backup)
        archive.prepare()
        name = now.strftime("%Y%m%dT%H%M%S%f")
        archive.add_base(rds.cluster(db), record_of(db).port, name)
        with run.changing():
            backup.status = "active"
            backup.settings = settings_of(db)
            backups.add_automated_snapshot(db, backup, f"{backup.archive}/bases/{name}", now)


def fill_snapshot(run: Run, taken: DBSnapshot) -> None:
    """Make the consistent copy behind a snapshot."""
    rds, db = run.rds, run.db
    record: SnapshotRecord = record_of(taken)
    target = rds.site.home.path / record.data
    rds.site.home.folder(*target.parent.relative_to(rds.site.home.path).parts)
    cluster = rds.cluster(db)
    if record_of(db).running:
        cluster.base_backup(record_of(db).port, target)
    else:
        shutil.rmtree(target, ignore_errors=True)
        rds.site.copy(cluster.data, target)


def detach(source: DBInstance | None, replica_db: DBInstance) -> None:
    """Forget that one is the replica of the other."""
    record = record_of(replica_db)
    if source is not None:
        for name in (replica_db.db_instance_identifier, replica_db.arn):
            if name in source.replicas:
                source.replicas.remove(name)
    record.source_resource_id = None
    record.source_arn = None
    replica_db.is_replica = False
    replica_db.source_db_instance_identifier = None


def apply_dynamic(rds: Rds, db: DBInstance) -> None:
    """Hand changed dynamic parameters to a running server; static ones wait for its next start."""
    record = record_of(db)
    with rds.guard(record.resource_id):
        if not record.running or record.applied_group != db.db_parameter_groups()[0].name:
            return
        known = parameters.engine_parameters(rds.site.binaries)
        wanted = rds.group_values(db)
        values = {name: value for name, value in wanted.items() if name in known and not known[name].static}
        values |= {name: value for name, value in record.applied.items() if name in known and known[name].static}
        cluster = rds.cluster(db)
        cluster.configure(rds.config(db, values, standby=rds.standby(db)))
        cluster.reload()
        with rds.cloud.lock:
            record.applied = values
            rds.touched()

"""The running RDS of a local cloud: its site of clusters, its jobs one at a time per instance, and what it finds again."""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
from moto.rds.models import DBInstance, RDSBackend, rds_backends

from localcloud.certificates import issue
from localcloud.cloud import Cloud
from localcloud.postgres.binaries import PostgresError, find_binaries
from localcloud.postgres.cluster import ADDRESS, Cluster, Site
from localcloud.postgres.config import ServerConfig, Standby
from localcloud.postgres.home import open_home, readable_binaries
from localcloud.rds import engines, parameters
from localcloud.rds.archive import Archive
from localcloud.rds.records import AutomatedBackup, InstanceRecord, Job, backups_of, is_ours, record_of

log = logging.getLogger("localcloud")
SERVICE = "rds"
#: A failed attempt is repeated once: a server that was killed from outside while it came up says nothing of the instance.
_ATTEMPTS = 2


class SupersededError(Exception):
    """The job is not the instance's current one any more, or the cloud stops: it ends where it is."""


class Rds:
    """What requests and jobs share. Everything that changes emulated state is called with `cloud.lock` held."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.stopping = threading.Event()
        self.jobs: dict[str, Callable[[Run], None]] = {}
        #: Of instances whose engine has no server.
        self.paper_jobs: dict[str, Callable[[Run], None]] = {}
        self._guards: dict[str, threading.Lock] = defaultdict(threading.Lock)

    @cached_property
    def site(self) -> Site:
        """Where clusters run. Raises PostgresError when there is no PostgreSQL on this machine."""
        state = self.cloud.state

        def certificate(name: str) -> tuple[Path, Path]:
            return issue(state, name, ["localhost"], [ADDRESS])

        home = open_home(state)
        found = readable_binaries(home, find_binaries())
        if not found.tls:
            log.warning(
                "PostgreSQL %s in %s is built without TLS: instances take plain connections",
                found.version,
                found.folder,
            )
        return Site(home, found, self.cloud.processes, certificate)

    @property
    def opened(self) -> bool:
        """Whether anything asked for the site yet."""
        return "site" in self.__dict__

    # -- finding ------------------------------------------------------------------------------------------------------

    def backends(self) -> list[RDSBackend]:
        """The backends of all regions that were used."""
        return list(rds_backends[self.cloud.account_id].values())

    def backend(self, region: str) -> RDSBackend:
        """The backend of a region."""
        return rds_backends[self.cloud.account_id][region]

    def instances(self) -> list[DBInstance]:
        """All instances with a real cluster, in all regions."""
        return [db for backend in self.backends() for db in backend.databases.values() if is_ours(db)]

    @staticmethod
    def served(db: DBInstance) -> bool:
        """Whether a server runs, or is to run, behind the instance."""
        return bool(db.engine == engines.POSTGRES.name)

    def instance(self, resource_id: str | None) -> DBInstance | None:
        """The instance with that resource id in any region."""
        return next((db for db in self.instances() if record_of(db).resource_id == resource_id), None)

    def backup(self, db: DBInstance) -> AutomatedBackup | None:
        """The automated backup that an instance writes now, None when it makes none."""
        own = (b for b in backups_of(db.backend).values() if b.source_arn is None and b.status != "retained")
        return next((b for b in own if b.resource_id == record_of(db).resource_id), None)

    def archive(self, backup: AutomatedBackup) -> Archive:
        """The archive behind an automated backup."""
        return Archive(self.site, backup.archive)

    def cluster(self, db: DBInstance) -> Cluster:
        """The cluster behind an instance."""
        return Cluster(self.site, record_of(db).cluster)

    def pin_folder(self, resource_id: str) -> Path:
        """Where what a restore starts from is held."""
        return self.site.home.path / "pins" / resource_id.lower()

    # -- configuration ------------------------------------------------------------------------------------------------

    def group_values(self, db: DBInstance) -> dict[str, str]:
        """Effective values of the instance's parameter group, by name."""
        known = parameters.engine_parameters(self.site.binaries)
        values = parameters.defaults(self.site.binaries)
        for name, entry in db.db_parameter_groups()[0].parameters.items():
            if name in known and entry.get("ParameterValue") is not None:
                values[name] = parameters.canonical(known[name], str(entry["ParameterValue"]))
        return values

    def config(self, db: DBInstance, values: dict[str, str], **how: Any) -> ServerConfig:
        """The configuration of the instance's cluster with these parameter values."""
        record: InstanceRecord = record_of(db)
        cluster = self.cluster(db)
        backup = self.backup(db)
        for name, least in record.minimums.items():
            values = {**values, name: str(max(least, int(values.get(name, "0") or "0")))}
        return ServerConfig(
            data=cluster.data,
            folder=cluster.folder,
            port=record.port or 0,
            tls=self.site.binaries.tls,
            parameters=values,
            wal_archive=self.archive(backup).wal if backup is not None else None,
            **how,
        )

    def standby(self, db: DBInstance) -> Standby | None:
        """How a replica follows its source, None for an instance that is none or whose source is gone."""
        source = self.instance(record_of(db).source_resource_id)
        if source is None:
            return None
        backup = self.backup(source)
        archive = self.archive(backup).wal if backup is not None else None
        return Standby(record_of(source).port or 0, self.site.home.password, record_of(db).cluster, archive)

    # -- jobs ---------------------------------------------------------------------------------------------------------

    def launch(self, db: DBInstance, kind: str, **arguments: Any) -> None:
        """Make `kind` the job of the instance and start it behind the request."""
        record_of(db).job = Job(kind, arguments)
        self.resume(db)

    def resume(self, db: DBInstance) -> None:
        """Start the job that the instance has."""
        record: InstanceRecord = record_of(db)
        if record.job is not None:
            run = Run(self, db, record.job)
            self.cloud.later(0, run.execute, f"rds {record.job.kind} {db.db_instance_identifier}")

    def guard(self, resource_id: str) -> threading.Lock:
        """Held by whoever works on the cluster of an instance."""
        with self.cloud.lock:
            return self._guards[resource_id]

    def touched(self) -> None:
        """Have the emulated state written to disk."""
        self.cloud.touched(SERVICE)


@dataclass
class Run:
    """One execution of a job of an instance."""

    rds: Rds
    db: DBInstance
    job: Job

    def execute(self) -> None:
        """Do the job; a failure becomes the instance's status, as on RDS."""
        with self.rds.guard(record_of(self.db).resource_id):
            try:
                self._attempt()
            except SupersededError:
                return

    def _attempt(self) -> None:
        for attempt in range(_ATTEMPTS):
            try:
                self.check()
                jobs = self.rds.jobs if self.rds.served(self.db) else self.rds.paper_jobs
                jobs[self.job.kind](self)
                return
            except (PostgresError, psycopg.Error) as error:
                self.check()
                log.warning("rds %s of %s: %s", self.job.kind, self.db.db_instance_identifier, error)
                if attempt == _ATTEMPTS - 1:
                    self.fail(str(error))

    def check(self) -> None:
        """Raises SupersededError when the job is to end where it is."""
        if self.rds.stopping.is_set() or record_of(self.db).job is not self.job:
            raise SupersededError(self.job.kind)

    def fail(self, reason: str) -> None:
        """The job cannot be done: the instance says so by its status."""
        statuses = dict.fromkeys(("create", "replica", "promote", "delete"), "failed")
        statuses["restore"] = "incompatible-restore"
        with self.changing():
            record: InstanceRecord = record_of(self.db)
            record.reason = reason
            record.job = None
            self.db.status = statuses.get(self.job.kind, "incompatible-parameters")

    def done(self, status: str = "available") -> None:
        """The job is done."""
        with self.changing():
            record_of(self.db).job = None
            record_of(self.db).reason = ""
            self.db.status = status

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Change emulated state: under the cloud's lock, if the job still is the current one, and kept on disk."""
        with self.rds.cloud.lock:
            self.check()
            yield
            self.rds.touched()

    @contextmanager
    def phase(self, status: str, aws_seconds: float) -> Iterator[None]:
        """The instance has `status` while the body works, for the scaled time at least."""
        with self.changing():
            self.db.status = status
        until = time.monotonic() + self.rds.cloud.seconds(aws_seconds)
        yield
        self.rds.stopping.wait(max(0.0, until - time.monotonic()))
        self.check()

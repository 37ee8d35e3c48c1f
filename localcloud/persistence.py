"""Keeps emulated state on disk: what was acknowledged is there after kill -9.

One file per service, `<state>/aws/<service>.pickle`, replaced atomically before the answer to a changing request is sent.
"""

from __future__ import annotations

import importlib
import io
import logging
import pickle
import sys
import threading
import time
from collections.abc import Iterable
from typing import Any

import moto
from moto.backends import get_backend
from moto.core.base_backend import BackendDict, BaseBackend

from localcloud import pickles, stock
from localcloud.cloud import Cloud
from localcloud.places import atomic

log = logging.getLogger("localcloud")
_FORMAT = 1
#: Seconds that background changes are gathered for before they are written.
_GATHER = 0.05
#: moto's package of a boto3 service, where the names differ.
_PACKAGES = {"lambda": "awslambda"}
_PLAIN = frozenset({str, int, float, bool, bytes, type(None), dict, list, tuple, set})


class PersistenceError(Exception):
    """Kept state cannot be read; the message says what to do."""


class Store:
    """Saves and loads the backends of moto. All methods but `start` and `stop` are called with `cloud.lock` held, or take it."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._folder = cloud.state / "aws"
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._objects = pickles.Objects(self._folder / "objects")
        self._in_request = threading.local()
        self._pending: set[str] = set()
        self._retry: set[str] = set()
        self._wake = threading.Condition()
        self._ending = False
        self._writer: threading.Thread | None = None
        #: Service -> why it could not be kept; shown by `status`.
        self.failures: dict[str, str] = {}
        #: Number of saves, seconds and bytes that they took.
        self.saves, self.seconds, self.bytes = 0, 0.0, 0

    def save(self, service: str) -> None:
        """Write the state of a service (boto3 name) if moto has it; a failure is logged and shown by `status`."""
        backends = backends_in_use(service)
        if backends is None:
            return
        began = time.perf_counter()
        with self._cloud.lock:
            try:
                content = self._dump(backends)
            except (pickle.PicklingError, TypeError, AttributeError, RecursionError) as error:
                if service not in self.failures:
                    log.exception("the state of %s cannot be kept", service)
                self.failures[service] = str(error)
                return
            self.failures.pop(service, None)
            atomic(self._folder / f"{service}.pickle", content)
            for hook in self._cloud.on_saved:
                hook(service)
        self.saves += 1
        self.seconds += time.perf_counter() - began
        self.bytes += len(content)

    def save_all(self, services: Iterable[str]) -> None:
        """Save several; those that nothing was ever asked of are left out."""
        for service in services:
            self.save(service)

    def load(self) -> list[str]:
        """Load every kept service; their names. Raises PersistenceError."""
        used: set[str] = set()
        names = sorted(path.stem for path in self._folder.glob("*.pickle") if not path.name.startswith("."))
        for name in names:
            path = self._folder / f"{name}.pickle"
            unpickler = pickles.Unpickler(io.BytesIO(path.read_bytes()), _resolve, self._objects)
            try:
                content = unpickler.load()
                if (content["format"], content["moto"]) != (_FORMAT, moto.__version__):
                    raise PersistenceError(
                        f"{path} was written with moto {content['moto']}, this is {moto.__version__}: run `reset` to start anew"
                    )
                _put_back(name, content["backends"])
            except (
                pickle.UnpicklingError,
                AttributeError,
                ImportError,
                KeyError,
                EOFError,
                TypeError,
                FileNotFoundError,
            ) as error:
                raise PersistenceError(f"{path} cannot be read ({error!r}): run `reset` to start anew") from error
            used |= unpickler.used
        if removed := self._objects.sweep(used):
            log.info("removed %d contents that no S3 object has", removed)
        return names

    def begin_request(self) -> None:
        """Gather what this thread touches, until `end_request`."""
        self._in_request.touched = set()

    def end_request(self) -> set[str]:
        """What was touched since `begin_request`, to be saved before the answer is sent."""
        touched: set[str] = self._in_request.touched
        self._in_request.touched = None
        return touched

    def touched(self, service: str) -> None:
        """`Cloud.touched`: in a request it is saved before its answer, else soon, with others."""
        gathered = getattr(self._in_request, "touched", None)
        if gathered is not None:
            gathered.add(service)
            return
        with self._wake:
            self._pending.add(service)
            self._wake.notify()

    def start(self) -> None:
        """Start the thread that writes background changes."""
        self._writer = threading.Thread(target=self._write, name="persistence", daemon=True)
        self._writer.start()

    def stop(self) -> None:
        """Write what is pending and end the thread."""
        with self._wake:
            self._ending = True
            self._wake.notify()
        if self._writer is not None:
            self._writer.join(10)

    def _write(self) -> None:
        while True:
            with self._wake:
                while not self._pending and not self._ending:
                    self._wake.wait()
                ending = self._ending
            if not ending:
                time.sleep(_GATHER)
            with self._wake:
                pending, self._pending, self._retry = self._pending | self._retry, set(), set()
            try:
                self.save_all(sorted(pending))
            except OSError:
                log.exception(
                    "the state of %s cannot be written; tried again with the next change", ", ".join(sorted(pending))
                )
                with self._wake:
                    self._retry |= pending
            if ending:
                return

    def _dump(self, backends: BackendDict[Any]) -> bytes:
        states = {
            (account, region): stock.without(backend)
            for account, regions in list(backends.items())
            for region, backend in list(dict.items(regions))
        }
        file = io.BytesIO()
        pickler = pickles.Pickler(file, _reference, self._objects)
        pickler.dump({"format": _FORMAT, "moto": moto.__version__, "backends": states})
        return file.getvalue()


def backends_in_use(service: str) -> BackendDict[Any] | None:
    """moto's backends of a boto3 service, or None when nothing was ever asked of it; does not import what is not in use."""
    package = _PACKAGES.get(service, service.replace("-", ""))
    if f"moto.{package}.models" not in sys.modules:
        return None
    try:
        found = get_backend(service)  # type: ignore[call-overload]
    except (ImportError, AttributeError):
        return None
    return found if isinstance(found, BackendDict) and found else None


def _reference(obj: Any) -> Any:
    kind = type(obj)
    if kind in _PLAIN:
        return None
    if kind is pickles.Content:
        return ("content", obj.name)
    if isinstance(obj, BaseBackend):
        return ("backend", kind.__module__, kind.__qualname__, obj.account_id, obj.region_name)
    found = stock.reference(obj)
    return None if found is None else ("stock", found)


def _resolve(reference: Any) -> Any:
    if reference[0] == "stock":
        kind, account, region = reference[1][:3]
        module = "moto.ec2.models" if kind == "EC2Backend" else "moto.iam.models"
        _live(module, kind, account, region)  # makes its stock
        return stock.resolve(reference[1])
    return _live(*reference[1:])


def _live(module: str, kind: str, account: str, region: str) -> Any:
    for value in vars(importlib.import_module(module)).values():
        if isinstance(value, BackendDict) and value.backend.__qualname__ == kind:
            return value[account][region]
    raise pickle.UnpicklingError(f"moto has no backend {module}.{kind}")


def _put_back(service: str, states: dict[tuple[str, str], dict[str, Any]]) -> None:
    backends = get_backend(service)  # type: ignore[call-overload]
    for (account, region), state in states.items():
        backend = backends[account][region]
        restored = stock.put_back(backend, state)
        pickles.restore_factories(restored, backend.__dict__)
        backend.__dict__ = restored
        if service == "s3":
            for name in restored["buckets"]:
                backends.bucket_accounts[name] = (region, account)

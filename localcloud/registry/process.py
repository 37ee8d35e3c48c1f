"""The registry's process: its settings, its start on demand, and the room that deleted images give back.

https://distribution.github.io/distribution/about/configuration/
https://distribution.github.io/distribution/about/garbage-collection/
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import secrets
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from localcloud.places import MARKER, atomic
from localcloud.processes import Processes
from localcloud.registry.storage import SOCKET, Storage

log = logging.getLogger("localcloud.registry")
NAME = "registry"
START_PATIENCE = 20.0
_COLLECT_PATIENCE = 300.0
#: It is told to send no traces: it would look for a collector on loopback.
_ENVIRONMENT = {"PATH": os.defpath, "OTEL_TRACES_EXPORTER": "none"}


class RegistryError(Exception):
    """The registry does not start; the message says where to look."""


class Registry:
    """One per local cloud. folder: where it keeps everything; storage: how it is asked.

    awaited: whether a layer is there whose image may still come, which collecting garbage would take.
    """

    def __init__(self, state: Path, processes: Processes, binary: Path, awaited: Callable[[], bool]) -> None:
        self._state = state
        self.folder = state / "registry"
        self.storage = Storage(self.folder)
        self._processes, self._binary, self._awaited = processes, binary, awaited
        self._lock = threading.Lock()
        self._config = self.folder / "config.json"
        self._garbage = self.folder / "garbage"
        self._ended = False

    def start(self) -> None:
        """Have it run; at once where it does. Not with the cloud's lock held. Raises RegistryError.

        Before, what deleted images left behind is freed, which cannot be done while it runs.
        """
        with self._lock:
            if self._ended:
                raise RegistryError("the local cloud is stopping")
            if self._processes.alive(NAME):
                return
            self.folder.mkdir(mode=0o700, exist_ok=True)
            atomic(self._config, json.dumps(self._settings(), indent=2).encode())
            if self._garbage.exists() and not self._awaited():
                self._collect()
            self._processes.spawn(
                NAME, [str(self._binary), "serve", str(self._config)], env=_ENVIRONMENT, cwd=self.folder
            )
            deadline = time.monotonic() + START_PATIENCE
            while not self.storage.answers():
                if not self._processes.alive(NAME) or time.monotonic() > deadline:
                    self._processes.stop(NAME)
                    raise RegistryError(f"the registry does not start: see {self._processes.logs / NAME}.log")
                time.sleep(0.01)

    def end(self) -> None:
        """The cloud stops: no new start."""
        with self._lock:
            self._ended = True

    def note_garbage(self) -> None:
        """Something was deleted: its bytes can go before the next start."""
        self._garbage.touch()

    def key(self) -> bytes:
        """The key that signs credentials, made once per state folder."""
        path = self.folder / "key"
        if not path.exists():
            self.folder.mkdir(mode=0o700, exist_ok=True)
            atomic(path, secrets.token_hex(32).encode())
        return path.read_bytes()

    def _session_secret(self) -> str:
        """Stays the same, so that an upload goes on after a restart."""
        return hmac.new(self.key(), b"upload sessions", hashlib.sha256).hexdigest()

    def _settings(self) -> dict[str, Any]:
        return {
            "version": "0.1",
            "log": {"level": "warn", "accesslog": {"disabled": True}},
            "storage": {
                "filesystem": {"rootdirectory": str(self.folder / "data")},
                "delete": {"enabled": True},
                "maintenance": {
                    "uploadpurging": {"enabled": True, "age": "24h", "interval": "24h", "dryrun": False},
                },
            },
            "http": {"net": "unix", "addr": SOCKET, "secret": self._session_secret(), "relativeurls": True},
            "health": {"storagedriver": {"enabled": False}},
        }

    def _collect(self) -> None:
        began = time.monotonic()
        command = [str(self._binary), "garbage-collect", "--quiet", str(self._config)]
        try:
            subprocess.run(
                command, env={**_ENVIRONMENT, MARKER: str(self._state)}, capture_output=True, text=True, check=True,
                timeout=_COLLECT_PATIENCE,
            )  # fmt: skip
        except (subprocess.SubprocessError, OSError) as error:
            log.error("what deleted images left behind stays: %s %s", error, getattr(error, "stderr", ""))
            return
        self._garbage.unlink()
        log.info("freed what deleted images left behind in %.1f s", time.monotonic() - began)

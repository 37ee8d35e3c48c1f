"""`POST /_localcloud/reset`: everything that is emulated is forgotten, and the real processes behind it end.

Keys, port, certificates and logs stay, so whoever was pointed at the cloud need not be pointed again. The process replaces
itself by a new one instead of clearing what it holds: no service can forget to forget something. Requests that come
meanwhile wait in the queue of the listening socket, which the new process is handed.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
from pathlib import Path
from typing import IO

from localcloud import control
from localcloud.postgres.home import remove_external

#: What a state folder keeps: `state.json` says where the cloud is, and users verify servers with `ca.pem`.
_KEPT = frozenset({"state.json", "lock", "lifecycle.lock", "logs", "ca.pem", "ca-key.pem"})
_PATIENCE = 60.0


class Anew:
    """The wish to begin anew. asked: whether somebody has it."""

    def __init__(self, ending: threading.Event) -> None:
        self._ending = ending
        self._forgotten = threading.Event()
        self._caller: threading.Thread | None = None
        self._guard = threading.Lock()

        @control.route("POST", "/_localcloud/reset")
        def reset(request: control.ControlRequest) -> dict[str, str]:
            """Forget all that is emulated. The answer comes when that is done; the next request is to an empty cloud."""
            with self._guard:
                if ending.is_set():
                    raise control.ControlError("the cloud is stopping or resetting already", 409)
                self._caller = threading.current_thread()
                ending.set()
            if not self._forgotten.wait(_PATIENCE):
                raise control.ControlError("the cloud did not stop in time: see its log", 500)
            return {"status": "reset"}

    @property
    def asked(self) -> bool:
        """Whether the cloud is to go on as an empty one."""
        return self._caller is not None

    def go_on(self, state: Path, listener: int, lock: IO[str], arguments: list[str]) -> None:
        """Empty the state folder, answer who asked, and become a new daemon. Does not return.

        listener: file descriptor of the listening socket. arguments: of the daemon's command line, without the handed ones.
        """
        forget(state)
        self._forgotten.set()
        if self._caller is not None:
            self._caller.join(5)
        for descriptor in (listener, lock.fileno()):
            os.set_inheritable(descriptor, True)
        handed = ["--listener", str(listener), "--lock", str(lock.fileno())]
        sys.stderr.flush()
        os.execv(sys.executable, [sys.executable, "-m", "localcloud.daemon", *arguments, *handed])  # noqa: S606 - itself


def forget(state: Path) -> None:
    """Remove what is emulated from a state folder whose cloud does not write to it any more."""
    remove_external(state)
    for entry in state.iterdir():
        if entry.name in _KEPT:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()

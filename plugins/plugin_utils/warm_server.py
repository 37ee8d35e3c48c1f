# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The preloaded process behind the connection creator.platform.warm: it forks for each module call.

Standard library only; no part of Ansible's controller is loaded here. One server belongs to one controller and ends with it.
It has one thread, because it forks. A child becomes the module: it takes on the caller's files, folder and variables,
and runs the payload as `python` run by `local` would.
"""

from __future__ import annotations

import atexit
import builtins
import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import sys
import tempfile
import threading
import time
import traceback
import types
from collections.abc import Callable

from ansible_collections.creator.platform.plugins.module_utils.sweep.owner import CONTROLLER
from ansible_collections.creator.platform.plugins.plugin_utils.warm_loading import ROOTS, Loaded, PayloadFinder
from ansible_collections.creator.platform.plugins.plugin_utils.warm_request import (
    MADE_UP,
    Payload,
    UnknownCall,
    differing,
    open_payload,
    startup_difference,
)
from ansible_collections.creator.platform.plugins.plugin_utils.warm_wire import (
    CallerGoneError,
    Request,
    receive,
    same_user,
    say,
    started_at,
)

BACKLOG = 64
# Bytes of a lesson at most, below the kernel's own limit of a datagram (net.core.wmem_default).
LESSON = 131072


def main(arguments: list[str]) -> None:
    """Serve: <folder of the socket> <socket's name> <pid of the controller> <its start> <file descriptor to say ready on>
    <JSON: sys.path of an ordinary start, collections to preload>. Returns in the server when the controller ended.
    """
    folder, name, pid, began, ready, more = arguments
    options = json.loads(more)
    controller = os.pidfd_open(int(pid))
    if started_at(int(pid)) != began:
        sys.exit("the controller ended before its server began")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    # Through the descriptor, because the path of a socket may have 107 bytes only (man 7 unix).
    address = f"/proc/self/fd/{place}/{name}"
    with contextlib.suppress(FileNotFoundError):  # of one that was killed; its callers hold a lock meanwhile
        os.unlink(address)
    listener.bind(address)
    loaded = Loaded(options["path"], options["collections"])
    loaded.preload()
    listener.listen(BACKLOG)
    gc.freeze()  # what is loaded stays in pages that the children share
    os.write(int(ready), b"ready")
    os.close(int(ready))
    child = Server(listener, controller, loaded, int(pid)).serve()
    if child is not None:
        child()
    with contextlib.suppress(FileNotFoundError):
        os.unlink(address)


class Server:
    """Accepts, forks, and tells each caller how its child ended."""

    def __init__(self, listener: socket.socket, controller: int, loaded: Loaded, pid: int) -> None:
        self.listener = listener
        self.controller = controller
        self.pid = pid
        self.loaded = loaded
        self.environment = dict(os.environ)
        self.selector = selectors.DefaultSelector()
        self.callers: dict[int, tuple[int, socket.socket]] = {}
        # What a child needed and the server had not loaded. A datagram: written whole or not at all.
        self.learned, self.teach = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)

    def serve(self) -> Callable[[], None] | None:
        """None once the controller ended; in a child what it has to do."""
        for source in (self.listener, self.controller, self.learned):
            self.selector.register(source, selectors.EVENT_READ)
        while True:
            ready = [key for key, _events in self.selector.select()]
            # Before anything else: a worker may outlive its controller and ask at the same moment.
            if any(key.fileobj == self.controller for key in ready):
                return None
            for key in ready:
                if key.fileobj is self.listener:
                    child = self.accept()
                    if child is not None:
                        return child
                elif key.fileobj is self.learned:
                    self.loaded.learn(**json.loads(self.learned.recv(LESSON)))
                    gc.freeze()
                else:
                    self.reap(key.fd)

    def accept(self) -> Callable[[], None] | None:
        """Fork for a caller; in the child what it has to do."""
        caller, _address = self.listener.accept()
        if not same_user(caller):
            caller.close()
            return None
        pid = os.fork()
        if pid == 0:
            self.leave_behind()
            return lambda: become_module(caller, self.loaded, self.environment, self.teach, self.pid)
        watch = os.pidfd_open(pid)
        self.callers[watch] = (pid, caller)
        self.selector.register(watch, selectors.EVENT_READ)
        return None

    def leave_behind(self) -> None:
        """Close in a child what is the server's."""
        self.selector.close()
        self.listener.close()
        self.learned.close()
        os.close(self.controller)
        for watch, (_pid, caller) in self.callers.items():
            os.close(watch)
            caller.close()

    def reap(self, watch: int) -> None:
        """A child ended."""
        self.selector.unregister(watch)
        os.close(watch)
        pid, caller = self.callers.pop(watch)
        _pid, status = os.waitpid(pid, 0)
        with caller, contextlib.suppress(OSError):  # the caller may have gone, as at a task's timeout
            say(caller, {"status": os.waitstatus_to_exitcode(status)})


def become_module(
    caller: socket.socket, loaded: Loaded, environment: dict[str, str], teach: socket.socket, controller: int
) -> None:
    """In a child: read the request, and run its module in this process; or refuse, before anything of it ran."""
    try:
        request = receive(caller)
    except CallerGoneError:
        os._exit(0)
    try:
        difference = startup_difference(request.environment, environment)
        if difference:
            raise UnknownCall(f"a new process is needed for {', '.join(difference)}")
        loaded.require_current()
        payload = open_payload(request.payload)
        os.chdir(request.folder)
        say(caller, {"ready": True})
        if caller.recv(1) != b"!":
            os._exit(0)
    except (UnknownCall, OSError) as error:
        with contextlib.suppress(OSError):
            say(caller, {"refused": str(error)})
        os._exit(0)
    caller.close()
    adopt(request, controller)
    modules = settle_modules(payload, loaded)
    status = run(payload)
    status = end_threads(status)
    lesson = json.dumps({"modules": modules, "models": loaded.models.lacking}).encode()
    if (modules or loaded.models.lacking) and len(lesson) <= LESSON:
        with contextlib.suppress(OSError):  # the server is busy: the next call says it again
            teach.send(lesson, socket.MSG_DONTWAIT)
    # What a new process would do now, tidying up its memory, is two thirds of a short call.
    os._exit(status)


def adopt(request: Request, controller: int) -> None:
    """Take on the caller's output files, umask and variables. No ancestor of this process is the controller, so it is named."""
    for number, descriptor in enumerate(request.files, start=1):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.umask(request.umask)
    os.environ.clear()
    os.environ.update(request.environment)
    os.environ[CONTROLLER] = str(controller)
    time.tzset()
    tempfile.tempdir = None  # worked out again from TMPDIR
    signal.signal(signal.SIGINT, signal.default_int_handler)


def settle_modules(payload: Payload, loaded: Loaded) -> list[str]:
    """Keep of what is loaded what the payload brings unchanged, forget the rest. Returns names that were not loaded.

    When one module differs, all are forgotten: what was kept could have taken values from it.
    """
    brought = payload.modules()
    stale = bool(differing(brought, loaded.digests))
    sys.path[:] = loaded.path
    for name in [name for name in sys.modules if name.partition(".")[0] in ROOTS]:
        module = sys.modules[name]
        # Modules without a file, as six.moves, belong to one that made them.
        made = name.startswith("ansible.") and not getattr(module, "__file__", None)
        if stale or (name not in brought and not made):
            del sys.modules[name]
            parent, _dot, last = name.rpartition(".")
            if parent in sys.modules:  # `from parent import last` looks there first
                vars(sys.modules[parent]).pop(last, None)
        elif name.startswith("ansible_collections") and hasattr(module, "__path__"):
            module.__path__ = []  # of collections there is what the payload brings, and nothing else
    for name in MADE_UP:
        if name in sys.modules:
            exec(compile(brought[name], name, "exec"), vars(sys.modules[name]))  # noqa: S102 - a payload is code
    loaded.finders(PayloadFinder(), fresh=stale)
    return [] if stale else sorted(name for name in brought if name not in sys.modules and name != payload.module)


def run(payload: Payload) -> int:
    """Execute the payload as __main__, as `python` does with its standard input. Returns the exit code."""
    sys.argv[:] = [""]
    main_module = types.ModuleType("__main__")
    vars(main_module)["__builtins__"] = builtins
    sys.modules["__main__"] = main_module
    try:
        exec(compile(payload.tree, "<stdin>", "exec"), vars(main_module))  # noqa: S102 - a payload is code
    except SystemExit as ended:
        if ended.code is None or isinstance(ended.code, int):
            return (ended.code or 0) & 0xFF
        print(ended.code, file=sys.stderr)
        return 1
    except BaseException as error:
        below = error.__traceback__.tb_next if error.__traceback__ else None
        traceback.print_exception(type(error), error, below)
        return 130 if isinstance(error, KeyboardInterrupt) else 1
    return 0


def end_threads(status: int) -> int:
    """What Python does at its end, in its order: wait for threads, call what was registered, flush. Returns the exit code."""
    threading._shutdown()  # type: ignore[attr-defined] # has no public name; multiprocessing ends its children by it too
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        return 120  # as Python: Py_FinalizeEx
    return status

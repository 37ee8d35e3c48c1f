"""The server of the warm connection: what its children are, and when it ends. Payloads are made here, without Ansible."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.creator.platform.plugins.plugin_utils import warm_server
from ansible_collections.creator.platform.plugins.plugin_utils.warm_client import (
    LostServerError,
    Place,
    call,
    connect,
)
from ansible_collections.creator.platform.plugins.plugin_utils.warm_loading import Loaded
from ansible_collections.creator.platform.plugins.plugin_utils.warm_request import UnknownCall
from ansible_collections.creator.platform.plugins.plugin_utils.warm_wire import CallerGoneError, receive, started_at

ROOT = str(Path(warm_server.__file__).parents[5])
WRAPPER = """
import datetime
def _ansiballz_main(zip_data, module_fqn, **others):
    import base64, os, runpy, sys, tempfile
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "payload.zip")
        with open(path, "wb") as file:
            file.write(base64.b64decode(zip_data))
        sys.path.insert(0, path)
        runpy.run_module(module_fqn, run_name="__main__", alter_sys=True)
if __name__ == "__main__":
    _ansiballz_main(
ansible_module='x', module_fqn='ansible.modules.x', profile='legacy', date_time=datetime.datetime(2026, 1, 1),
rlimit_nofile=0, params='{}', extensions={}, zip_data='ZIP',
)
"""


def payload(code: str, **files: str) -> bytes:
    """A module with this code, and more files of ansible/module_utils."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for package in ("ansible", "ansible/modules", "ansible/module_utils"):
            archive.writestr(f"{package}/__init__.py", "MADE_UP = True\n")
        archive.writestr("ansible/modules/x.py", textwrap.dedent(code))
        for name, text in files.items():
            archive.writestr(f"ansible/module_utils/{name}.py", text)
    return WRAPPER.replace("ZIP", base64.b64encode(packed.getvalue()).decode()).encode()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A server for a controller that sleeps."""
    folder = tmp_path_factory.mktemp("warm")
    folder.chmod(0o700)
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as controller:
        yield Place(str(folder), controller.pid, (ROOT,))
        controller.kill()
    wait_until_gone(folder)


def wait_until_gone(folder: Path) -> None:
    """The server takes its socket away when it ends."""
    deadline = time.monotonic() + 20
    while (folder / "warm.socket").exists():
        assert time.monotonic() < deadline, "the server outlives its controller"
        time.sleep(0.02)


def run(place: Place, data: bytes, **environment: str) -> tuple[int, bytes, bytes]:
    """One call."""
    with connect(place) as connection:
        return call(connection, data, {**os.environ, **environment}, place.folder)


def test_a_module_is_as_in_a_process_of_its_own(place: Place) -> None:
    code = """
        import json, os, sys, ansible
        print(json.dumps([os.environ["WHO"], os.getcwd(), len(sys.argv), __name__, ansible.MADE_UP, sys.stdin.read()]))
        sys.stderr.write("told\\n")
        sys.exit(3)
    """
    status, out, error = run(place, payload(code), WHO="wörld ☃")
    assert json.loads(out) == ["wörld ☃", place.folder, 1, "__main__", True, ""]
    assert (status, error) == (3, b"told\n")


def test_calls_do_not_see_each_other(place: Place) -> None:
    code = """
        import os, ansible.module_utils as utils
        print(getattr(utils, "mark", "clean"), os.environ.get("MARK", "clean"))
        utils.mark = os.environ["MARK"] = "seen"
    """
    assert [run(place, payload(code))[1] for _run in range(2)] == [b"clean clean\n"] * 2


def test_the_code_of_the_payload_wins(place: Place) -> None:
    code = "from ansible.module_utils import basic, errors; print(basic.WHOSE, errors.WHOSE)"
    data = payload(code, basic="WHOSE = 'mine'", errors="WHOSE = 'also mine'")
    assert run(place, data)[1] == b"mine also mine\n"


def test_collections_that_the_payload_does_not_bring_are_not_there(place: Place) -> None:
    code = """
        try:
            import ansible_collections.creator.platform
        except ImportError as error:
            print(type(error).__name__)
    """
    assert run(place, payload(code))[1] == b"ModuleNotFoundError\n"


def test_large_output_comes_whole(place: Place) -> None:
    code = """
        import sys
        for _ in range(200):
            sys.stdout.write("o" * 10000); sys.stderr.write("e" * 10000)
    """
    status, out, error = run(place, payload(code))
    assert (status, len(out), len(error)) == (0, 2_000_000, 2_000_000)


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("import os; os.kill(os.getpid(), 9)", 137, b"Killed\n"),
        ("import os; os.abort()", 134, b"Aborted\n"),
        ("import os; os._exit(7)", 7, b""),
        ("import sys; sys.exit('a sentence')", 1, b"a sentence\n"),
        ("import atexit; atexit.register(print, 'late', file=__import__('sys').stderr)", 0, b"late\n"),
    ],
)
def test_every_end_is_told_as_a_shell_tells_it(place: Place, code: str, status: int, error: bytes) -> None:
    assert run(place, payload(code)) == (status, b"", error)


def test_an_exception_is_told_without_the_servers_part(place: Place) -> None:
    status, out, error = run(place, payload("raise ValueError('broken')"))
    assert (status, out) == (1, b"")
    assert error.startswith(b'Traceback (most recent call last):\n  File "<stdin>"')
    assert error.endswith(b"ValueError: broken\n")
    assert b"warm_server" not in error


def test_threads_are_waited_for(place: Place) -> None:
    code = """
        import threading, time
        def later():
            time.sleep(0.05)
            print("done")
        threading.Thread(target=later).start()
    """
    assert run(place, payload(code)) == (0, b"done\n", b"")


@pytest.mark.parametrize("name", ["PYTHONPATH", "LC_ALL", "LD_PRELOAD"])
def test_a_new_process_is_asked_for_where_it_is_needed(place: Place, name: str) -> None:
    with pytest.raises(UnknownCall, match=f"new process is needed for {name}"):
        run(place, payload("print(1)"), **{name: "/nowhere"})


def test_what_is_no_payload_is_refused(place: Place) -> None:
    with pytest.raises(UnknownCall, match="no AnsiballZ payload"):
        run(place, b"print('hello')")


def test_a_caller_that_goes_away_harms_nothing(place: Place) -> None:
    connect(place).close()
    connection = connect(place)
    connection.sendall(b"half")
    connection.close()
    assert run(place, payload("print(1)"))[1] == b"1\n"


def test_calls_run_side_by_side(place: Place) -> None:
    code = "import time; time.sleep(0.5)"
    connections = [connect(place) for _connection in range(4)]
    began = time.monotonic()
    callers = [
        threading.Thread(target=call, args=(one, payload(code), dict(os.environ), place.folder)) for one in connections
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert time.monotonic() - began < 2.0
    for one in connections:
        one.close()


def test_a_lost_server_is_an_error_and_the_next_call_has_a_new_one(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as controller:
        place = Place(str(tmp_path), controller.pid, (ROOT,))
        code = "import os, signal; os.kill(os.getppid(), signal.SIGKILL)"
        with pytest.raises(LostServerError):
            run(place, payload(code))
        assert run(place, payload("print(1)"))[1] == b"1\n"
        os.kill(controller.pid, signal.SIGKILL)
        controller.wait()
    wait_until_gone(tmp_path)


def test_no_server_without_its_controller(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    with pytest.raises(UnknownCall, match="did not start"):
        connect(Place(str(tmp_path), gone.pid, (ROOT,)))
    with pytest.raises(UnknownCall, match="started and ended"):
        connect(Place(str(tmp_path), gone.pid, (ROOT,)))


def test_a_folder_that_others_may_enter_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with pytest.raises(UnknownCall, match="alone"):
        connect(Place(str(tmp_path), os.getpid(), (ROOT,)))


def test_a_request_without_its_files_is_none() -> None:
    one, other = socket.socketpair()
    with contextlib.closing(other), contextlib.closing(one):
        one.sendall((2).to_bytes(8, "big") + (0).to_bytes(8, "big") + b"{}")
        with pytest.raises(CallerGoneError):
            receive(other)


def test_processes_are_told_apart_by_their_start() -> None:
    assert started_at(os.getpid()).isdigit()
    assert started_at(2**22) == ""


def test_nothing_begins_for_a_caller_that_outlives_its_controller(tmp_path: Path) -> None:
    """Both are seen at once: that the controller ended, and that somebody of it asks."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    controller = os.pidfd_open(ended.pid)
    ended.wait()
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as caller:
        listener.bind(str(tmp_path / "socket"))
        listener.listen()
        caller.connect(str(tmp_path / "socket"))
        server = warm_server.Server(listener, controller, Loaded([], []), ended.pid)
        assert server.serve() is None
        assert server.callers == {}

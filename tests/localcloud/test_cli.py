"""The command line: what it prints, when it refuses, and that nothing is left behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from localcloud import daemon, lifecycle, places
from localcloud.processes import Processes, kill_marked, marked, start_ticks

ROOT = Path(__file__).resolve().parents[2]
HOURS = ["sleep", "7200"]


def run(state: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """One command on a state folder, in an environment without AWS."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    clean |= {"HOME": str(state.parent / "no-home"), **environ}
    argv = [sys.executable, "-m", "localcloud", *arguments, "--state", str(state)]
    return subprocess.run(argv, capture_output=True, text=True, env=clean, cwd=ROOT, timeout=120, check=False)


def test_up_again_changes_nothing(cloud: Any) -> None:
    """Exit code 0, the same process."""
    done = run(cloud.state, "up")
    assert done.returncode == 0, done.stderr
    assert "runs already" in done.stderr
    assert places.read(cloud.state).pid == cloud.pid


def test_status(cloud: Any) -> None:
    """Counts what there is, by kind and region, and shows the processes with their memory."""
    for region in ("eu-west-1", "eu-central-1"):
        cloud.client("ec2", region).create_vpc(CidrBlock="10.3.0.0/16")
    cloud.client("ssm").put_parameter(Name="/creator/local/a", Value="a", Type="String")
    found = json.loads(run(cloud.state, "status", "--json").stdout)
    kinds = {row["kind"]: row for row in found["resources"]}
    assert kinds["ec2 vpc"]["count"] == 2
    assert kinds["ec2 vpc"]["regions"] == {"eu-central-1": 1, "eu-west-1": 1}
    assert kinds["ssm parameter"]["count"] == 1
    assert found["processes"][0]["name"] == "daemon"
    assert found["processes"][0]["resident_bytes"] > 10_000_000
    assert found["persistence"]["failures"] == {}
    text = run(cloud.state, "status").stdout
    assert cloud.endpoint in text
    assert "ec2 vpc" in text
    assert "daemon" in text


def test_env(cloud: Any) -> None:
    """What it prints works in a shell, with the aws tools' own variables."""
    values = json.loads(run(cloud.state, "env", "--json").stdout)
    assert values["AWS_ENDPOINT_URL"] == cloud.endpoint
    assert Path(values["PGSSLROOTCERT"]).exists()
    printed = run(cloud.state, "env").stdout
    script = (
        f"{printed}\n\"{sys.executable}\" -c \"import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])\""
    )
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.strip() == "arn:aws:iam::123456789012:root", done.stderr


def test_check_accepts_its_own_environment(cloud: Any) -> None:
    """With its own variables set, nothing real is in reach."""
    values = json.loads(run(cloud.state, "env", "--json").stdout)
    done = run(cloud.state, "check", **values)
    assert (done.returncode, done.stderr) == (0, "")


def test_logs(cloud: Any) -> None:
    """The names of all; one; one that there is not."""
    assert "daemon" in run(cloud.state, "logs").stdout.split()
    assert "serving" in run(cloud.state, "logs", "daemon").stdout
    absent = run(cloud.state, "logs", "absent")
    assert absent.returncode == 1
    assert "no log 'absent'" in absent.stderr


def test_faults(cloud: Any) -> None:
    """Add, list, clear."""
    added = run(
        cloud.state, "faults", "add", "throttling", "--service", "rds", "--action", "Describe*", "--count", "0"
    ).stdout.strip()
    (rule,) = json.loads(run(cloud.state, "faults", "list", "--json").stdout)
    assert (rule["id"], rule["service"], rule["action"], rule["count"]) == (added, "rds", "Describe*", None)
    assert "rds Describe*" in run(cloud.state, "faults", "list").stdout
    assert run(cloud.state, "faults", "clear", "fault-99").returncode == 1
    assert run(cloud.state, "faults", "clear", added).returncode == 0
    assert cloud.control.get("faults") == []
    refused = run(cloud.state, "faults", "add", "error", "--status", "404")
    assert refused.returncode == 1
    assert "expected one of 500, 502, 503, 504" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "environ", "sentence"),
    [
        (["up"], {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE"}, "AWS_ACCESS_KEY_ID is set"),
        (["up"], {"AWS_PROFILE": "prod"}, "AWS_PROFILE is set"),
        (["up"], {"AWS_ENDPOINT_URL": "https://rds.eu-west-1.amazonaws.com"}, "which is not this machine"),
        (["check"], {"AWS_PROFILE": "prod"}, "AWS_PROFILE is set"),
        (["up", "--least-free", "99999999999"], {}, "free some, or choose another with --state"),
        (["up", "--port", "99999"], {}, "expected a port from 1 to 65535"),
        (["up", "--factor", "0"], {}, "expected a number above 0"),
        (["ups"], {}, "invalid choice: 'ups'"),
    ],
)
def test_refusals(tmp_path: Path, arguments: list[str], environ: dict[str, str], sentence: str) -> None:
    """Exit code 2 with a sentence, and nothing was made."""
    done = run(tmp_path / "state", *arguments, **environ)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert not (tmp_path / "state").exists()


def test_port_that_is_taken(tmp_path: Path) -> None:
    """One that was asked for and is not free: refused."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run(tmp_path / "state", "up", "--port", str(port))
    assert done.returncode == 2
    assert f"port {port} is taken; choose another with --port" in done.stderr
    assert not marked(tmp_path / "state")


def test_folder_that_another_holds(tmp_path: Path) -> None:
    """Its lock is held by a process that is no cloud that answers."""
    state = tmp_path / "state"
    state.mkdir()
    lock = daemon.hold(state)
    assert lock is not None
    with lock:
        done = run(state, "up")
    assert done.returncode == 2
    assert "another local cloud holds" in done.stderr


@pytest.mark.parametrize("command", ["up", "reset"])
def test_folder_that_is_not_ours(tmp_path: Path, command: str) -> None:
    """A folder with something else in it is neither used nor emptied."""
    (tmp_path / "thesis.txt").write_text("years of work")
    done = run(tmp_path, command)
    assert done.returncode == 2
    assert "no local cloud's" in done.stderr
    assert [entry.name for entry in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("command", ["status", "env", "faults list"])
def test_nothing_runs(tmp_path: Path, command: str) -> None:
    """Exit code 3 and how to start it; `down` has nothing to do."""
    done = run(tmp_path / "state", *command.split())
    assert done.returncode == 3
    assert "start it with" in done.stderr
    assert run(tmp_path / "state", "down").returncode == 0


def test_kill_and_up_again(cloud: Any) -> None:
    """What a killed cloud leaves behind is stopped: by its record, and by its mark if the record was lost."""
    processes = Processes(cloud.state)
    recorded = processes.spawn("sleeper", HOURS)
    lost = subprocess.Popen(HOURS, env={**os.environ, places.MARKER: str(cloud.state)}, start_new_session=True)
    bystander = subprocess.Popen(HOURS, env={**os.environ, "LOCALCLOUD_STATE": str(cloud.state)})
    try:
        cloud.kill()
        done = run(cloud.state, "up")
        assert done.returncode == 0, done.stderr
        assert "stopped what a killed cloud left behind: sleeper" in done.stderr
        assert start_ticks(recorded.pid) is None
        assert lost.wait(5) == -signal.SIGKILL
        assert bystander.poll() is None  # a shell that uses the cloud carries LOCALCLOUD_STATE: it is not the cloud's
        assert json.loads(run(cloud.state, "status", "--json").stdout)["processes"][1:] == []
    finally:
        bystander.kill()
        bystander.wait()
        cloud.content = places.read(cloud.state)


def test_down_when_the_daemon_hangs(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is killed with all that it started, also what ignores SIGTERM; a second `up` finds what was acknowledged."""
    cloud.client("ssm").put_parameter(Name="/kept", Value="1", Type="String")
    stubborn = [
        sys.executable,
        "-c",
        "import signal, time; signal.signal(15, signal.SIG_IGN); print(flush=True); time.sleep(7200)",
    ]
    record = Processes(cloud.state).spawn("stubborn", stubborn)
    wait_for_output(cloud.state / "logs" / "stubborn.log")
    monkeypatch.setattr(lifecycle, "STOP_PATIENCE", 0.5)
    monkeypatch.setattr(lifecycle, "PROCESS_PATIENCE", 0.5)
    os.kill(cloud.pid, signal.SIGSTOP)
    lifecycle.down(cloud.state, lambda text: None)
    assert start_ticks(cloud.pid) is None
    assert start_ticks(record.pid) is None
    assert not marked(cloud.state)
    assert Processes(cloud.state).names() == []
    cloud.up()
    assert cloud.client("ssm").get_parameter(Name="/kept")["Parameter"]["Value"] == "1"


def wait_for_output(path: Path) -> None:
    """Until the log holds a line."""
    deadline = time.monotonic() + 30
    while not path.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_reset(tmp_path: Path) -> None:
    """A cloud of its own beside the other one; nothing of it is left afterwards."""
    state = tmp_path / "state"
    try:
        assert run(state, "up").returncode == 0
        assert (state / "state.json").stat().st_mode & 0o077 == 0
        assert run(state, "reset").returncode == 0
        assert not state.exists()
        assert not marked(state)
    finally:
        kill_marked(state)

"""creator.platform.warm beside `local`: a playbook of ordinary, failing and dying modules answers the same on both."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.localcloud.conftest import RunningCloud

ROOT = Path(__file__).resolve().parents[2]
# Differ from call to call on either connection.
VOLATILE = {
    "start",
    "end",
    "delta",
    "atime",
    "mtime",
    "ctime",
    "pid",
    "exception",
    "src",
    "md5sum",
    "response_metadata",
}
PLAYBOOK = """
- hosts: all
  gather_facts: false
  tasks:
    - name: Run every call
      block:
{tasks}
    - ansible.builtin.copy:
        content: "{{{{ results | to_json }}}}"
        dest: "{{{{ answers }}}}"
        mode: "0600"
      vars:
        results: "{{{{ query('ansible.builtin.varnames', '^answer_') | sort | map('extract', vars) }}}}"
"""
CALLS: dict[str, str] = {
    "command": "ansible.builtin.command: echo hello",
    "failing": "ansible.builtin.command: sh -c 'echo out; echo err >&2; exit 3'",
    "missing": "ansible.builtin.command: /nowhere/at-all",
    "unicode": "ansible.builtin.command: printf 'wörld ☃ \\t \"quoted\"'",
    "large": "ansible.builtin.command: head -c 3000000 /dev/zero --zero-terminated",
    "environment": "ansible.builtin.shell: echo $WHO $AWS_REGION\n  environment: {WHO: 'wörld $(id)', AWS_REGION: eu-west-1}",
    "startup": "ansible.builtin.command: sh -c 'echo $PYTHONHASHSEED'\n  environment: {PYTHONHASHSEED: '7'}",
    "folder": "ansible.builtin.command: pwd",
    "check": "ansible.builtin.file: {path: /nowhere/file, state: touch}\n  check_mode: true",
    "refused": "ansible.builtin.file: {path: /proc/nowhere, state: directory}",
    "stat": "ansible.builtin.stat: {path: /etc/hostname}",
    "arguments": "ansible.builtin.stat: {wrong: 1}",
    "secret": "ansible.builtin.command: echo s3cret\n  no_log: true",
    "copy": "ansible.builtin.copy: {content: 'é\\n', dest: '{{ folder }}/copied', mode: '0600'}\n  diff: true",
    "async": "ansible.builtin.command: echo later\n  async: 20\n  poll: 1",
    "raw": "ansible.builtin.raw: echo raw",
    "killed": "ends: {how: killed}",
    "exits": "ends: {how: exits}",
    "raises": "ends: {how: raises}",
    "babbles": "ends: {how: babbles}",
    "vpc": "amazon.aws.ec2_vpc_net: {name: warm, cidr_block: 10.9.0.0/16}\n  check_mode: true",
    "caller": "amazon.aws.aws_caller_info:",
    "denied": "amazon.aws.aws_caller_info: {access_key: AKIAIOSFODNN7EXAMPLE, secret_key: nothing}",
    "unreachable": "amazon.aws.ec2_vpc_net_info: {endpoint_url: 'http://127.0.0.1:1'}\n  environment: {AWS_MAX_ATTEMPTS: '1'}",
}
ENDS = """
from ansible.module_utils.basic import AnsibleModule
import os, sys
def main():
    how = AnsibleModule(argument_spec={"how": {}}).params["how"]
    print("before the end")
    sys.stdout.flush()
    if how == "killed":
        os.kill(os.getpid(), 9)
    if how == "exits":
        os._exit(7)
    if how == "raises":
        raise ValueError("broken")
main()
"""


def playbook(folder: Path, calls: dict[str, str]) -> Path:
    """A playbook of these calls, and the module `ends` beside it."""
    (folder / "library").mkdir(exist_ok=True)
    (folder / "library" / "ends.py").write_text(ENDS)
    tasks = [
        f"- name: {name}\n  {text}\n  register: answer_{name}\n  failed_when: false".replace("\n", "\n        ")
        for name, text in calls.items()
    ]
    path = folder / "play.yml"
    path.write_text(PLAYBOOK.format(tasks="\n".join("        " + task for task in tasks)))
    return path


def environment(cloud: RunningCloud, folder: Path) -> dict[str, str]:
    """Of ansible-playbook."""
    (folder / "ansible.cfg").write_text("")
    return {
        **os.environ,
        "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
        "ANSIBLE_HOME": str(folder / "home"),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "AWS_ENDPOINT_URL": cloud.endpoint,
        "AWS_ACCESS_KEY_ID": cloud.content.access_key_id,
        "AWS_SECRET_ACCESS_KEY": cloud.content.secret_access_key,
        "AWS_REGION": "eu-west-1",
    }


def command(path: Path, connection: str, *more: str) -> list[str]:
    """ansible-playbook, with -vvv."""
    program = str(Path(sys.executable).with_name("ansible-playbook"))
    variables = {"ansible_python_interpreter": sys.executable, "folder": str(path.parent)}
    return [program, "-vvv", "-i", "here,", "-c", connection, "-e", json.dumps(variables), *more, str(path)]


def steady(value: Any) -> Any:
    """A result without what differs from call to call."""
    if isinstance(value, dict):
        return {
            key: steady(one) for key, one in sorted(value.items()) if key not in VOLATILE and "ansible_job" not in key
        }
    if isinstance(value, list):
        return [steady(one) for one in value]
    if isinstance(value, str):
        value = re.sub(r"/bin/sh: line \d+: +\d+ |ansible-tmp-[\d.-]+|\d+ Killed.*|0x[0-9a-f]+|j\d+\.\d+", "", value)
        return re.sub(r"ansible_[\w.]+_payload_\w+", "payload", value)
    return value


def answers(cloud: RunningCloud, folder: Path, connection: str, calls: dict[str, str]) -> tuple[dict[str, Any], str]:
    """Results by call, and what the run said."""
    path, found = playbook(folder, calls), folder / f"{connection}.json"
    done = subprocess.run(
        command(path, connection, "-e", json.dumps({"answers": str(found)})),
        env=environment(cloud, folder),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    names = sorted(f"answer_{name}" for name in calls)
    return dict(zip(names, json.loads(found.read_text()), strict=True)), done.stdout


def test_both_connections_give_the_same_answers(cloud: RunningCloud, tmp_path: Path) -> None:
    plain, _said = answers(cloud, tmp_path, "local", CALLS)
    (tmp_path / "copied").unlink()
    warm, said = answers(cloud, tmp_path, "creator.platform.warm", CALLS)
    for name in plain:
        assert steady(warm[name]) == steady(plain[name]), name
    assert "s3cret" not in json.dumps(warm["answer_secret"].get("invocation", ""))
    # All but these were warm: async, raw and a new process's variable.
    assert said.count("WARM /bin/sh") >= len(CALLS) - 4
    assert "WARM not used: a new process is needed for PYTHONHASHSEED" in said
    assert "WARM not used: the command has no module as its input" in said


def test_the_intent_of_a_drill_names_its_run(cloud: RunningCloud, tmp_path: Path) -> None:
    """A warm call is no descendant of its run, and a sweeper must see that the run is gone."""
    wanted = {"environment": "warm", "platform": "creator", "source": "creator-warm-database", "region": "eu-west-1"}
    calls = {"intent": f"creator.platform.drill_intent: {json.dumps({**wanted, 'expires_in': 600})}"}
    answers(cloud, tmp_path, "creator.platform.warm", calls)
    (row,) = cloud.client("ssm").get_parameters_by_path(Path="/creator/warm", Recursive=True)["Parameters"]
    owner = json.loads(row["Value"])["owner"]
    assert owner["pid"]
    assert owner["started"]
    assert not Path(f"/proc/{owner['pid']}").exists()


def servers(folder: Path) -> list[int]:
    """Servers of runs whose ANSIBLE_HOME lies in the folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if b"warm_server" in line and str(folder).encode() in line:
                found.append(int(entry.name))
    return found


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM, None])
def test_no_server_outlives_its_controller(cloud: RunningCloud, tmp_path: Path, how: signal.Signals | None) -> None:
    path = playbook(tmp_path, {"long": f"ansible.builtin.command: sleep {30 if how else 0.1}"})
    with subprocess.Popen(
        command(path, "creator.platform.warm", "-e", json.dumps({"answers": str(tmp_path / "answers")})),
        env=environment(cloud, tmp_path),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as run:
        deadline = time.monotonic() + 60
        while how and not servers(tmp_path):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        if how:
            run.send_signal(how)
        run.wait(60)
    deadline = time.monotonic() + 10
    while servers(tmp_path):
        assert time.monotonic() < deadline, "the server outlives the run"
        time.sleep(0.1)


def test_many_hosts_share_one_server(cloud: RunningCloud, tmp_path: Path) -> None:
    path = playbook(tmp_path, {"who": "ansible.builtin.shell: echo $PPID; sleep 0.2"})
    path.write_text(path.read_text().replace('dest: "{{ answers }}"', 'dest: "{{ answers }}/{{ inventory_hostname }}"'))
    hosts = [f"host{number}" for number in range(10)]
    line = command(path, "creator.platform.warm", "-f", "10", "-e", json.dumps({"answers": str(tmp_path)}))
    line[line.index("-i") + 1] = ",".join(hosts)
    done = subprocess.run(
        line, env=environment(cloud, tmp_path), capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert all((tmp_path / host).exists() for host in hosts)
    assert "WARM not used" not in re.sub(r"WARM not used: the command has no module as its input", "", done.stdout)

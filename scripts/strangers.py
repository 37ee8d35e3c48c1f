"""Run amazon.aws's own integration targets, written by its maintainers against AWS, on a local cloud of their own.

    STRANGERS_CHECKOUT=<folder> make strangers [TARGETS="ec2_vol kms_key"]

The checkout of ansible-collections/amazon.aws is made by whoever runs this, at the tag of the installed collection
(`git clone --depth 1 --branch <version> https://github.com/ansible-collections/amazon.aws`), outside this repository.
A target is a role: it runs on localhost, with the variables that ansible-test would give it
(https://docs.ansible.com/ansible/latest/dev_guide/testing_integration.html), on an empty cloud. It passes when the play ends
well and at least one task ran. Exit codes: 0 all pass, 1 some fail, 2 nothing was run, and the message says why.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from localcloud import lifecycle, places  # noqa: E402

CHECKOUT = "STRANGERS_CHECKOUT"
#: What the platform's own roles touch.
NAMED = """aws_az_info aws_region_info backup_selection backup_vault cloudwatch_metric_alarm cloudwatchlogs ec2_eni
ec2_launch_template ec2_snapshot ec2_vol ec2_vpc_egress_igw ec2_vpc_igw ec2_vpc_nat_gateway ec2_vpc_peering ec2_vpc_subnet
iam_access_key iam_instance_profile iam_password_policy iam_role kms_key rds_instance_modify rds_instance_restore
rds_instance_snapshot rds_instance_states rds_instance_upgrade rds_param_group route53 route53_zone s3_bucket_info
s3_object_info_prefix lookup_ssm_parameter""".split()  # noqa: SIM905 - a list to read
REGION = "us-east-1"
_TASK = re.compile(r"^TASK \[(.*?)\]", re.MULTILINE)
_OK = re.compile(r"^(?:ok|changed): \[", re.MULTILINE)
_FAILED = re.compile(r"^(?:fatal|failed): \[[^\n]*", re.MULTILINE)


@dataclass(frozen=True)
class Result:
    """What came of a target. ok: tasks that went well. task, reason: where and why it stopped, None when it passed."""

    target: str
    passed: bool
    ok: int
    seconds: int
    task: str | None = None
    reason: str | None = None


class Unusable(Exception):  # noqa: N818 - a sentence for whoever called
    """Nothing can be run; the text says what to do."""


def targets_folder(environ: Mapping[str, str]) -> Path:
    """`tests/integration/targets` of the checkout. Raises Unusable."""
    version = installed_version()
    given = environ.get(CHECKOUT)
    if not given:
        raise Unusable(
            f"{CHECKOUT} is not set: clone ansible-collections/amazon.aws at tag {version} outside this repository and set it to "
            "that folder"
        )
    folder = Path(given).expanduser().resolve() / "tests" / "integration" / "targets"
    if not folder.is_dir():
        raise Unusable(
            f"{CHECKOUT} is {given}, which has no tests/integration/targets: expected a checkout of amazon.aws {version}"
        )
    found = yaml.safe_load((folder.parents[2] / "galaxy.yml").read_text())["version"]
    if found != version:
        print(
            f"strangers: the checkout is of amazon.aws {found}, installed is {version}: expect differences",
            file=sys.stderr,
        )
    return folder


def installed_version() -> str:
    """Version of the installed collection amazon.aws."""
    package = Path(str(importlib.metadata.distribution("ansible").locate_file("ansible_collections")))
    manifest = json.loads((package / "amazon" / "aws" / "MANIFEST.json").read_text())
    return str(manifest["collection_info"]["version"])


def judge(target: str, returned: int | None, output: str, seconds: float) -> Result:
    """The result of a play from its exit code (None: it took too long) and its output."""
    ok = len(_OK.findall(output))
    if returned == 0 and ok:
        return Result(target, True, ok, round(seconds))
    failure = next(
        (
            found
            for found in _FAILED.finditer(output)
            if "...ignoring" not in output[found.end() :].split("\nTASK [", 1)[0]
        ),
        None,
    )
    tasks = _TASK.findall(output[: failure.start()] if failure else output)
    reason = "it took too long" if returned is None else failure.group(0) if failure else f"exit code {returned}"
    if failure and returned is not None and reason.endswith("{"):
        reason = output[failure.start() :].split("\n}", 1)[0]
    return Result(target, False, ok, round(seconds), tasks[-1] if tasks else None, " ".join(reason.split())[:400])


def variables(cloud: places.StateFile, folder: Path, target: str) -> dict[str, str]:
    """What ansible-test would give to a target."""
    prefix = f"strange-{target.replace('_', '')[:12]}-{secrets.token_hex(2)}"
    return {
        "aws_access_key": cloud.access_key_id,
        "aws_secret_key": cloud.secret_access_key,
        "security_token": "none",
        "aws_region": REGION,
        "resource_prefix": prefix,
        "tiny_prefix": prefix[-8:],
        "output_dir": str(folder),
        "ansible_python_interpreter": sys.executable,
    }


def environment(cloud: places.StateFile, targets: Path, target: str) -> dict[str, str]:
    """The environment of the play: nothing of this project's Ansible, and of AWS the local cloud only."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "AWS_", "BOTO"))}
    return kept | {
        "AWS_ENDPOINT_URL": cloud.endpoint,
        "AWS_ACCESS_KEY_ID": cloud.access_key_id,
        "AWS_SECRET_ACCESS_KEY": cloud.secret_access_key,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_MAX_ATTEMPTS": "2",
        "ANSIBLE_ROLES_PATH": f"{targets / target / 'roles'}:{targets}",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_DEBUG_BOTOCORE_LOGS": "true",
        "ANSIBLE_RETRY_FILES_ENABLED": "0",
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "ANSIBLE_DEPRECATION_WARNINGS": "0",
    }


def run(cloud: places.StateFile, targets: Path, target: str, limit: float, log: Path) -> Result:
    """Play one target: its own `main.yml` and inventory where it has them, else the role."""
    with tempfile.TemporaryDirectory(prefix="strangers-") as name:
        folder = Path(name)
        (folder / "variables.json").write_text(json.dumps(variables(cloud, folder, target)))
        (folder / "inventory").write_text("[testgroup]\ntesthost ansible_connection=local\n")
        (folder / "play.yml").write_text(json.dumps([{"hosts": "testhost", "gather_facts": True, "roles": [target]}]))
        own, inventory = targets / target / "main.yml", targets / target / "inventory"
        argv = [
            str(Path(sys.executable).with_name("ansible-playbook")),
            "-i", str(inventory if inventory.exists() else folder / "inventory"),
            "-e", f"@{folder / 'variables.json'}",
            str(own if own.exists() else folder / "play.yml"),
        ]  # fmt: skip
        began = time.monotonic()
        with log.open("w+") as output:
            play = subprocess.Popen(
                argv, cwd=folder, env=environment(cloud, targets, target), stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
            try:
                returned: int | None = play.wait(limit)
            except subprocess.TimeoutExpired:
                os.killpg(play.pid, signal.SIGKILL)
                play.wait()
                returned = None
            output.seek(0)
            return judge(target, returned, output.read(), time.monotonic() - began)


def forget(cloud: places.StateFile) -> None:
    """Empty the cloud."""
    request = urllib.request.Request(f"{cloud.endpoint}/_localcloud/reset", method="POST")  # noqa: S310 - loopback
    with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310 - loopback
        answer.read()


def line(result: Result) -> str:
    """One result for a terminal."""
    text = f"{'passed' if result.passed else 'FAILED'}  {result.target:<26} {result.ok:>4} tasks  {result.seconds:>4} s"
    return text if result.passed else f"{text}\n        {result.task}: {result.reason}"


def play_all(targets: Path, names: list[str], limit: float, logs: Path) -> list[Result]:
    """Each target on the emptied cloud; the cloud is started for them and removed at the end."""
    state = Path(tempfile.mkdtemp(prefix="strangers-cloud-"))
    state.chmod(0o755)  # PostgreSQL runs as another user
    cloud = lifecycle.up(state, port=None, factor=0.005, environ=os.environ, say=lambda text: None)
    results: list[Result] = []
    try:
        for name in names:
            if results:
                forget(cloud)
            results.append(run(cloud, targets, name, limit, logs / f"{name}.log"))
            print(line(results[-1]), flush=True)
    finally:
        lifecycle.reset(state, lambda text: None)
        shutil.rmtree(state, ignore_errors=True)
    return results


def main(arguments: list[str]) -> int:
    """Run the targets named, or those of NAMED."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=float, default=600, help="seconds for a target at most (default: %(default)s)")
    parser.add_argument("--json", type=Path, help="write the results there")
    parser.add_argument("--logs", type=Path, default=ROOT / ".cache" / "strangers", help="folder of the plays' output")
    parser.add_argument(
        "targets", nargs="*", metavar="target", help="names of targets (default: the 31 in this script)"
    )
    options = parser.parse_args(arguments)
    try:
        targets = targets_folder(os.environ)
        if unknown := [name for name in options.targets if not (targets / name).is_dir()]:
            raise Unusable(f"the checkout has no target {', '.join(unknown)}")
    except Unusable as error:
        print(f"strangers: {error}", file=sys.stderr)
        return 2
    options.logs.mkdir(parents=True, exist_ok=True)
    results = play_all(targets, options.targets or NAMED, options.limit, options.logs)
    passed = sum(result.passed for result in results)
    print(f"{passed} of {len(results)} pass; output of each: {options.logs}")
    if options.json:
        options.json.write_text(json.dumps([asdict(result) for result in results], indent=2) + "\n")
    return 0 if passed == len(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The two sides of benchmarks/provision.py: this collection, and Terraform where it is found. Each has its own local cloud."""

from __future__ import annotations

import glob
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.measure.figures import Run
from localcloud import client, lifecycle

ROOT = Path(__file__).resolve().parents[2]
REGIONS = ("eu-west-1", "eu-central-1")
# RDS rotates the secrets that it keeps, and the local cloud lets nobody else end that: it ends with the database.
GOES_ALONG = ("aws_secretsmanager_secret_rotation",)
# The group of the benchmark's inventory.
WHOLE = "benchmark"
# Components that wait for what AWS takes minutes for.
WAITING = ("cluster", "database", "edge", "network", "search")
# A run that hangs is a result too: the one that there is none.
LONGEST = 1800


class SideError(Exception):
    """A run did not do what it was measured for; the text holds its last lines."""


class Cloud:
    """A local cloud in a folder of its own."""

    def __init__(self, state: Path, factor: float) -> None:
        state.mkdir(parents=True)
        state.chmod(0o755)
        self.state = state
        # Pods are played: Terraform's side of it makes no nodes with containers either.
        self.content = lifecycle.up(
            state, port=None, factor=factor, environ=os.environ, say=lambda _text: None, container_nodes=False
        )

    def end(self) -> None:
        """Stop it."""
        lifecycle.down(self.state, lambda _text: None)

    @contextmanager
    def answering_after(self, seconds: float) -> Iterator[None]:
        """Each answer takes so many seconds longer, as on a way to AWS."""
        if not seconds:
            yield
            return
        control = client.Client(self.state)
        control.call("PUT", "faults", {"kind": "delay", "count": None, "seconds": seconds})
        try:
            yield
        finally:
            control.call("DELETE", "faults")

    def lines(self) -> int:
        """How many requests are on record."""
        with (self.state / "requests.jsonl").open("rb") as file:
            return sum(1 for _line in file)


def measured(
    cloud: Cloud, command: Sequence[str], environment: Mapping[str, str], folder: Path, accepted: Sequence[int] = (0,)
) -> tuple[Run, str]:
    """Run a command against a cloud. Raises SideError when it ends with an exit code that is not accepted."""
    requests = cloud.lines()
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=LONGEST,
    )
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in accepted:
        raise SideError(f"{' '.join(command[:3])} … ended with {done.returncode}:\n{done.stdout[-4000:]}")
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(wall, processor, cloud.lines() - requests), done.stdout


class Ours:
    """Playbooks of this collection on the inventory of the benchmark."""

    name = "creator.platform"

    def __init__(self, cloud: Cloud, folder: Path, size: int, limit: str = WHOLE) -> None:
        """limit: a pattern of Ansible for the components that are built; `size` times as many of some of their resources."""
        self.cloud, self.folder, self.size, self.limit = cloud, folder, size, limit
        folder.mkdir(parents=True)

    @property
    def plan_file(self) -> Path:
        """plan.json of the last plan."""
        return self.folder / "evidence" / "plan.json"

    def create(self, looks: int = 0) -> Run:
        """Everything, from empty. looks: how often a state is asked for before it gives up; 0 for what the roles say."""
        patience = json.dumps({f"{name}_join_retries": looks for name in WAITING}) if looks else "{}"
        return self._play("provision", "-e", "platform_apply_without_plan=true", "-e", patience)

    def nothing(self) -> Run:
        """A plan that must find nothing to do."""
        run = self._play("plan")
        if json.loads(self.plan_file.read_text())["pending"]:
            raise SideError(f"the plan after the apply is not empty: see {self.plan_file}")
        return run

    def plan(self) -> dict[str, Any]:
        """The plan of an empty account: what the stack is."""
        self._play("plan")
        found: dict[str, Any] = json.loads(self.plan_file.read_text())
        return found

    def destroy(self, unprotected: Sequence[str]) -> Run:
        """All of it; protected resources by name."""
        return self._play(
            "destroy", "-e", "destroy=local", "-e", json.dumps({"component_unprotected": list(unprotected)})
        )

    def _play(self, playbook: str, *more: str) -> Run:
        environment = {
            "LOCALCLOUD_STATE": str(self.cloud.state),
            "PLATFORM_EVIDENCE_DIR": str(self.folder / "evidence"),
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
            "ANSIBLE_HOME": str(self.folder / "home"),
            "ANSIBLE_NOCOLOR": "1",
        }
        program = str(Path(sys.executable).with_name("ansible-playbook"))
        inventories = ["-i", "inventories/local/hosts.yml", "-i", "benchmarks/inventory/hosts.yml"]
        command = [program, *inventories, f"playbooks/{playbook}.yml", "--limit", self.limit]
        run, _said = measured(self.cloud, [*command, "-e", f"benchmark_size={self.size}", *more], environment, ROOT)
        return run


class Terraform:
    """Terraform on the configuration in benchmarks/terraform, which builds what a plan of ours names."""

    name = "Terraform"

    def __init__(self, cloud: Cloud, folder: Path, program: str, mirror: str) -> None:
        self.cloud, self.folder, self._program = cloud, folder, program
        shutil.copytree(ROOT / "benchmarks" / "terraform", folder)
        (folder / "terraform.rc").write_text(
            f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n', encoding="utf-8"
        )

    def prepare(self, plan: Mapping[str, Any]) -> None:
        """Take over a plan and find the provider, which is not measured. Raises SideError."""
        (self.folder / "stack.json").write_text(json.dumps(stack_of(plan)), encoding="utf-8")
        self._run("init")

    def create(self) -> Run:
        """Everything, from empty."""
        return self._run("apply", "-auto-approve")

    def nothing(self) -> Run:
        """A plan that must find nothing to do."""
        return self._run("plan", "-detailed-exitcode")

    def destroy(self) -> Run:
        """All of it. What goes with something else is taken out of the state first, which is not measured."""
        addresses = [
            f"{row['module']}.{row['type']}.{row['name']}" for row in self._kept() if row["type"] in GOES_ALONG
        ]
        if addresses:
            self._run("state", "rm", *addresses)
        return self._run("destroy", "-auto-approve")

    def version(self) -> str:
        """Its version and the provider's, as text."""
        _run, said = self._said("version", "-json")
        told = json.loads(said)
        providers = [f"{name.rsplit('/', 1)[-1]} {version}" for name, version in told["provider_selections"].items()]
        return f"Terraform {told['terraform_version']} with the provider {', '.join(providers)}"

    def resources(self) -> int:
        """How many resources it keeps."""
        return sum(len(row["instances"]) for row in self._kept())

    def _kept(self) -> list[dict[str, Any]]:
        state = json.loads((self.folder / "terraform.tfstate").read_text())
        return [row for row in state["resources"] if row["mode"] == "managed"]

    def _run(self, verb: str, *more: str) -> Run:
        return self._said(verb, *more)[0]

    def _said(self, verb: str, *more: str) -> tuple[Run, str]:
        content = self.cloud.content
        environment = {
            "TF_CLI_CONFIG_FILE": str(self.folder / "terraform.rc"),
            "TF_IN_AUTOMATION": "1",
            "TF_INPUT": "0",
            "TF_CLI_ARGS": "-no-color",
            "TF_VAR_stack": str(self.folder / "stack.json"),
            "TF_VAR_home": REGIONS[0],
            "TF_VAR_recovery": REGIONS[1],
            "CHECKPOINT_DISABLE": "1",
            "AWS_ENDPOINT_URL": content.endpoint,
            # S3 Control puts the account before the host, which no name server knows: such a name is left to a proxy, and the
            # cloud is it. Go asks no proxy for a loopback address.
            "HTTP_PROXY": content.endpoint,
            "AWS_ACCESS_KEY_ID": content.access_key_id,
            "AWS_SECRET_ACCESS_KEY": content.secret_access_key,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }
        return measured(self.cloud, [self._program, verb, *more], environment, self.folder)


# What a plan of an empty account says of a resource that another component makes, and how that resource is named.
NAMED = {
    r"keys\.(?:dr_)?(\w+)_key_arn": "{prefix}{name}",
    r"identity\.(\w+)_(?:role|policy)_arn": "{prefix}{name}",
    r"network\.(\w+)_security_group_id": "{prefix}{name}",
    r"storage\.(\w+)_bucket": "{prefix}{name}-{account}",
    r"audit\.(\w+)_log_group": "/{platform}/{environment}/audit/{name}",
}


def stack_of(plan: Mapping[str, Any]) -> dict[str, dict[str, dict[str, Any]]]:
    """{region: {kind: {name: properties}}} of a plan of an empty account. What it does not know yet becomes its name.

    The lists of subnets and the network's id stay unknown: the configuration of Terraform has them from what it makes.
    """
    words = {word: plan[word] for word in ("platform", "environment", "account")}
    words["prefix"] = f"{plan['platform']}-{plan['environment']}-"

    def named(text: str) -> str:
        for pattern, name in NAMED.items():
            text = re.sub(
                rf"\(known after apply: {pattern}\)",
                lambda found, name=name: name.format(name=found[1].replace("_", "-"), **words),  # type: ignore[misc]
                text,
            )
        return text

    def known(value: Any) -> Any:
        if isinstance(value, str):
            return named(value)
        if isinstance(value, list):
            return [known(one) for one in value]
        if isinstance(value, dict):
            return {name: known(one) for name, one in value.items()}
        return value

    stack: dict[str, dict[str, dict[str, Any]]] = {}
    for component in plan["components"]:
        for change in component["changes"]:
            properties = {row["attribute"]: known(row["after"]) for row in change["attributes"]}
            stack.setdefault(change["region"], {}).setdefault(change["kind"], {})[named(change["name"])] = properties
    return stack


def find_terraform(say: Callable[[str], None]) -> tuple[str, str] | None:
    """Terraform's program, and a folder with its AWS provider, as a mirror or a cache of plugins. None, saying why, without."""
    program = shutil.which("terraform")
    if program is None:
        say("no terraform on the path: its ratios are null")
        return None
    home = Path.home()
    configuration = [os.environ.get("TF_CLI_CONFIG_FILE"), str(home / ".terraformrc")]
    named = [text for path in configuration if path and os.path.isfile(path) for text in _paths(Path(path).read_text())]
    usual = [os.environ.get("TF_PLUGIN_CACHE_DIR", ""), str(home / ".terraform.d" / "plugins")]
    usual += [str(home / ".terraform.d" / "plugin-cache"), "/usr/local/share/terraform/plugins"]
    for folder in [*named, *usual, "/usr/share/terraform/plugins", *sorted(glob.glob("/opt/*"))]:
        if folder and glob.glob(f"{folder}/*/hashicorp/aws/*/*") + glob.glob(f"{folder}/*/hashicorp/aws/*.zip"):
            say(f"Terraform: {program}, AWS provider in {folder}")
            return program, folder
    say(f"{program} has no AWS provider in a mirror or cache on this machine: its ratios are null")
    return None


def _paths(text: str) -> list[str]:
    """Folders that a configuration of Terraform names."""
    return re.findall(r'(?:path|plugin_cache_dir)\s*=\s*"([^"]+)"', text)

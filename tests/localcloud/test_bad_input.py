"""Bad input to a run: each stops before the first change, with a sentence that says what to do."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(
    state: Path,
    *arguments: str,
    inventory: str | None = "inventories/local",
    verb: str = "provision",
    limit: str = "network",
    **environ: str,
) -> tuple[int, str]:
    """Exit code of a playbook for one component, and what it said with its line breaks as spaces."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ANSIBLE_", "LOCALCLOUD_"))
    }
    done = subprocess.run(
        [
            str(Path(sys.executable).parent / "ansible-playbook"),
            f"playbooks/{verb}.yml",
            *(["-i", inventory] if inventory else []),
            *(["--limit", limit] if inventory else []),
            *arguments,
        ],
        cwd=ROOT,
        env={**kept, "LOCALCLOUD_STATE": str(state), "PLATFORM_EVIDENCE_DIR": str(state / "evidence"), **environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, re.sub(r"\s+", " ", done.stdout + done.stderr)


def extra(**values: Any) -> tuple[str, str]:
    return "-e", json.dumps(values)


OUTSIDE = {
    "AWS_ENDPOINT_URL": "https://ec2.eu-west-1.amazonaws.com",
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_SECRET_ACCESS_KEY": "y",
}
ACL = {"number": 1, "protocol": "tcp", "action": "allow", "cidr": "vpc", "port": 5}


@pytest.mark.parametrize(
    ("arguments", "options", "words"),
    [
        (extra(platform_environment="qa"), {}, "environment 'qa' is unknown: run with -i inventories/<environment>"),
        (extra(platform_account_id="123"), {}, "platform_account_id must be the 12 digits of an AWS account"),
        (extra(platform_dr_region="eu-west-1"), {}, "platform_dr_region must be another region than platform_region"),
        (extra(platform_poll_delay="soon"), {}, "platform_poll_delay"),
        (
            ("--forks", "1"),
            {"limit": "network,keys,storage"},
            "this run has 1 forks, and components that wait for each other would keep the rest from running: "
            "give it at least 3",
        ),
        (extra(network_zones="a"), {}, "network_public_cidrs has 3 entries for 1 zones (a): give one for each"),
        (extra(network_nat_per_zone="perhaps"), {}, "network_nat_per_zone"),
        (extra(network_cidr="10.99.0.0/16"), {}, "lies outside network_cidr 10.99.0.0/16: give it a CIDR inside"),
        (
            extra(network_data_cidrs=["10.10.0.0/22", "10.10.116.0/22", "10.10.120.0/22"]),
            {},
            "subnets private-a (10.10.0.0/19) and data-a (10.10.0.0/22) overlap: give each CIDRs of its own",
        ),
        (
            extra(network_zones=["a", "b", "z"]),
            {},
            "network_zones names z, and eu-west-1 has no such zone available: choose from a, b, c",
        ),
        (
            extra(network_private_cidrs=["10.10.0.0/25", "10.10.32.0/19", "10.10.64.0/19"]),
            {},
            "private-a (10.10.0.0/25) must be from /16 to /24",
        ),
        (extra(identity_trusted_arns=["*"]), {"limit": "identity"}, "must be ARNs of IAM or STS without wildcards"),
        (extra(identity_github_repository="creator/*"), {"limit": "identity"}, "an owner and a name without wildcards"),
        (extra(keys_deletion_window_days=3), {"limit": "keys"}, "keys_deletion_window_days must be from 7 to 30"),
        (extra(network_acls={"public": {"ingress": [ACL], "egress": []}}), {}, "has the unknown key 'port'"),
        (extra(platform_aws_environment=OUTSIDE), {}, "the local inventory may only talk to this machine"),
        ((), {"AWS_PROFILE": "prod"}, "real AWS credentials are in reach (AWS_PROFILE): unset them"),
        ((), {"AWS_ACCESS_KEY_ID": "AKIAREALREALEXAMPLE0"}, "real AWS credentials are in reach (AWS_ACCESS_KEY_ID)"),
        ((), {"inventory": "inventories/dev"}, "platform_account_id of dev is still the placeholder 000000000000"),
        (
            extra(platform_account_id="210987654321"),
            {"inventory": "inventories/dev", "AWS_ENDPOINT_URL": "http://127.0.0.1:9"},
            "dev is a real environment, but AWS_ENDPOINT_URL points at http://127.0.0.1:9: unset it",
        ),
        ((), {"inventory": "inventories/qa"}, "inventories/qa"),
        ((), {"PLATFORM_SANDBOX": "alice"}, "sandboxes are of dev only and this is local: unset PLATFORM_SANDBOX"),
        (
            extra(platform_account_id="210987654321"),
            {"inventory": "inventories/dev", "PLATFORM_SANDBOX": "Alice"},
            "platform_sandbox must be a letter and up to 10 more letters",
        ),
        (
            extra(platform_account_id="210987654321"),
            {},
            "these credentials are of account 123456789012, but the inventory",
        ),
        (extra(plan_digest="sha256:12"), {}, "plan_digest must be sha256: and 64 hexadecimal digits"),
        (extra(platform_apply_without_plan=False), {}, "local takes approved plans only, so nothing was changed"),
        (
            (),
            {"verb": "destroy"},
            "this removes all of local in account 123456789012, so say that it is meant: -e destroy=local",
        ),
        (extra(destroy="prod"), {"verb": "destroy"}, "so say that it is meant: -e destroy=local"),
        ((), {"verb": "unlock"}, "-e unlock=local"),
    ],
)
def test_stops_before_the_first_change(cloud: Any, arguments: Any, options: dict[str, str], words: str) -> None:
    cloud.control.delete("requests")
    code, said = run(cloud.state, *arguments, **options)
    assert code != 0
    assert words in said
    records = cloud.control.get("requests?mutating=true")
    assert not (records["requests"] if isinstance(records, dict) else records)


def test_says_how_to_start_a_local_cloud_that_is_not_there(tmp_path: Path) -> None:
    code, said = run(tmp_path)
    assert code != 0
    assert f"no local cloud was ever started in {tmp_path}. Start it with: python -m localcloud up" in said


def test_says_how_to_start_a_local_cloud_that_does_not_answer(cloud: Any, tmp_path: Path) -> None:
    state = json.loads((cloud.state / "state.json").read_text())
    (tmp_path / "state.json").write_text(json.dumps({**state, "endpoint": "http://127.0.0.1:9"}))
    code, said = run(tmp_path)
    assert code != 0
    assert "no local cloud answers at http://127.0.0.1:9: start the local cloud with: python -m localcloud up" in said


def test_a_resource_of_our_name_that_is_not_ours_is_left_alone(cloud: Any) -> None:
    ec2 = cloud.client("ec2")
    tags = [
        {"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": "creator-local"}, {"Key": "owner", "Value": "eve"}]}
    ]
    vpc = ec2.create_vpc(CidrBlock="10.10.0.0/16", TagSpecifications=tags)["Vpc"]["VpcId"]
    cloud.control.delete("requests")
    try:
        code, said = run(cloud.state)
        assert code == 2
        assert "unknown ec2_vpc creator-local (eu-west-1): it bears none of the tags platform=creator" in said
        assert "so it is not ours and stays as it is: rename or remove it" in said
        assert cloud.control.get("requests?mutating=true") == []
    finally:
        ec2.delete_vpc(VpcId=vpc)


def test_a_plan_of_another_environment_is_refused(cloud: Any) -> None:
    code, said = run(cloud.state, verb="plan")
    assert code == 0, said
    path = cloud.state / "evidence/plan.json"
    plan = json.loads(path.read_text())
    other = {**plan, "environment": "prod", "digest": "sha256:" + "1" * 64}
    path.write_text(json.dumps(other))
    cloud.control.delete("requests")
    code, said = run(cloud.state, *extra(plan_digest=other["digest"]))
    assert code == 10
    assert (
        "stale plan, so nothing was changed: the approved plan is of environment prod, this run is of environment local"
        in said
    )
    assert cloud.control.get("requests?mutating=true") == []


def test_credentials_that_expired_stop_before_the_first_change(cloud: Any) -> None:
    cloud.control.put("faults", {"kind": "expired_credentials", "service": "ec2", "action": "DescribeVpcs"})
    cloud.control.delete("requests")
    try:
        code, said = run(cloud.state)
        assert code == 2
        assert "the plan is not complete, so nothing was changed" in said
        assert "the credentials expired: log in again and repeat the run" in said
        assert cloud.control.get("requests?mutating=true") == []
    finally:
        cloud.control.delete("faults")


def test_missing_variable_is_named(cloud: Any, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "inventories/local/group_vars", tmp_path / "group_vars")
    values = tmp_path / "group_vars/all/network.yml"
    kept = [line for line in values.read_text().splitlines() if not line.startswith("network_cidr:")]
    values.write_text("\n".join(kept))
    (tmp_path / "hosts.yml").write_text((ROOT / "inventories/local/hosts.yml").read_text())
    code, said = run(cloud.state, inventory=str(tmp_path))
    assert code != 0
    assert "missing required arguments: network_cidr" in said


def test_component_without_its_inputs_says_what_to_run_first(cloud: Any) -> None:
    code, said = run(cloud.state, "--limit", "database")
    assert code != 0
    sentence = "component identity has published nothing under /creator/local/identity: run provision.yml --limit identity first"
    assert sentence in said


DIGEST = "sha256:" + "0" * 64
#: What deploy.yml reads of the components before it looks at the release; nothing of it exists.
OUTPUTS = {
    "cluster/cluster_name": "c",
    "cluster/endpoint": "https://127.0.0.1:9",
    "cluster/certificate_authority": "LS0t",
    "registry/web_repository_uri": "123456789012.example/creator/web",
    "registry/api_repository_uri": "123456789012.example/creator/api",
    "registry/worker_repository_uri": "123456789012.example/creator/worker",
    "database/endpoint_address": "127.0.0.1",
    "database/endpoint_port": "9",
    "database/database_name": "platform",
    "database/secret_arn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!db-1",  # pragma: allowlist secret
    "storage/media_bucket": "creator-local-media",
    "storage/logs_bucket": "creator-local-logs",
    "messaging/renders_queue_url": "http://127.0.0.1:9/renders",
    "messaging/notifications_queue_url": "http://127.0.0.1:9/notifications",
    "edge/url": "https://local.creator.example",
    "edge/load_balancer_dns_name": "creator-local.elb.amazonaws.com",
}


@pytest.mark.parametrize(
    ("release", "words"),
    [
        ({"web": DIGEST, "worker": DIGEST}, "names no digest for service api"),
        ({"web": "latest", "api": DIGEST, "worker": DIGEST}, "sha256:"),
        ({"web": DIGEST, "api": DIGEST, "worker": DIGEST, "billing": DIGEST}, "billing"),
    ],
)
def test_a_release_that_cannot_be_meant_is_refused(cloud: Any, release: dict[str, str], words: str) -> None:
    ssm = cloud.client("ssm")
    for name, value in OUTPUTS.items():
        ssm.put_parameter(Name=f"/creator/local/{name}", Value=value, Type="String", Overwrite=True)
    cloud.control.delete("requests")

    code, said = run(cloud.state, *extra(release=release), verb="deploy", limit="services")

    assert code != 0
    assert words in said
    assert cloud.control.get("requests?mutating=true") == []


def test_synthetic_data_never_reaches_prod(cloud: Any) -> None:
    cloud.control.delete("requests")
    rehearsed = ("-e", "@tests/acceptance/overlay.yml")
    code, said = run(cloud.state, *rehearsed, verb="seed", limit="database", inventory="inventories/prod")
    assert code != 0
    assert cloud.control.get("requests?mutating=true") == []
    assert "prod" in said
    assert "synthetic" in said


@pytest.mark.parametrize(
    "verb",
    [
        "provision",
        "plan",
        "drift",
        "destroy",
        "unlock",
        "deploy",
        "rollback",
        "seed",
        "backup",
        "restore_drill",
        "site",
    ],
)
def test_a_run_without_an_environment_is_no_success(cloud: Any, verb: str) -> None:
    code, said = run(cloud.state, verb=verb, inventory=None)
    assert code != 0
    assert "-i inventories/" in said


def test_python_that_is_too_old() -> None:
    done = subprocess.run([ROOT / "scripts/find_python.sh", "3.99"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Python 3.99 or later is needed" in done.stderr

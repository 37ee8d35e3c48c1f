"""Wrong input ends a playbook before the first change, with a sentence that says what to do."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from .conftest import RunningCloud

ROOT = Path(__file__).resolve().parents[2]

OVERLAP = '{"network_data_cidrs": ["10.10.0.0/22", "10.10.116.0/22", "10.10.120.0/22"]}'
DIGEST = "sha256:" + "0" * 64
UNKNOWN_SERVICE = (
    f'{{"release": {{"web": "{DIGEST}", "api": "{DIGEST}", "worker": "{DIGEST}", "billing": "{DIGEST}"}}}}'
)

#: What is typed, and words of the answer: what was found and what to do.
CASES = {
    "unknown environment": (["provision", "-e", "platform_environment=lokal"], ["'lokal' is unknown", "inventories/"]),
    "no zones": (["provision", "-e", '{"network_zones": []}'], ["0 zones", "give one for each"]),
    "wrong type": (
        ["provision", "-e", '{"database_backup_retention_days": "long"}'],
        ["database_backup_retention_days"],
    ),
    "overlapping CIDRs": (["provision", "-e", OVERLAP], ["overlap", "give each CIDRs of its own"]),
    "release without digest": (["deploy", "-e", '{"release": {"web": "latest"}}'], ["digest", "sha256:"]),
    "unknown service": (["deploy", "-e", UNKNOWN_SERVICE], ["billing"]),
    "seed of another size": (["seed", "-e", '{"seed_size": "huge"}'], ["seed_size"]),
}


def play(arguments: list[str], inventory: str = "inventories/local", **environ: str) -> tuple[int, str]:
    """Exit code and output, unfolded, of a playbook run as a user types it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ANSIBLE_"))}
    env = {**kept, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1", **environ}
    done = subprocess.run(
        [
            ROOT / ".venv/bin/ansible-playbook",
            "-i",
            f"{inventory}/hosts.yml",
            f"playbooks/{arguments[0]}.yml",
            *arguments[1:],
        ],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def publish_outputs(cloud: RunningCloud) -> None:
    """What deploy.yml reads of the components before it looks at the release; nothing of it exists."""
    outputs = {
        "cluster": {"cluster_name": "c", "endpoint": "https://127.0.0.1:9", "certificate_authority": "LS0t"},
        "registry": {
            f"{name}_repository_uri": f"123456789012.example/creator/{name}" for name in ("web", "api", "worker")
        },
        "database": {"endpoint_address": "127.0.0.1", "endpoint_port": "9", "database_name": "platform"},
        "storage": {"media_bucket": "creator-local-media"},
    }
    ssm = cloud.client("ssm")
    for component, values in outputs.items():
        for key, value in values.items():
            ssm.put_parameter(Name=f"/creator/local/{component}/{key}", Value=value, Type="String", Overwrite=True)


@pytest.mark.parametrize("case", CASES)
def test_bad_input_stops_before_the_first_change(cloud: RunningCloud, tmp_path: Path, case: str) -> None:
    arguments, words = CASES[case]
    publish_outputs(cloud)
    cloud.control.delete("requests")

    code, said = play(arguments, LOCALCLOUD_STATE=str(cloud.state), PLATFORM_EVIDENCE_DIR=str(tmp_path))

    assert code != 0
    for word in words:
        assert word in said
    assert cloud.control.get("requests?mutating=true") == []


def test_missing_variable(cloud: RunningCloud, tmp_path: Path) -> None:
    inventory = tmp_path / "inventory"
    shutil.copytree(ROOT / "inventories/local", inventory)
    values = inventory / "group_vars/all.yml"
    kept = [line for line in values.read_text().splitlines() if not line.startswith("network_zones:")]
    values.write_text("\n".join(kept) + "\n")
    code, said = play(
        ["provision"], str(inventory), LOCALCLOUD_STATE=str(cloud.state), PLATFORM_EVIDENCE_DIR=str(tmp_path)
    )
    assert code != 0
    assert "missing required arguments: network_zones" in said


def test_no_local_cloud(tmp_path: Path) -> None:
    code, said = play(["provision"], LOCALCLOUD_STATE=str(tmp_path / "none"), PLATFORM_EVIDENCE_DIR=str(tmp_path))
    assert code != 0
    assert "no local cloud was ever started" in said
    assert "python -m localcloud up" in said


def test_local_cloud_that_was_stopped(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    (state / "state.json").write_text(
        '{"endpoint": "http://127.0.0.1:9", "access_key_id": "a", "secret_access_key": "b"}'
    )
    code, said = play(["provision"], LOCALCLOUD_STATE=str(state), PLATFORM_EVIDENCE_DIR=str(tmp_path))
    assert code != 0
    assert "python -m localcloud up" in said


def test_endpoint_that_is_not_loopback(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    (state / "state.json").write_text(
        '{"endpoint": "http://192.0.2.1:80", "access_key_id": "a", "secret_access_key": "b"}'
    )
    code, said = play(["provision"], LOCALCLOUD_STATE=str(state), PLATFORM_EVIDENCE_DIR=str(tmp_path))
    assert code != 0
    assert "192.0.2.1" in said


def test_real_credentials_in_reach(cloud: RunningCloud, tmp_path: Path) -> None:
    code, said = play(
        ["provision"], LOCALCLOUD_STATE=str(cloud.state), PLATFORM_EVIDENCE_DIR=str(tmp_path), AWS_PROFILE="prod"
    )
    assert code != 0
    assert "AWS_PROFILE" in said
    assert "unset" in said


def test_inventory_that_does_not_exist(tmp_path: Path) -> None:
    code, said = play(["provision"], inventory="inventories/prd", PLATFORM_EVIDENCE_DIR=str(tmp_path))
    assert code != 0
    assert "inventories/prd/hosts.yml" in said


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_environment_without_an_account(tmp_path: Path, environment: str) -> None:
    code, said = play(["provision"], inventory=f"inventories/{environment}", PLATFORM_EVIDENCE_DIR=str(tmp_path))
    assert code != 0
    assert f"inventories/{environment}/group_vars/all.yml" in said


def test_synthetic_data_in_prod(tmp_path: Path) -> None:
    code, said = play(
        ["seed", "-e", "platform_account_id=123456789012"],
        inventory="inventories/prod",
        PLATFORM_EVIDENCE_DIR=str(tmp_path),
    )
    assert code != 0
    assert "prod" in said
    assert "synthetic" in said


def test_python_that_is_too_old() -> None:
    done = subprocess.run(
        [ROOT / "scripts/find_python.sh", "3.99"], capture_output=True, text=True, check=False, env={**os.environ}
    )
    assert done.returncode == 1
    assert "Python 3.99 or later is needed" in done.stderr

"""A whole life of an environment in the names of its roles: nothing is refused, and no statement is there in vain.

The account itself only makes the roles at the beginning, removes them at the end, and stands for those who need no role here:
the data set's author, and whoever changes things behind the platform's back. The steps stand on each other.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml

from localcloud.images import push_placeholder
from tests.acceptance.test_environment import changes
from tests.permissions.conftest import ACTED, Roles

ROOT = Path(__file__).resolve().parents[2]
SELDOM = ROOT / "roles/identity/vars/main/seldom.yml"
SERVICES = ("web", "api", "worker")
ISSUER = "token.actions.githubusercontent.com"

_failed: list[str] = []


@pytest.fixture(autouse=True)
def _stop_after_a_failure(request: pytest.FixtureRequest) -> Iterator[None]:
    if _failed:
        pytest.skip(f"{_failed[0]} failed")
    before = request.session.testsfailed
    yield
    if request.session.testsfailed > before:
        _failed.append(request.node.name)


def pipeline(roles: Roles) -> dict[str, Any]:
    """Credentials of a GitHub job."""
    claims = {"iss": f"https://{ISSUER}", "aud": "sts.amazonaws.com", "exp": int(time.time()) + 900}
    claims["sub"] = "repo:creator/platform:environment:local"
    parts = [json.dumps(each).encode() for each in ({"alg": "RS256"}, claims)]
    token = ".".join([*(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts), "signature"])
    answer = roles.environment.cloud.client("sts").assume_role_with_web_identity(
        RoleArn=roles.arn("ci"), RoleSessionName="job", WebIdentityToken=token
    )
    return dict(answer["Credentials"])


def client(roles: Roles, service: str, keys: dict[str, Any]) -> Any:
    """A boto3 client of a session."""
    return boto3.client(
        service,
        endpoint_url=roles.environment.cloud.endpoint,
        region_name="eu-west-1",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )


def test_the_account_makes_the_roles(roles: Roles) -> None:
    roles.environment.play("provision", "--limit", "identity")


def test_what_the_read_only_role_plans_the_provisioner_applies(roles: Roles) -> None:
    roles.play("read-only", "plan")
    roles.play("provisioner", "provision", "-e", f"plan_digest={roles.environment.document('plan')['digest']}")
    roles.play("read-only", "drift")
    roles.play("provisioner", "provision")


def test_pipelines_take_on_the_roles_of_people(roles: Roles) -> None:
    sts, external = roles.environment.cloud.client("sts"), "creator-local"
    awx = sts.assume_role(RoleArn=roles.arn("awx"), RoleSessionName="job", ExternalId=external)["Credentials"]
    for keys in (pipeline(roles), awx):
        for role in ("provisioner", "read-only", "deployer", "drill"):
            client(roles, "sts", keys).assume_role(RoleArn=roles.arn(role), RoleSessionName="job")


def test_a_release_goes_out_and_comes_back(roles: Roles) -> None:
    ecr = client(roles, "ecr", pipeline(roles))
    ecr.get_authorization_token()
    for service in SERVICES:
        push_placeholder(ecr, f"creator-local-{service}", "placeholder", service)
    roles.play("deployer", "deploy")
    again = {"deploy_service_overrides": {"web": {"config": {"LOG_LEVEL": "debug"}}}}
    roles.play("deployer", "deploy", "-e", json.dumps(again))
    roles.play("deployer", "rollback")


def test_data_are_backed_up_and_proved_to_restore(roles: Roles) -> None:
    roles.environment.play("seed")
    roles.play("deployer", "backup", "-e", "backup_force=true")
    roles.play("drill", "restore_drill")
    roles.play("drill", "drill_sweep")


def test_what_others_changed_is_found_and_repaired(roles: Roles) -> None:
    for one in changes("local", ""):
        # Such a change is of the policies that this life is the proof of: what it allows in between would count for them.
        if one.kind != "iam_managed_policy":
            one.apply(roles.environment.world())
    roles.play("read-only", "drift", code=2)
    roles.play("provisioner", "drift", code=2)
    roles.play("read-only", "plan")
    roles.play("provisioner", "provision", "-e", f"plan_digest={roles.environment.document('plan')['digest']}")
    roles.play("read-only", "drift")


def test_all_is_removed_but_who_removes(roles: Roles) -> None:
    roles.play("provisioner", "destroy", "--limit", "!identity", "-e", "destroy=local", code=2)
    protected = [name for one in roles.environment.document("plan")["components"] for name in one["protected"]]
    assert {f"ecr_repository creator-local-{service}" for service in SERVICES} <= set(protected)
    override = json.dumps({"component_unprotected": protected})
    roles.play("provisioner", "destroy", "--limit", "!identity", "-e", "destroy=local", "-e", override)


@pytest.mark.parametrize("role", ACTED)
def test_nothing_was_refused(roles: Roles, role: str) -> None:
    found = roles.report(role)
    print(f"\n{role}: {found['text']}")
    assert found["requests"]
    assert found["refusals"] == []


@pytest.mark.parametrize("role", ACTED)
def test_no_statement_is_superfluous(roles: Roles, role: str) -> None:
    unused = {each["statement"] for each in roles.report(role)["unused"] if "creator-local-" in each["policy"]}
    seldom = yaml.safe_load(SELDOM.read_text(encoding="utf-8"))["identity_seldom_used"]
    assert all(each["reason"] for each in seldom)
    assert unused == {each["statement"] for each in seldom if each["role"] == role}


def test_the_account_removes_the_roles(roles: Roles) -> None:
    roles.environment.play("destroy", "-e", "destroy=local")
    found = roles.environment.document("destroy")
    assert found["left"] == []
    names = [each["name"] for each in found["kept"]]
    assert len(names) == 1
    assert names[0].startswith("rds_snapshot creator-local-database-")
    # Neither the provisioner nor whoever makes backups may delete one.
    override = json.dumps({"component_unprotected": names})
    roles.environment.play("destroy", "-e", "destroy=local", "-e", override)
    found = roles.environment.document("destroy")
    assert (found["left"], found["kept"]) == ([], [])

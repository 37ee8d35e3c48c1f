"""Changes of roles, policies and what an account has once, behind our back."""

from __future__ import annotations

import json
from typing import Any

from tests.localcloud.drift import WHOLE, Change, World

EVERYTHING = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]},
)
ISSUER = "token.actions.githubusercontent.com"


def _trust_everybody(world: World) -> None:
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    world.client("iam").update_assume_role_policy(RoleName=f"{world.prefix}-deployer", PolicyDocument=document)


def _all_for_the_api(world: World) -> None:
    world.client("iam").put_role_policy(
        RoleName=f"{world.prefix}-services-api", PolicyName="media", PolicyDocument=EVERYTHING
    )


def _administrator(world: World) -> None:
    world.client("iam").attach_role_policy(
        RoleName=f"{world.prefix}-node", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
    )


def _unbound(world: World) -> None:
    world.client("iam").delete_role_permissions_boundary(RoleName=f"{world.prefix}-ci")


def _longer(world: World) -> None:
    name = f"{world.prefix}-read-only"
    role = world.client("iam").get_role(RoleName=name)["Role"]
    world.client("iam").update_role(RoleName=name, Description=role["Description"], MaxSessionDuration=43200)


def _retag(world: World) -> None:
    world.client("iam").tag_role(RoleName=f"{world.prefix}-drill", Tags=[{"Key": "owner", "Value": "somebody"}])


def _more_for_the_provisioner(world: World) -> None:
    arn = f"arn:aws:iam::{world.account}:policy/{world.prefix}-provision-base"
    world.client("iam").create_policy_version(PolicyArn=arn, PolicyDocument=EVERYTHING, SetAsDefault=True)


def _more_audiences(world: World) -> None:
    arn = f"arn:aws:iam::{world.account}:oidc-provider/{ISSUER}"
    world.client("iam").add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID="everybody")


def _short_passwords(world: World) -> None:
    world.client("iam").delete_account_password_policy()


def _look_away(world: World) -> None:
    world.client("accessanalyzer").delete_analyzer(analyzerName=world.prefix)


CHANGES = [
    Change("iam_role", "trust", "a colleague's account cannot deploy", _trust_everybody, "{prefix}-deployer"),
    Change("iam_role", "policies", "something was denied", _all_for_the_api, "{prefix}-services-api"),
    Change("iam_role", "managed_policies", "something was denied", _administrator, "{prefix}-node"),
    Change("iam_role", "boundary", "a limit is in the way", _unbound, "{prefix}-ci"),
    Change("iam_role", "max_session_seconds", "sessions end too early", _longer, "{prefix}-read-only"),
    Change("iam_role", "tags", "somebody marks what is theirs", _retag, "{prefix}-drill"),
    Change("iam_managed_policy", "document", "a run was denied", _more_for_the_provisioner, "{prefix}-provision-base"),
    Change("iam_oidc_provider", "client_ids", "another tool wants in", _more_audiences, ISSUER),
    Change("iam_password_policy", "minimum_length", "somebody forgets passwords", _short_passwords, "account"),
    Change("accessanalyzer_analyzer", WHOLE, "findings are a nuisance", _look_away, "{prefix}"),
]

"""How a user gets in: a kubeconfig whose exec plug-in makes tokens as `aws eks get-token` does, and the plug-in's answer.

https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
"""

from __future__ import annotations

import configparser
import datetime
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from localcloud import places
from localcloud.kubernetes import authenticator

API_VERSION = "client.authentication.k8s.io/v1"
#: A token is taken for 15 minutes; clients ask for the next one a minute earlier.
GOOD_FOR = datetime.timedelta(minutes=14)


class AccessError(Exception):
    """The cluster cannot be reached as asked; the message says what to do."""


def _content(state: Path) -> places.StateFile:
    content = places.read(state)
    if content is None or not content.pid:
        raise AccessError(f"no local cloud runs in {state}: start it with `python -m localcloud up`")
    return content


def describe(state: Path, cluster: str, region: str | None = None) -> dict[str, Any]:
    """DescribeCluster's record. Raises AccessError."""
    import boto3  # noqa: PLC0415 - only this function needs it, and it takes a while to load
    from botocore.exceptions import ClientError  # noqa: PLC0415

    content = _content(state)
    client = boto3.client(
        "eks",
        endpoint_url=content.endpoint,
        region_name=region or content.region,
        aws_access_key_id=content.access_key_id,
        aws_secret_access_key=content.secret_access_key,
    )
    try:
        found: dict[str, Any] = client.describe_cluster(name=cluster)["cluster"]
    except ClientError as error:
        raise AccessError(
            f"EKS cluster {cluster} in {region or content.region}: {error.response['Error']['Message']}"
        ) from error
    if "endpoint" not in found:
        raise AccessError(f"EKS cluster {cluster} is {found['status']}: wait until it is ACTIVE")
    return found


def kubeconfig(state: Path, cluster: str, region: str | None = None) -> str:
    """A kubeconfig (JSON, which is YAML) for the cluster, with no secret in it. Raises AccessError."""
    found = describe(state, cluster, region)
    arguments = ["-m", "localcloud", "token", "--state", str(state), "--cluster-name", cluster]
    if region:
        arguments += ["--region", region]
    execution = {
        "apiVersion": API_VERSION,
        "command": sys.executable,
        "args": arguments,
        "interactiveMode": "Never",
        "env": [{"name": "PYTHONPATH", "value": str(places.REPOSITORY)}],
    }
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {
                    "name": found["arn"],
                    "cluster": {
                        "server": found["endpoint"],
                        "certificate-authority-data": found["certificateAuthority"]["data"],
                    },
                }
            ],
            "users": [{"name": found["arn"], "user": {"exec": execution}}],
            "contexts": [{"name": cluster, "context": {"cluster": found["arn"], "user": found["arn"]}}],
            "current-context": cluster,
        },
        indent=2,
    )


def _keys(content: places.StateFile, environ: Mapping[str, str]) -> tuple[str, str, str | None]:
    """Access key id, secret and session token of `environ`, else those of the cloud's root user."""
    if environ.get("AWS_ACCESS_KEY_ID") and environ.get("AWS_SECRET_ACCESS_KEY"):
        session = environ.get("AWS_SESSION_TOKEN") or None
        return environ["AWS_ACCESS_KEY_ID"], environ["AWS_SECRET_ACCESS_KEY"], session
    return content.access_key_id, content.secret_access_key, None


def shared_credentials(path: Path) -> dict[str, str]:
    """The default profile of an AWS shared credentials file, as variables of the environment. Raises AccessError."""
    parsed = configparser.ConfigParser(interpolation=None)
    try:
        parsed.read_string(path.read_text())
        found = parsed["default"]
        return {
            name.upper(): found[name] for name in ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
        }
    except (OSError, configparser.Error, KeyError) as error:
        raise AccessError(f"{path} holds no credentials of a session: {type(error).__name__}") from error


def registry_token(state: Path, environ: Mapping[str, str], region: str, endpoint: str | None = None) -> str:
    """`authorizationToken` of the emulated ECR in a region, in whose name `token` is. Raises AccessError.

    endpoint: URL of the AWS API where it is not that of the state file, as inside a network namespace.
    """
    import boto3  # noqa: PLC0415 - as above
    from botocore.exceptions import ClientError  # noqa: PLC0415

    content = _content(state)
    key, secret, session = _keys(content, environ)
    client = boto3.client(
        "ecr",
        endpoint_url=endpoint or content.endpoint,
        region_name=region,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=session,
    )
    try:
        return str(client.get_authorization_token()["authorizationData"][0]["authorizationToken"])
    except ClientError as error:
        raise AccessError(f"no credential for ECR in {region}: {error.response['Error']['Message']}") from error


def token(state: Path, cluster: str, environ: Mapping[str, str], region: str | None = None) -> str:
    """The ExecCredential (JSON) of a token for the cluster, as `aws eks get-token` prints it. Raises AccessError.

    In the name of AWS_ACCESS_KEY_ID of `environ` where it is set, else of the cloud's root user.
    """
    content = _content(state)
    made = authenticator.make(
        *_keys(content, environ), cluster=cluster, region=region or content.region, sts_endpoint=content.endpoint
    )
    until = (datetime.datetime.now(datetime.UTC) + GOOD_FOR).strftime("%Y-%m-%dT%H:%M:%SZ")
    return json.dumps(
        {
            "kind": "ExecCredential",
            "apiVersion": API_VERSION,
            "spec": {},
            "status": {"expirationTimestamp": until, "token": made},
        }
    )

# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""boto3 clients from a mapping of environment variables instead of the process's own environment.

An action plugin runs inside Ansible's worker, where the task's `environment:` is not set: it is handed over as a mapping.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.errors import AwsError

try:
    import boto3
    import botocore.loaders
    import botocore.session
    from botocore.config import Config
except ImportError:  # told when a client is asked for; ansible-test imports everything without it
    boto3 = None  # type: ignore[assignment]

#: Adaptive mode slows down on throttling instead of failing; 8 readers of 8 components can meet EC2's and IAM's limits.
#: https://boto3.amazonaws.com/v1/documentation/api/latest/guide/retries.html#adaptive-retry-mode
RETRIES = {"mode": "adaptive", "total_max_attempts": 8}

#: What a client keeps open at most: more threads than that would make new connections all the time.
CONNECTIONS = 16


@functools.cache
def _descriptions() -> Any:
    """What botocore knows of services, for all sessions of this process and its forks: parsing it is most of a client's cost."""
    return botocore.loaders.create_loader(os.environ.get("AWS_DATA_PATH"))


def preload(*services: str) -> None:
    """Read the descriptions of services, so that forks of this process need not. Makes no client; does nothing without boto3."""
    if boto3 is None:
        return
    loader = _descriptions()
    for name in ("endpoints", "partitions", "sdk-default-configuration", "_retry"):
        loader.load_data(name)
    for service in services:
        # Of each kind of description botocore lists all services there are, once for a loader: hundreds of folders.
        for kind in ("service-2", "endpoint-rule-set-1", "paginators-1"):
            loader.load_service_model(service, kind)


def session_for(environment: Mapping[str, str]) -> boto3.session.Session:
    """The boto3 session of the credentials that `environment` names. Raises botocore's ProfileNotFound.

    Raises AwsError when there is no boto3.
    """
    if boto3 is None:
        raise AwsError(
            "the Python that runs Ansible has no boto3: run it from the project's .venv, or install requirements/runtime.txt"
        )
    keyed = bool(environment.get("AWS_ACCESS_KEY_ID"))
    core = botocore.session.Session()
    core.register_component("data_loader", _descriptions())
    return boto3.session.Session(
        botocore_session=core,
        aws_access_key_id=environment.get("AWS_ACCESS_KEY_ID") or None,
        aws_secret_access_key=environment.get("AWS_SECRET_ACCESS_KEY") or None,
        aws_session_token=(environment.get("AWS_SESSION_TOKEN") or None) if keyed else None,
        profile_name=None if keyed else environment.get("AWS_PROFILE") or None,
    )


def client_factory(
    environment: Mapping[str, str], *, connect_seconds: float = 5, read_seconds: float = 30
) -> Callable[[str, str], Any]:
    """A function (service, region) -> boto3 client, for one account.

    Reads AWS_ENDPOINT_URL[_<SERVICE>], AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_PROFILE and
    AWS_CA_BUNDLE from `environment`; what is absent there comes from boto3's usual chain. Not for use by several threads
    at once (a boto3 session is not thread-safe); the clients it returns are.
    Raises botocore's ProfileNotFound when AWS_PROFILE names none, AwsError when there is no boto3.
    """
    session = session_for(environment)
    config = Config(
        retries=RETRIES,  # type: ignore[arg-type]  # a TypedDict of botocore-stubs
        connect_timeout=connect_seconds,
        read_timeout=read_seconds,
        max_pool_connections=CONNECTIONS,
        user_agent_extra="creator.platform",
    )

    def client(service: str, region: str) -> Any:
        specific = "AWS_ENDPOINT_URL_" + service.upper().replace("-", "_")
        return session.client(
            service,  # type: ignore[call-overload]  # any service
            region_name=region,
            endpoint_url=environment.get(specific) or environment.get("AWS_ENDPOINT_URL") or None,
            verify=environment.get("AWS_CA_BUNDLE") or None,
            config=config,
        )

    return client

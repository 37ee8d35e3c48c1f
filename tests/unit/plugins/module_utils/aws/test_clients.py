# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients from a mapping instead of the process's environment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws import clients
from ansible_collections.creator.platform.plugins.module_utils.aws.errors import AwsError
from botocore.loaders import JSONFileLoader

KEYS = {"AWS_ACCESS_KEY_ID": "AKIAX", "AWS_SECRET_ACCESS_KEY": "y", "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}


def test_endpoint_keys_and_region_come_from_the_mapping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://elsewhere")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of the process")
    client = clients.client_factory(KEYS)("ec2", "eu-central-1")
    assert client.meta.endpoint_url == "http://127.0.0.1:1"
    assert client.meta.region_name == "eu-central-1"
    credentials = client._request_signer._credentials
    assert (credentials.access_key, credentials.token) == ("AKIAX", None)


def test_endpoint_of_a_service_comes_first() -> None:
    made = clients.client_factory({**KEYS, "AWS_ENDPOINT_URL_EC2": "http://127.0.0.1:2"})
    assert made("ec2", "eu-west-1").meta.endpoint_url == "http://127.0.0.1:2"
    assert made("ssm", "eu-west-1").meta.endpoint_url == "http://127.0.0.1:1"


def test_throttling_slows_down_and_does_not_fail_at_once() -> None:
    retries = clients.client_factory(KEYS)("ec2", "eu-west-1").meta.config.retries
    assert retries["mode"] == "adaptive"
    assert retries["total_max_attempts"] == 8


def test_python_without_boto3_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "boto3", None)
    with pytest.raises(AwsError, match="has no boto3: run it from the project's"):
        clients.client_factory(KEYS)


def test_descriptions_of_services_are_read_once_in_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    clients.preload("sts")

    read: list[str] = []
    original = JSONFileLoader.load_file

    def load_file(loader: JSONFileLoader, path: str) -> object:
        found = original(loader, path)
        if found is not None:
            read.append(path)
        return found

    monkeypatch.setattr(JSONFileLoader, "load_file", load_file)
    for _session in range(2):
        assert clients.client_factory(KEYS)("sts", "eu-west-1").meta.service_model.service_name == "sts"
    assert not [path for path in read if "/sts/" in path]


def test_a_client_of_another_service_lists_not_all_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    clients.preload("sts")
    listed: list[str] = []
    original = os.listdir

    def listdir(path: str) -> list[str]:
        listed.append(Path(path).name)
        return original(path)

    monkeypatch.setattr("botocore.loaders.os.listdir", listdir)
    assert clients.client_factory(KEYS)("sqs", "eu-west-1").can_paginate("list_queues")
    assert set(listed) == {"sqs"}


def test_nothing_is_preloaded_without_boto3(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "boto3", None)
    clients.preload("sts")

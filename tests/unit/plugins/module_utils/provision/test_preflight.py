# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input: each kind of it is one sentence that says what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.creator.platform.plugins.module_utils.provision.preflight import (
    Settings,
    account_problem,
    cidr_problems,
    is_loopback,
    problems,
)

LOCAL = Settings(
    "local",
    "123456789012",
    "eu-west-1",
    "eu-central-1",
    {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "AWS_ACCESS_KEY_ID": "AKIALOCAL"},
)
DEV = Settings("dev", "210987654321", "eu-west-1", "eu-central-1", {"AWS_DEFAULT_REGION": "eu-west-1"})


def test_sound_environments_have_no_problem() -> None:
    assert problems(LOCAL, {}) == []
    assert problems(LOCAL, {"AWS_ACCESS_KEY_ID": "AKIALOCAL"}) == []
    assert problems(DEV, {"AWS_PROFILE": "dev"}) == []
    assert problems(replace(DEV, environment="dev-alice", sandbox="alice"), {}) == []
    assert problems(replace(DEV, environment="dev-a2-c", sandbox="a2-c"), {}) == []
    assert problems(replace(DEV, environment="prod", rehearsal=True, aws=LOCAL.aws), {}) == []


@pytest.mark.parametrize(
    ("settings", "environ", "words"),
    [
        (replace(DEV, environment="qa"), {}, "environment 'qa' is unknown: run with -i inventories/<environment>"),
        (replace(DEV, environment="dev-alice"), {}, "environment 'dev-alice' is unknown"),
        (replace(DEV, sandbox="alice"), {}, "sandboxes are of dev only and this is dev"),
        (replace(DEV, environment="prod", sandbox="alice"), {}, "sandboxes are of dev only and this is prod"),
        (replace(DEV, environment="dev-Alice", sandbox="Alice"), {}, "all lower case"),
        (replace(DEV, environment="dev-a-", sandbox="a-"), {}, "not ending with a hyphen"),
        (replace(DEV, environment="dev-abcdefghijkl", sandbox="abcdefghijkl"), {}, "up to 10 more"),
        (replace(DEV, rehearsal=True), {}, "python -m localcloud up"),
        (replace(DEV, rehearsal=True, aws=LOCAL.aws), {"AWS_PROFILE": "prod"}, "real AWS credentials are in reach"),
        (replace(DEV, account="000000000000"), {}, "still the placeholder"),
        (replace(DEV, account="12345"), {}, "12 digits"),
        (replace(DEV, region="Ireland"), {}, "platform_region must be an AWS region"),
        (replace(DEV, dr_region="eu-west-1"), {}, "another region"),
        (DEV, {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "unset it, or run with -i inventories/local"),
        (replace(DEV, aws={"AWS_ENDPOINT_URL": "http://x"}), {}, "is a real environment"),
        (replace(LOCAL, aws={}), {}, "python -m localcloud up"),
        (replace(LOCAL, aws={"AWS_ENDPOINT_URL": "https://ec2.amazonaws.com"}), {}, "may only talk to this machine"),
        (LOCAL, {"AWS_ACCESS_KEY_ID": "AKIAREAL"}, "real AWS credentials are in reach (AWS_ACCESS_KEY_ID)"),
        (LOCAL, {"AWS_PROFILE": "prod"}, "real AWS credentials are in reach (AWS_PROFILE)"),
        (LOCAL, {"AWS_WEB_IDENTITY_TOKEN_FILE": "/x"}, "AWS_WEB_IDENTITY_TOKEN_FILE"),
    ],
)
def test_problem(settings: Settings, environ: dict[str, str], words: str) -> None:
    found = problems(settings, environ)
    assert len(found) == 1
    assert words in found[0]


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        ("http://127.0.0.1:80", True),
        ("http://localhost:80", True),
        ("http://[::1]:80", True),
        ("http://127.9.9.9", True),
        ("http://10.0.0.1", False),
        ("http://localhost.example.com", False),
        ("", False),
    ],
)
def test_is_loopback(endpoint: str, expected: bool) -> None:
    assert is_loopback(endpoint) is expected


def test_credentials_of_another_account() -> None:
    assert account_problem("1", "1") == ""
    assert "of account 2, but the inventory is of account 1" in account_problem("1", "2")


@pytest.mark.parametrize(
    ("cidr", "subnets", "reserved", "words"),
    [
        ("10.0.0.0/16", {"a": "10.0.0.0/24", "b": "10.0.1.0/24"}, ["172.20.0.0/16"], []),
        ("10.0.0.0/16", {"a": "10.0.0.0/24", "b": "10.0.0.128/25"}, [], ["subnets a (10.0.0.0/24) and b"]),
        ("10.0.0.0/16", {"a": "10.1.0.0/24"}, [], ["subnet a (10.1.0.0/24) lies outside network_cidr"]),
        ("172.16.0.0/12", {}, ["172.20.0.0/16"], ["overlaps the reserved 172.20.0.0/16"]),
        ("10.0.0.1/16", {}, [], ["network_cidr: 10.0.0.1/16 has host bits set"]),
        ("ten", {"a": "x"}, [], ["network_cidr: 'ten'", "a: 'x'"]),
        ("10.0.0.0/16", {}, ["y"], ["network_reserved_cidrs: 'y'"]),
    ],
)
def test_cidrs(cidr: str, subnets: dict[str, str], reserved: list[str], words: list[str]) -> None:
    found = cidr_problems(cidr, subnets, reserved)
    assert len(found) == len(words)
    assert all(word in problem for word, problem in zip(words, found, strict=True))

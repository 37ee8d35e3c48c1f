"""Safety: what real is in reach."""

from __future__ import annotations

from pathlib import Path

import pytest

from localcloud.safety import check, is_loopback

HOME = Path("/users/u")
LOCAL = "AKIALOCALAAAAAAAAAAA"


def found(environ: dict[str, str], files: dict[str, str] | None = None) -> list[str]:
    """Findings with these files only."""
    contents = {Path(name): text for name, text in (files or {}).items()}
    return check(environ, HOME, read=contents.get)


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1"},
        {"AWS_ACCESS_KEY_ID": LOCAL, "AWS_ENDPOINT_URL": "http://127.0.0.1:5000"},
        {"AWS_ENDPOINT_URL_S3": "http://localhost:5000", "AWS_ENDPOINT_URL": "http://[::1]:5000"},
        {"AWS_PROFILE": ""},
    ],
)
def test_nothing_in_reach(environ: dict[str, str]) -> None:
    """The local cloud's own keys and loopback endpoints are fine."""
    assert found(environ) == []


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE"}, "AWS_ACCESS_KEY_ID"),
        ({"AWS_SESSION_TOKEN": "x"}, "AWS_SESSION_TOKEN"),
        ({"AWS_PROFILE": "prod"}, "AWS_PROFILE"),
        ({"AWS_DEFAULT_PROFILE": "prod"}, "AWS_DEFAULT_PROFILE"),
        ({"AWS_WEB_IDENTITY_TOKEN_FILE": "/x"}, "AWS_WEB_IDENTITY_TOKEN_FILE"),
        ({"AWS_ROLE_ARN": "arn"}, "AWS_ROLE_ARN"),
        ({"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x"}, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
        ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://x"}, "AWS_CONTAINER_CREDENTIALS_FULL_URI"),
        ({"AWS_ENDPOINT_URL": "https://ec2.eu-west-1.amazonaws.com"}, "AWS_ENDPOINT_URL"),
        ({"AWS_ENDPOINT_URL_RDS": "http://10.0.0.1"}, "AWS_ENDPOINT_URL_RDS"),
        ({"AWS_ACCESS_KEY_ID": LOCAL, "AWS_ENDPOINT_URL": "http://localhost.example.com"}, "AWS_ENDPOINT_URL"),
    ],
)
def test_environment(environ: dict[str, str], named: str) -> None:
    """Each is named, in one sentence that says what to do."""
    (sentence,) = found(environ)
    assert sentence.startswith(f"{named} is ")
    assert "unset it" in sentence


@pytest.mark.parametrize(
    ("text", "section"),
    [
        ("[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x", "default"),
        ("[sso]\nsso_start_url = https://x", "sso"),
        ("[process]\ncredential_process = /bin/x", "process"),
        ("[profile role]\nrole_arn = arn", "profile role"),
    ],
)
@pytest.mark.parametrize("name", ["credentials", "config"])
def test_files(text: str, section: str, name: str) -> None:
    """Credentials in the files of the home folder, or where the environment says that they are."""
    (sentence,) = found({}, {f"/users/u/.aws/{name}": text})
    assert f"[{section}]" in sentence
    (sentence,) = found({"AWS_CONFIG_FILE": "/elsewhere"}, {"/elsewhere": text})
    assert sentence.startswith("/elsewhere")


def test_harmless_files() -> None:
    """A region is no credential, nor is the local cloud's key."""
    assert found({}, {"/users/u/.aws/config": "[default]\nregion = eu-west-1"}) == []
    assert found({}, {"/users/u/.aws/credentials": f"[default]\naws_access_key_id = {LOCAL}"}) == []
    assert (
        found(
            {"AWS_SHARED_CREDENTIALS_FILE": "/dev/null"},
            {"/users/u/.aws/credentials": "[default]\naws_access_key_id = AKIAX"},
        )
        == []
    )


def test_unreadable_file_is_not_trusted() -> None:
    """Unknown is never safe."""
    (sentence,) = found({}, {"/users/u/.aws/credentials": "no section"})
    assert "cannot be read" in sentence


def test_no_secret_in_findings() -> None:
    """The key is not printed in full."""
    assert "IOSFODNN7" not in found({"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE"})[0]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:1", True),
        ("http://127.8.9.1", True),
        ("http://[::1]:1", True),
        ("http://localhost", True),
        ("http://s3.localhost:5000", True),
        ("http://127.0.0.1.example.com", False),
        ("http://user@10.0.0.1", False),
        ("127.0.0.1:5000", False),
        ("", False),
        ("http://[bad", False),
    ],
)
def test_is_loopback(url: str, expected: bool) -> None:
    """By the host only."""
    assert is_loopback(url) is expected

"""Tokens of EKS: what is made is taken, and everything that differs in one point is refused."""

from __future__ import annotations

import base64
import datetime
from dataclasses import dataclass, replace

import pytest

from localcloud.kubernetes import authenticator

NOW = datetime.datetime.now(datetime.UTC)
SECRET = "secret"
HOST = "127.0.0.1:4566"


@dataclass(frozen=True)
class Known:
    arn: str = "arn:aws:iam::123456789012:user/ann"
    secret: str = SECRET
    token: str | None = None
    expires: datetime.datetime | None = None
    active: bool = True


def made(
    cluster: str = "one", secret: str = SECRET, session: str | None = None, endpoint: str = f"http://{HOST}"
) -> str:
    return authenticator.make(
        "AKIAEXAMPLE", secret, session, cluster=cluster, region="eu-west-1", sts_endpoint=endpoint
    )


def checked(
    token: str, cluster: str = "one", key: Known | None = Known(), now: datetime.datetime | None = None
) -> authenticator.Caller:
    return authenticator.check(
        token,
        cluster,
        {HOST},
        lambda access_key: key if access_key == "AKIAEXAMPLE" else None,
        now or datetime.datetime.now(datetime.UTC),
    )


def edited(token: str, old: str, new: str) -> str:
    raw = token.removeprefix(authenticator.PREFIX)
    url = base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)).decode()
    assert old in url
    return authenticator.PREFIX + base64.urlsafe_b64encode(url.replace(old, new).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "endpoint",
    [f"http://{HOST}", f"http://{HOST}/", "https://sts.eu-west-1.amazonaws.com", "https://sts.amazonaws.com"],
)
def test_a_token_proves_its_maker(endpoint: str) -> None:
    assert checked(made(endpoint=endpoint)) == authenticator.Caller("arn:aws:iam::123456789012:user/ann", "AKIAEXAMPLE")


def test_a_session_needs_its_token() -> None:
    session = Known(token="the+session/token==")
    assert checked(made(session="the+session/token=="), key=session)
    with pytest.raises(authenticator.RefusedError, match="session token"):
        checked(made(), key=session)


@pytest.mark.parametrize(
    ("token", "key", "now", "why"),
    [
        ("k8s-aws-v1.!!!", Known(), NOW, "base64|not STS"),
        ("something", Known(), NOW, "does not start"),
        (made(secret="other"), Known(), NOW, "signature"),
        (made(cluster="two"), Known(), NOW, "signature"),
        (made(), None, NOW, "unknown"),
        (made(), replace(Known(), active=False), NOW, "inactive"),
        (made(), Known(expires=datetime.datetime(2020, 1, 1)), NOW, "expired"),
        (made(), Known(), NOW + datetime.timedelta(minutes=16), "expired"),
        (made(), Known(), NOW - datetime.timedelta(minutes=6), "future"),
        (made(endpoint="http://evil.example"), Known(), NOW, "not STS"),
        (made(endpoint="https://sts.amazonaws.com.evil.example"), Known(), NOW, "not STS"),
        (edited(made(), "GetCallerIdentity", "AssumeRole"), Known(), NOW, "GetCallerIdentity"),
        (edited(made(), "Action=", "Extra=1&Action="), Known(), NOW, "not allowed"),
        (edited(made(), "Action=", "action=AssumeRole&Action="), Known(), NOW, "twice"),
        (edited(made(), "host%3Bx-k8s-aws-id", "host"), Known(), NOW, "does not cover"),
    ],
)
def test_everything_else_is_refused(token: str, key: Known | None, now: datetime.datetime, why: str) -> None:
    with pytest.raises(authenticator.RefusedError, match=why):
        checked(token, key=key, now=now)

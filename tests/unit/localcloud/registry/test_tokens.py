"""Credentials of the registry: what is issued is read again, and nothing else."""

from __future__ import annotations

import base64

import pytest

from localcloud.registry import tokens

KEY = b"key"
CREDENTIAL = tokens.Credential("LCAAAAAAAAAAAAAAAAAA", "123456789012", "eu-west-1", 1000)


def header(user: str, password: str, scheme: str = "Basic") -> str:
    return f"{scheme} {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


def test_what_was_issued_is_read_until_it_expires() -> None:
    password = tokens.issue(KEY, CREDENTIAL)
    assert tokens.read(KEY, password, 999.9) == CREDENTIAL
    assert tokens.of_header(KEY, f"Basic {tokens.token(password)}", 0) == CREDENTIAL
    assert tokens.of_header(KEY, header("AWS", password, "basic"), 0) == CREDENTIAL
    with pytest.raises(tokens.CredentialError, match="has expired"):
        tokens.read(KEY, password, 1000)


@pytest.mark.parametrize(
    "given",
    [
        None, "", "Basic", "Basic !", "Basic /w==", header("AWS", ""), header("AWS", "."), header("AWS", "é.é"),
        header("AWS", tokens.issue(b"another key", CREDENTIAL)),
        header("root", tokens.issue(KEY, CREDENTIAL)),
        header("AWS", tokens.issue(KEY, CREDENTIAL), "Bearer"),
        header("AWS", tokens.issue(KEY, tokens.Credential("A", "1", "r", 1000, layer="web@sha256:1"))),
    ],
)  # fmt: skip
def test_anything_else_is_refused(given: str | None) -> None:
    with pytest.raises(tokens.CredentialError, match="Not Authorized"):
        tokens.of_header(KEY, given, 0)

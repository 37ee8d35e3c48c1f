"""Redaction: no secret stays, names stay."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.redaction import REDACTED, is_secret_name, redact


@pytest.mark.parametrize(
    "name",
    [
        "MasterUserPassword", "SecretString", "SecretBinary", "Password", "OldPassword", "NewPassword", "AuthToken",
        "SessionToken",
        "WebIdentityToken", "SAMLAssertion", "PrivateKey", "SecretAccessKey", "Plaintext",
        "UserData", "SSECustomerKey", "client-secret",
        "token", "ApiKey", "DB_PASSWORD",
    ],
)  # fmt: skip
def test_secret_names(name: str) -> None:
    """Names of parameters that hold secrets."""
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "SecretId", "SecretArn", "SecretIdList", "NextToken", "ClientToken", "ClientRequestToken", "ContinuationToken",
        "LockToken",
        "KeyId", "MasterUserSecretKmsKeyId", "PasswordReusePrevention", "SSECustomerKeyMD5", "DBInstanceIdentifier", "Name",
    ],
)  # fmt: skip
def test_harmless_names(name: str) -> None:
    """Names that look like it and are not."""
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    ("given_value", "expected"),
    [
        ({"MasterUserPassword": "x", "DBName": "d"}, {"MasterUserPassword": REDACTED, "DBName": "d"}),
        (
            {"Name": "/a", "Type": "SecureString", "Value": "x"},
            {"Name": "/a", "Type": "SecureString", "Value": REDACTED},
        ),
        ({"Name": "/a", "Type": "String", "Value": "x"}, {"Name": "/a", "Type": "String", "Value": "x"}),
        ({"Tags": [{"Key": "password", "Value": "x"}]}, {"Tags": [{"Key": "password", "Value": REDACTED}]}),
        (
            {"Credentials": {"Username": "u", "Nested": ["x"]}},
            {"Credentials": {"Username": REDACTED, "Nested": [REDACTED]}},
        ),
        ({"Detail": '{"password": "x"}'}, {"Detail": json.dumps({"password": REDACTED})}),
        ({"Body": b"abc"}, {"Body": "(3 bytes)"}),
        ({"ManageMasterUserPassword": True}, {"ManageMasterUserPassword": True}),
        ({"PasswordLength": 14, "None": None}, {"PasswordLength": 14, "None": None}),
    ],
)
def test_redact(given_value: Any, expected: Any) -> None:
    """Recursively, by name, by pair, and in JSON inside strings."""
    assert redact(given_value) == expected


@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.binary()),
        lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
        max_leaves=20,
    )
)
def test_what_comes_out_is_json_and_no_secret(value: Any) -> None:
    """Under a secret name every string is hidden, and everything can be written as JSON."""
    text = json.dumps(redact({"Password": value}))
    assert json.loads(text) == redact({"Password": value})
    strings: list[str] = []
    collect(json.loads(text)["Password"], strings)
    assert all(string == REDACTED or string.endswith(" bytes)") for string in strings)


def collect(value: Any, found: list[str]) -> None:
    """All strings that are values."""
    if isinstance(value, str):
        found.append(value)
    elif isinstance(value, list):
        for item in value:
            collect(item, found)
    elif isinstance(value, dict):
        for item in value.values():
            collect(item, found)

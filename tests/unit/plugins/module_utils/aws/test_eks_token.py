# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EKS tokens: what is signed, and when one is replaced."""

from __future__ import annotations

import base64
from urllib.parse import parse_qs, urlsplit

import pytest

pytest.importorskip("botocore")

from ansible_collections.creator.platform.plugins.module_utils.aws.eks_token import LIFETIME, eks_token, renewing
from botocore.credentials import Credentials
from botocore.exceptions import NoCredentialsError


def url(token: str) -> str:
    prefix, _dot, encoded = token.rpartition(".")
    assert prefix == "k8s-aws-v1"
    return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()


def test_the_token_is_a_presigned_request_whose_signature_covers_the_cluster():
    found = urlsplit(url(eks_token(Credentials("AK", "SK", "session"), "creator-dev", "eu-west-1")))
    query = {key: value[0] for key, value in parse_qs(found.query).items()}
    assert found.netloc == "sts.eu-west-1.amazonaws.com"
    assert query["Action"] == "GetCallerIdentity"
    assert query["X-Amz-SignedHeaders"] == "host;x-k8s-aws-id"
    assert query["X-Amz-Expires"] == "60"
    assert query["X-Amz-Security-Token"] == "session"
    assert query["X-Amz-Credential"].startswith("AK/")


def test_another_endpoint_is_signed_as_it_is():
    token = eks_token(Credentials("AK", "SK"), "creator-local", "eu-west-1", "http://127.0.0.1:4566/")
    assert url(token).startswith("http://127.0.0.1:4566/?Action=GetCallerIdentity")


def test_without_credentials_botocore_says_so():
    with pytest.raises(NoCredentialsError):
        eks_token(None, "creator-dev", "eu-west-1")


def test_a_token_is_kept_until_it_is_old():
    now, made = [0.0], []
    token = renewing(lambda: made.append(1) or f"t{len(made)}", lambda: now[0])
    assert [token(), token()] == ["t1", "t1"]
    now[0] = LIFETIME + 1
    assert token() == "t2"

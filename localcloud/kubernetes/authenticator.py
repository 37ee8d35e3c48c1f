"""Tokens of EKS: made from AWS credentials, and checked as EKS does. Pure but for botocore's signer in `make`.

A token is `k8s-aws-v1.` and the base64url of a presigned STS GetCallerIdentity URL whose signature covers the cluster name:
https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster
"""

from __future__ import annotations

import base64
import binascii
import datetime
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

from localcloud import sigv4

PREFIX = "k8s-aws-v1."
CLUSTER_HEADER = "x-k8s-aws-id"
#: However long the signature says it is good for, EKS takes a token for 15 minutes; 5 minutes for clocks that differ.
LIFETIME = datetime.timedelta(minutes=15)
SKEW = datetime.timedelta(minutes=5)
AWS_HOST = re.compile(r"sts(-fips)?\.([a-z0-9-]+\.)?amazonaws\.com(\.cn)?")
PARAMETERS = {
    "action",
    "version",
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-expires",
    "x-amz-security-token",
    "x-amz-signature",
    "x-amz-signedheaders",
}


class RefusedError(Exception):
    """The token does not prove who it says; the text is for the log, never for the caller."""


class Key(Protocol):
    """What is known of an access key: see `localcloud.principals.Principal`."""

    @property
    def arn(self) -> str: ...

    @property
    def secret(self) -> str: ...

    @property
    def token(self) -> str | None: ...

    @property
    def expires(self) -> datetime.datetime | None: ...

    @property
    def active(self) -> bool: ...


@dataclass(frozen=True)
class Caller:
    """Who a token speaks for."""

    arn: str
    access_key_id: str


def check(
    token: str, cluster: str, hosts: set[str], find: Callable[[str], Key | None], now: datetime.datetime
) -> Caller:
    """The caller whom the token proves. Raises RefusedError.

    hosts: `host:port` of the emulated STS, beside the real names. find: what is known of an access key. now: aware UTC.
    """
    url = _url(token)
    parts = urlsplit(url)
    if parts.netloc not in hosts and not AWS_HOST.fullmatch(parts.netloc):
        raise RefusedError(f"host {parts.netloc!r} is not STS")
    if parts.scheme not in {"http", "https"} or parts.path not in {"", "/"} or parts.fragment:
        raise RefusedError("not the URL of an STS action")
    _check_parameters(parts.query)
    headers = {"host": parts.netloc, CLUSTER_HEADER: cluster}
    signed = sigv4.read({}, parts.query)
    if signed is None or signed.service != "sts":
        raise RefusedError("not a presigned STS request")
    if CLUSTER_HEADER not in signed.signed_headers or "host" not in signed.signed_headers:
        raise RefusedError(f"the signature does not cover host and {CLUSTER_HEADER}")
    _check_time(signed.amz_date, now)
    key = find(signed.access_key_id)
    if key is None or not key.active:
        raise RefusedError(f"access key {signed.access_key_id} is unknown or inactive")
    if key.expires is not None and key.expires.replace(tzinfo=datetime.UTC) < now:
        raise RefusedError(f"session of {signed.access_key_id} has expired")
    if key.token is not None and signed.token != key.token:
        raise RefusedError(f"session token of {signed.access_key_id} is missing or wrong")
    expected = sigv4.signature(
        signed, key.secret, method="GET", raw_path=parts.path or "/", query=parts.query, headers=headers, body=b""
    )
    if not hmac.compare_digest(expected, signed.signature):
        raise RefusedError(f"signature of {signed.access_key_id} does not match for cluster {cluster}")
    return Caller(key.arn, signed.access_key_id)


def _url(token: str) -> str:
    if not token.startswith(PREFIX):
        raise RefusedError(f"does not start with {PREFIX}")
    raw = token.removeprefix(PREFIX)
    try:
        return base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise RefusedError("is not base64") from error


def _check_parameters(query: str) -> None:
    pairs = [(name.lower(), value) for name, value in parse_qsl(query, keep_blank_values=True)]
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise RefusedError("a parameter is given twice")
    unknown = set(names) - PARAMETERS
    if unknown:
        raise RefusedError(f"parameter {sorted(unknown)[0]!r} is not allowed")
    values = dict(pairs)
    if values.get("action") != "GetCallerIdentity":
        raise RefusedError("the action is not GetCallerIdentity")


def _check_time(amz_date: str, now: datetime.datetime) -> None:
    try:
        signed_at = datetime.datetime.strptime(amz_date, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.UTC)
    except ValueError as error:
        raise RefusedError("X-Amz-Date is not a time") from error
    if now > signed_at + LIFETIME:
        raise RefusedError(f"expired: signed {signed_at:%H:%M:%S}, good for 15 minutes")
    if signed_at > now + SKEW:
        raise RefusedError("signed in the future")


def make(
    access_key_id: str,
    secret_access_key: str,
    session_token: str | None,
    *,
    cluster: str,
    region: str,
    sts_endpoint: str,
) -> str:
    """A token for `cluster`, as `aws eks get-token` makes it.

    sts_endpoint: URL, `https://sts.<region>.amazonaws.com` or the local cloud's.
    """
    from botocore.auth import SigV4QueryAuth  # noqa: PLC0415 - only who makes tokens needs botocore
    from botocore.awsrequest import AWSRequest  # noqa: PLC0415
    from botocore.credentials import Credentials  # noqa: PLC0415

    request = AWSRequest(
        method="GET",
        url=f"{sts_endpoint.rstrip('/')}/?Action=GetCallerIdentity&Version=2011-06-15",
        headers={CLUSTER_HEADER: cluster},
    )
    credentials = Credentials(access_key_id, secret_access_key, session_token)
    SigV4QueryAuth(credentials, "sts", region, expires=60).add_auth(request)
    return PREFIX + base64.urlsafe_b64encode(str(request.url).encode()).decode().rstrip("=")

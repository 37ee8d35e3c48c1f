"""Refuses calls whose access key nobody holds, or whose signature is not that key's; in the words of each protocol.

https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

from __future__ import annotations

import datetime
import hmac

from localcloud import principals, sigv4
from localcloud.calls import UNSIGNED, AwsError, Call

ANONYMOUS = "anonymous"
#: What the SDK and the service may differ: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html
_SKEW = datetime.timedelta(minutes=15)

#: For each protocol (S3 for itself): code and status of: nobody's key, wrong signature, expired session, no signature.
_ERRORS: dict[str, dict[str, tuple[str, int]]] = {
    "s3": {
        "unknown": ("InvalidAccessKeyId", 403),
        "signature": ("SignatureDoesNotMatch", 403),
        "expired": ("ExpiredToken", 400),
        "missing": ("AccessDenied", 403),
    },
    "ec2": {
        "unknown": ("AuthFailure", 401),
        "signature": ("SignatureDoesNotMatch", 403),
        "expired": ("RequestExpired", 400),
        "missing": ("MissingAuthenticationToken", 403),
    },
    "xml": {
        "unknown": ("InvalidClientTokenId", 403),
        "signature": ("SignatureDoesNotMatch", 403),
        "expired": ("ExpiredToken", 403),
        "missing": ("MissingAuthenticationToken", 403),
    },
    "json": {
        "unknown": ("UnrecognizedClientException", 403),
        "signature": ("InvalidSignatureException", 403),
        "expired": ("ExpiredTokenException", 403),
        "missing": ("MissingAuthenticationTokenException", 403),
    },
}


def error(call: Call, kind: str, message: str) -> AwsError:
    """The error of `kind` (unknown, signature, expired, missing) as the service of the call names it."""
    family = "json" if call.protocol in {"json", "rest-json"} else call.protocol
    if call.service in {"s3", "s3control"}:
        family = "s3"
    code, status = _ERRORS.get(family, _ERRORS["xml"])[kind]
    return AwsError(code, message, status)


def caller(call: Call, now: datetime.datetime) -> principals.Principal | None:
    """Who makes the call, None for an anonymous one where that is allowed. Raises AwsError. now: naive UTC."""
    if call.signed is None:
        if "authorization" in call.headers or "Signature=" in call.query:
            # New buckets do not know version 2 of the signature: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
            raise AwsError(
                "InvalidRequest",
                "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
                400,
            )
        if (call.service, call.action) in UNSIGNED or (
            call.service == "s3" and call.method in {"GET", "HEAD", "OPTIONS"}
        ):
            return None  # S3 itself decides whether the object is public, STS whether the token is good
        raise error(call, "missing", "Request is missing an authentication token")
    found = principals.find(call.signed.access_key_id)
    if found is None or not found.active:
        raise error(
            call,
            "unknown",
            "The security token included in the request is invalid: nobody in this cloud holds the access key",
        )
    if found.token is not None and call.signed.token != found.token:
        raise error(call, "unknown", "The security token included in the request is not that of the access key")
    if found.expires is not None and found.expires <= now:
        raise error(call, "expired", "The security token included in the request is expired")
    _check_signature(call, call.signed, found.secret, now)
    return found


def _check_signature(call: Call, signed: sigv4.Signed, secret: str, now: datetime.datetime) -> None:
    expected = sigv4.signature(
        signed,
        secret,
        method=call.method,
        raw_path=call.raw_path,
        query=call.query,
        headers=call.headers,
        body=call.body,
    )
    if not hmac.compare_digest(expected, signed.signature):
        raise error(
            call,
            "signature",
            "The request signature we calculated does not match the signature you provided: is the secret the right one?",
        )
    try:
        made = datetime.datetime.strptime(signed.amz_date, "%Y%m%dT%H%M%SZ")
    except ValueError:
        raise error(call, "signature", f"X-Amz-Date {signed.amz_date!r} is not YYYYMMDDTHHMMSSZ") from None
    valid = datetime.timedelta(seconds=signed.expires) if signed.expires is not None else _SKEW
    if signed.presigned and call.service == "s3" and now > made + valid:
        raise error(call, "missing", f"Request has expired: it was signed at {signed.amz_date} for {signed.expires} s")
    if now > made + valid or made > now + _SKEW:
        raise error(call, "expired", f"Request has expired: it was signed at {signed.amz_date}")

"""Tokens of AssumeRoleWithWebIdentity: which provider vouches, and the claims as condition keys. Pure.

Issuer, audience and time are checked, and the signature of an EKS cluster. That of others is not: their keys are out on the
network, where the local cloud does not go. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from localcloud import issuers
from localcloud.calls import AwsError


def read(
    parameters: Mapping[str, Any],
    providers: Mapping[str, tuple[str, ...]],
    now: float,
    key_of: Callable[[str], RSAPublicKey | None],
) -> tuple[str, dict[str, tuple[str, ...]]]:
    """ARN of the provider, and condition keys in lower case. Raises AwsError.

    providers: ARN -> audiences; now: epoch seconds; key_of: issuer of an EKS cluster -> its key, None where there is no such one.
    """
    token = str(parameters.get("WebIdentityToken") or "")
    claims = _claims(token)
    issuer = str(claims.get("iss", "")).partition("://")[2] or str(claims.get("iss", ""))
    provider = next((arn for arn in providers if arn.partition(":oidc-provider/")[2] == issuer), None)
    if provider is None:
        raise _invalid(f"No OpenIDConnect provider found in your account for {claims.get('iss')}")
    if issuers.ours(str(claims["iss"])):
        _check_signature(token, key_of(str(claims["iss"])))
    audience = claims.get("aud") or ()
    audiences = {audience} if isinstance(audience, str) else set(audience)
    if not audiences & set(providers[provider]):
        raise _invalid("Incorrect token audience")
    if float(claims.get("exp") or 0) <= now:
        raise AwsError("ExpiredTokenException", "Token expired: the claim exp is absent or in the past", 400)
    found = {f"{issuer}:{name}".lower(): _texts(value) for name, value in claims.items()}
    return provider, {**found, "aws:federatedprovider": (provider,), "aws:securetransport": ("true",)}


def _claims(token: str) -> dict[str, Any]:
    parts = token.split(".")
    try:
        claims = json.loads(_decoded(parts[1]))
    except (IndexError, ValueError, binascii.Error):
        raise _invalid(
            "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
        ) from None
    if not isinstance(claims, dict):
        raise _invalid("The ID Token provided is not a valid JWT")
    return claims


def _check_signature(token: str, key: RSAPublicKey | None) -> None:
    """As https://www.rfc-editor.org/rfc/rfc7515#section-5.2, for the algorithm that Kubernetes signs with. Raises AwsError."""
    if key is None:
        raise _invalid("Couldn't retrieve verification key from your identity provider: no EKS cluster has this issuer")
    signed, _, signature = token.rpartition(".")
    try:
        header = json.loads(_decoded(signed.partition(".")[0]))
        if header.get("alg") != "RS256":
            raise _invalid(f"The ID Token provided is signed with {header.get('alg')}, expected RS256")
        key.verify(_decoded(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError, AttributeError):
        raise _invalid("The ID Token provided has a signature that is not that of its issuer") from None


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidIdentityToken", message, 400)


def _texts(value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(str(each).lower() if isinstance(each, bool) else str(each) for each in values)

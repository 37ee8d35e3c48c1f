"""Tokens of AssumeRoleWithWebIdentity: which provider vouches, and the claims as condition keys. Pure.

Issuer, audience and time are checked. The signature is not: the providers' keys are out on the network, where the local cloud
does not go. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from localcloud.calls import AwsError


def read(
    parameters: Mapping[str, Any], providers: Mapping[str, tuple[str, ...]], now: float
) -> tuple[str, dict[str, tuple[str, ...]]]:
    """ARN of the provider, and condition keys in lower case. providers: ARN -> audiences; now: epoch seconds. Raises AwsError."""
    claims = _claims(str(parameters.get("WebIdentityToken") or ""))
    issuer = str(claims.get("iss", "")).partition("://")[2] or str(claims.get("iss", ""))
    provider = next((arn for arn in providers if arn.partition(":oidc-provider/")[2] == issuer), None)
    if provider is None:
        raise _invalid(f"No OpenIDConnect provider found in your account for {claims.get('iss')}")
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
        payload = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        claims = json.loads(payload)
    except (IndexError, ValueError, binascii.Error):
        raise _invalid(
            "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
        ) from None
    if not isinstance(claims, dict):
        raise _invalid("The ID Token provided is not a valid JWT")
    return claims


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidIdentityToken", message, 400)


def _texts(value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(str(each).lower() if isinstance(each, bool) else str(each) for each in values)

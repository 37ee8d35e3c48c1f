"""The keys of those issuers of web identity tokens that this cloud plays itself: its EKS clusters.

https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html
"""

from __future__ import annotations

import re
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

#: Issuers of EKS clusters; what is none of them is out on the network, where the local cloud does not go.
_OURS = re.compile(r"https://oidc\.eks\.[a-z0-9-]+\.amazonaws\.com/id/\w+")
Find = Callable[[str], RSAPublicKey | None]


class _Known:
    find: Find = staticmethod(lambda issuer: None)


def set_finder(find: Find) -> None:
    """Say how the key of a cluster's issuer is found: once, when the cloud starts. find: issuer -> key, None for no cluster."""
    _Known.find = staticmethod(find)


def ours(issuer: str) -> bool:
    """Whether an issuer is that of an EKS cluster, whether there is such a cluster or not."""
    return _OURS.fullmatch(issuer) is not None


def key_of(issuer: str) -> RSAPublicKey | None:
    """The key that an EKS cluster signs with; None where there is no such cluster."""
    return _Known.find(issuer)

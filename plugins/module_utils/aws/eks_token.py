# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bearer tokens of EKS: a pre-signed STS request that the cluster sends on to learn who asks.

Same token as `aws eks get-token`: https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

try:
    from botocore.auth import SigV4QueryAuth
    from botocore.awsrequest import AWSRequest
except ImportError:  # `clients.session_for`, without which there are no credentials to sign with, tells
    pass

#: The request's own validity as `aws eks get-token` sets it; EKS accepts the token for 15 minutes from its date.
EXPIRES = 60
#: A token is replaced after this many seconds, well before EKS refuses it.
LIFETIME = 600.0


def eks_token(session_or_credentials: Any, cluster_name: str, region: str, endpoint_url: str | None = None) -> str:
    """`k8s-aws-v1.` and the base64url of a pre-signed GetCallerIdentity for the cluster.

    session_or_credentials: a boto3 or botocore session, or botocore credentials. endpoint_url: of STS, the regional one when
    None. Raises botocore's NoCredentialsError when the session has no credentials.
    """
    getter = getattr(session_or_credentials, "get_credentials", None)
    credentials = getter() if getter else session_or_credentials
    base = (endpoint_url or f"https://sts.{region}.amazonaws.com").rstrip("/")
    request = AWSRequest(
        "GET",
        f"{base}/",
        headers={"x-k8s-aws-id": cluster_name},
        params={"Action": "GetCallerIdentity", "Version": "2011-06-15"},
    )
    SigV4QueryAuth(credentials, "sts", region, expires=EXPIRES).add_auth(request)
    url = request.prepare().url
    return "k8s-aws-v1." + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")


def renewing(make: Callable[[], str], clock: Callable[[], float]) -> Callable[[], str]:
    """A function that returns `make()`'s token and makes a new one when it is older than LIFETIME by `clock` (seconds)."""
    held: list[tuple[str, float]] = []

    def token() -> str:
        now = clock()
        if not held or now - held[0][1] > LIFETIME:
            held[:] = [(make(), now)]
        return held[0][0]

    return token

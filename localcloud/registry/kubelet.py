"""How a kubelet gets a credential for an image of the emulated ECR: the answer of a credential provider plug-in.

https://kubernetes.io/docs/tasks/administer-cluster/kubelet-credential-provider/
https://kubernetes.io/docs/reference/config-api/kubelet-credentialprovider.v1/
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

from localcloud.registry.protocol import HOST

API_VERSION = "credentialprovider.kubelet.k8s.io/v1"
#: Half of a credential's life, as AWS's own plug-in has it kept.
KEPT = "6h0m0s"


def answer(request: str, authorization_token: Callable[[str], str]) -> str:
    """The CredentialProviderResponse to a CredentialProviderRequest (both JSON); no credential for images of other registries.

    authorization_token: region -> `authorizationToken` of the ECR API. Raises ValueError for what is no such request.
    """
    asked: Any = json.loads(request)
    image = asked.get("image") if isinstance(asked, dict) else None
    if not isinstance(image, str) or asked.get("kind") != "CredentialProviderRequest":
        raise ValueError("expected a CredentialProviderRequest with an image on standard input, as a kubelet writes it")
    host = image.partition("/")[0]
    found = HOST.fullmatch(host)
    auth = {}
    if found is not None:
        user, _, password = base64.b64decode(authorization_token(found["region"])).decode().partition(":")
        auth[host] = {"username": user, "password": password}
    return json.dumps(
        {
            "apiVersion": asked.get("apiVersion", API_VERSION),
            "kind": "CredentialProviderResponse",
            "cacheKeyType": "Registry",
            "cacheDuration": KEPT,
            "auth": auth,
        }
    )

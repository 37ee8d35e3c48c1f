"""The servers of the daemon that a cluster's API server and its nodes come to, each started when it is first needed."""

from __future__ import annotations

import threading
from pathlib import Path

from localcloud import certificates
from localcloud.kubernetes import endpoints, pod_identity
from localcloud.places import atomic


class Doors:
    """One set for all clusters. state: the state folder, whose authority signs the certificate of the webhook for pods."""

    def __init__(
        self,
        state: Path,
        review: endpoints.Review,
        patches: endpoints.Patches,
        credentials: endpoints.Credentials,
    ) -> None:
        self._state, self._review, self._patches, self._credentials = state, review, patches, credentials
        self._lock = threading.Lock()
        self._reviews = ""
        self._admission = self._agent = 0

    def reviews(self, plane_name: str) -> str:
        """URL to which the API server of a control plane sends tokens."""
        with self._lock:
            self._reviews = self._reviews or endpoints.serve_reviews(self._review)
            return f"{self._reviews}/{plane_name}"

    def admission(self, plane_name: str) -> str:
        """URL to which it sends new pods; the certificate is of the state folder's authority.

        The port stays the same over restarts: an API server that starts again knows the one of before.
        """
        with self._lock:
            if not self._admission:
                certificate = certificates.issue(self._state, "eks-webhook", ["localhost"], ["127.0.0.1"])
                kept = self._state / "pod-admission-port"
                before = int(kept.read_text()) if kept.exists() else 0
                self._admission = int(endpoints.serve_admission(self._patches, *certificate, before).server_address[1])
                atomic(kept, str(self._admission).encode())
            return f"https://127.0.0.1:{self._admission}/{plane_name}"

    def agent(self) -> int:
        """Port of the pod identity agent on loopback."""
        with self._lock:
            self._agent = self._agent or endpoints.serve_credentials(pod_identity.CREDENTIALS_PATH, self._credentials)
            return self._agent

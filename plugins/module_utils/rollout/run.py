# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rollout engine on a cluster: what it reads comes through the Kubernetes adapter."""

from __future__ import annotations

from ansible_collections.creator.platform.plugins.module_utils.kube import api
from ansible_collections.creator.platform.plugins.module_utils.rollout.evidence import LINES
from ansible_collections.creator.platform.plugins.module_utils.rollout.follow import UnreadableError
from ansible_collections.creator.platform.plugins.module_utils.rollout.model import Object


class ClusterReader:
    """Whole kinds of a namespace, and logs, of one cluster."""

    def __init__(self, client: api.Client) -> None:
        self._client = client
        self._server_time: float | None = None

    def objects(self, kind: str, namespace: str) -> list[Object]:
        """Every object of the kind. Raises UnreadableError."""
        try:
            listing = api.list_objects(self._client, kind, namespace)
        except api.KubeError as error:
            raise UnreadableError(str(error), passing=error.passing, retry_after=error.retry_after) from error
        self._server_time = listing.server_time
        return list(listing.items)

    def server_time(self) -> float | None:
        """The server's time at the last list."""
        return self._server_time

    def logs(self, namespace: str, pod: str, container: str, previous: bool) -> list[str]:
        """The last lines of a container. Raises UnreadableError."""
        try:
            return api.logs(self._client, namespace, pod, container, previous=previous, lines=LINES)
        except api.KubeError as error:
            raise UnreadableError(str(error), passing=error.passing) from error

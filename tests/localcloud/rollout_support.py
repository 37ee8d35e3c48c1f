"""What the tests of rollouts share: a service that is released and judged as `rollout_apply` and `rollout_verify` do it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import boto3
from ansible_collections.creator.platform.plugins.module_utils.aws.eks_token import eks_token
from ansible_collections.creator.platform.plugins.module_utils.kube import api
from ansible_collections.creator.platform.plugins.module_utils.release import run as applying
from ansible_collections.creator.platform.plugins.module_utils.rollout import bundle
from ansible_collections.creator.platform.plugins.module_utils.rollout.model import Settings
from ansible_collections.creator.platform.plugins.module_utils.rollout.run import ClusterReader
from ansible_collections.creator.platform.plugins.module_utils.rollout.verify import verify

from tests.localcloud.conftest import RunningCloud
from tests.localcloud.kubernetes_access import wait

#: Little patience, as a test has.
SETTINGS = Settings(timeout=30, unschedulable_grace=2, readiness_floor=2)


class Shop:
    """A cluster with one service, `web`, each test in a namespace of its own."""

    def __init__(self, client: Any, repository: str, digests: list[str]) -> None:
        self.client, self.repository, self.digests = client, repository, digests
        self.namespace = ""

    def use(self, namespace: str) -> Shop:
        """Go to a new namespace."""
        self.namespace = namespace
        named = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
        applying.apply_all(self.client, [named], dry_run=False)
        wait("service account", lambda: api.read(self.client, "ServiceAccount", namespace, "default"))
        return self

    def release(
        self, image: int | str = 0, *, mutate: Callable[[dict[str, Any]], None] | None = None, **service: Any
    ) -> Any:
        """Apply a release of `web` with one of the pushed images, or a digest; returns (bundle, workloads)."""
        digest = self.digests[image] if isinstance(image, int) else image
        made = bundle.build(
            {"web": digest}, {"web": {"port": 8080, **service}}, {"web": self.repository}, self.namespace, {}
        )
        if mutate:
            mutate(next(o for o in made.objects if o["kind"] == "Deployment"))
        applied = applying.apply_all(self.client, made.objects, dry_run=False)
        return made, bundle.workloads(made.objects, applied.objects)

    def verdict(
        self, workloads: Any, settings: Settings = SETTINGS, sleep: Callable[[float], None] = time.sleep
    ) -> Any:
        """The document."""
        return verify(
            ClusterReader(self.client),
            workloads,
            settings,
            release="r",
            environment="local",
            clock=time.time,
            sleep=sleep,
            interval=0.2,
        )

    def deploy(self, *args: Any, settings: Settings = SETTINGS, **kwargs: Any) -> Any:
        """Apply and verify."""
        return self.verdict(self.release(*args, **kwargs)[1], settings)


def shop_of(cloud: RunningCloud, cluster: dict[str, Any], repository: str, digests: list[str]) -> Shop:
    """The shop of a cluster, as EKS describes it. repository: its URI; digests: of the images in it."""
    session = boto3.session.Session(cloud.content.access_key_id, cloud.content.secret_access_key)
    client = api.connect(
        cluster["endpoint"],
        cluster["certificateAuthority"]["data"],
        lambda: eks_token(session, cluster["name"], cloud.content.region, cloud.endpoint),
    )
    return Shop(client, repository, digests)

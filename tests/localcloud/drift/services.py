"""Changes behind our back in the namespace of the services."""

from __future__ import annotations

from tests.localcloud.drift import Change, World


def role(world: World) -> None:
    eks = world.client("eks")
    found = eks.list_pod_identity_associations(clusterName=world.prefix, serviceAccount="api")["associations"][0]
    eks.update_pod_identity_association(
        clusterName=world.prefix,
        associationId=found["associationId"],
        roleArn=f"arn:aws:iam::{world.account}:role/{world.prefix}-node",
    )


def association(world: World) -> None:
    eks = world.client("eks")
    found = eks.list_pod_identity_associations(clusterName=world.prefix, serviceAccount="worker")["associations"][0]
    eks.delete_pod_identity_association(clusterName=world.prefix, associationId=found["associationId"])


CHANGES = [
    Change("eks_pod_identity_association", "role_arn", "a pod needs more rights", role, "{prefix}/creator/api"),
    Change("eks_pod_identity_association", "", "somebody tidies up", association, "{prefix}/creator/worker"),
]

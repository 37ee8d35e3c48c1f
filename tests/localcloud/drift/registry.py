"""Changes behind our back in the registry."""

from __future__ import annotations

from tests.localcloud.drift import Change, World


def mutable(world: World) -> None:
    world.client("ecr").put_image_tag_mutability(repositoryName=f"{world.prefix}-web", imageTagMutability="MUTABLE")


def scanning(world: World) -> None:
    world.client("ecr").put_image_scanning_configuration(
        repositoryName=f"{world.prefix}-api", imageScanningConfiguration={"scanOnPush": False}
    )


def lifecycle(world: World) -> None:
    world.client("ecr").delete_lifecycle_policy(repositoryName=f"{world.prefix}-worker")


def tags(world: World) -> None:
    arn = f"arn:aws:ecr:{world.region}:{world.account}:repository/{world.prefix}-worker"
    world.client("ecr").untag_resource(resourceArn=arn, tagKeys=["component"])


def replication(world: World) -> None:
    world.client("ecr").put_replication_configuration(replicationConfiguration={"rules": []})


CHANGES = [
    Change("ecr_repository", "immutable", "somebody moves a tag", mutable, "{prefix}-web"),
    Change("ecr_repository", "scan_on_push", "scans are slow", scanning, "{prefix}-api"),
    Change("ecr_repository", "lifecycle", "an image must not go", lifecycle, "{prefix}-worker"),
    Change("ecr_repository", "tags", "a script tidies tags", tags, "{prefix}-worker"),
    Change(
        "ecr_replication_rule",
        "",
        "another team writes its rules",
        replication,
        "{prefix}-",
        ("local", "staging", "prod"),
    ),
]

"""ECR of the local cloud through boto3."""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud import images


@pytest.fixture(scope="module")
def ecr(cloud: Any) -> Any:
    return cloud.client("ecr")


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_the_digest_is_the_hash_of_the_manifest(ecr: Any) -> None:
    ecr.create_repository(repositoryName="digest/web")
    digest = images.push_placeholder(ecr, "digest/web", "1", "web 1")
    [image] = ecr.batch_get_image(repositoryName="digest/web", imageIds=[{"imageTag": "1"}])["images"]
    assert digest == "sha256:" + hashlib.sha256(image["imageManifest"].encode()).hexdigest()
    assert image["imageId"] == {"imageDigest": digest, "imageTag": "1"}
    [detail] = ecr.describe_images(repositoryName="digest/web", imageIds=[{"imageDigest": digest}])["imageDetails"]
    assert detail["imageDigest"] == digest
    assert detail["imageTags"] == ["1"]
    assert images.push_placeholder(ecr, "digest/web", "1", "web 1") == digest
    assert len(ecr.describe_images(repositoryName="digest/web")["imageDetails"]) == 1


def test_a_wrong_digest_and_a_missing_repository_are_refused(ecr: Any) -> None:
    ecr.create_repository(repositoryName="refused/web")
    manifest, _ = images.manifest("x")
    with pytest.raises(ClientError) as error:
        ecr.put_image(
            repositoryName="refused/web", imageManifest=manifest, imageDigest="sha256:" + "0" * 64, imageTag="1"
        )
    assert code(error) == "ImageDigestDoesNotMatchException"
    with pytest.raises(ClientError) as error:
        ecr.put_image(repositoryName="nowhere", imageManifest=manifest, imageTag="1")
    assert code(error) == "RepositoryNotFoundException"


def test_an_immutable_tag_stays(ecr: Any) -> None:
    ecr.create_repository(repositoryName="immutable/web", imageTagMutability="IMMUTABLE")
    first = images.push_placeholder(ecr, "immutable/web", "1", "a")
    with pytest.raises(ClientError) as error:
        images.push_placeholder(ecr, "immutable/web", "1", "b")
    assert code(error) == "ImageTagAlreadyExistsException"
    assert images.push_placeholder(ecr, "immutable/web", "1", "a") == first


def test_a_mutable_tag_moves_and_leaves_its_image(ecr: Any) -> None:
    ecr.create_repository(repositoryName="mutable/web")
    images.push_placeholder(ecr, "mutable/web", "1", "a")
    second = images.push_placeholder(ecr, "mutable/web", "1", "b")
    [image] = ecr.batch_get_image(repositoryName="mutable/web", imageIds=[{"imageTag": "1"}])["images"]
    assert image["imageId"]["imageDigest"] == second
    assert len(ecr.describe_images(repositoryName="mutable/web")["imageDetails"]) == 2


def test_missing_images_are_failures(ecr: Any) -> None:
    ecr.create_repository(repositoryName="missing/web")
    asked = {"imageDigest": "sha256:" + "1" * 64}
    answer = ecr.batch_get_image(repositoryName="missing/web", imageIds=[asked])
    assert answer["images"] == []
    assert answer["failures"][0]["failureCode"] == "ImageNotFound"
    assert answer["failures"][0]["imageId"] == asked


def test_scan_on_push_ends_without_findings(ecr: Any) -> None:
    ecr.create_repository(repositoryName="scanned/web", imageScanningConfiguration={"scanOnPush": True})
    digest = images.push_placeholder(ecr, "scanned/web", "1", "a")
    findings = ecr.describe_image_scan_findings(repositoryName="scanned/web", imageId={"imageDigest": digest})
    assert findings["imageScanStatus"]["status"] == "COMPLETE"
    assert findings["imageScanFindings"]["findings"] == []
    [detail] = ecr.describe_images(repositoryName="scanned/web")["imageDetails"]
    assert detail["imageScanStatus"]["status"] == "COMPLETE"
    assert detail["imageScanFindingsSummary"]["findingSeverityCounts"] == {}


def test_settings_are_kept(ecr: Any) -> None:
    ecr.create_repository(repositoryName="settings/web")
    policy = json.dumps(
        {
            "rules": [
                {
                    "rulePriority": 1,
                    "selection": {
                        "tagStatus": "untagged",
                        "countType": "sinceImagePushed",
                        "countUnit": "days",
                        "countNumber": 7,
                    },
                    "action": {"type": "expire"},
                }
            ]
        }
    )
    ecr.put_lifecycle_policy(repositoryName="settings/web", lifecyclePolicyText=policy)
    assert json.loads(ecr.get_lifecycle_policy(repositoryName="settings/web")["lifecyclePolicyText"]) == json.loads(
        policy
    )
    rules = [
        {"scanFrequency": "SCAN_ON_PUSH", "repositoryFilters": [{"filter": "settings/*", "filterType": "WILDCARD"}]}
    ]
    ecr.put_registry_scanning_configuration(scanType="BASIC", rules=rules)
    assert ecr.get_registry_scanning_configuration()["scanningConfiguration"] == {"scanType": "BASIC", "rules": rules}
    digest = images.push_placeholder(ecr, "settings/web", "1", "a")
    findings = ecr.describe_image_scan_findings(repositoryName="settings/web", imageId={"imageDigest": digest})
    assert findings["imageScanStatus"]["status"] == "COMPLETE"


def test_images_are_copied_to_the_other_region(cloud: Any, ecr: Any) -> None:
    ecr.create_repository(repositoryName="copied/web")
    configuration = {
        "rules": [
            {
                "destinations": [{"region": cloud.content.dr_region, "registryId": cloud.content.account_id}],
                "repositoryFilters": [{"filter": "copied/", "filterType": "PREFIX_MATCH"}],
            }
        ]
    }
    ecr.put_replication_configuration(replicationConfiguration=configuration)
    assert ecr.describe_registry()["replicationConfiguration"] == configuration
    digest = images.push_placeholder(ecr, "copied/web", "1", "a")
    there = cloud.client("ecr", cloud.content.dr_region)
    deadline = time.monotonic() + 10
    while not there.describe_repositories()["repositories"] and time.monotonic() < deadline:
        time.sleep(0.05)
    assert there.describe_images(repositoryName="copied/web")["imageDetails"][0]["imageDigest"] == digest
    status = ecr.describe_image_replication_status(repositoryName="copied/web", imageId={"imageDigest": digest})
    assert status["replicationStatuses"][0]["status"] == "COMPLETE"


def test_everything_is_there_after_a_restart(cloud: Any, ecr: Any) -> None:
    before = {repository["repositoryName"] for repository in ecr.describe_repositories()["repositories"]}
    cloud.kill()
    cloud.up()
    after = cloud.client("ecr").describe_repositories()["repositories"]
    assert {repository["repositoryName"] for repository in after} == before
    assert cloud.client("ecr").describe_images(repositoryName="digest/web")["imageDetails"]

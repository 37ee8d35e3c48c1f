from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.ecr.repository import absent, present, project
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import ChangeError, Found

DESIRED: dict[str, Any] = {
    "immutable": True,
    "scan_on_push": True,
    "encryption": "KMS",
    "kms_key": "k",
    "lifecycle": {"rules": []},
    "tags": {"a": "1"},
}
PARAMS = {"name": "r", "purge_tags": True, "force": False}
FACTS = {"arn": "arn"}


def test_a_new_repository_is_encrypted_and_tagged_at_once() -> None:
    (create, lifecycle) = present(PARAMS, DESIRED, None).calls
    assert create[1]["encryptionConfiguration"] == {"encryptionType": "KMS", "kmsKey": "k"}
    assert create[1]["tags"] == [{"Key": "a", "Value": "1"}]
    found = project(create[1], lifecycle[1]["lifecyclePolicyText"], {"a": "1"})
    assert found == DESIRED
    assert not present(PARAMS, DESIRED, Found(found, FACTS)).changed


@pytest.mark.parametrize(
    ("change", "method"),
    [
        ({"immutable": False}, "put_image_tag_mutability"),
        ({"scan_on_push": False}, "put_image_scanning_configuration"),
        ({"lifecycle": {}}, "put_lifecycle_policy"),
        ({"tags": {}}, "tag_resource"),
        ({"tags": {"a": "1", "b": "2"}}, "untag_resource"),
    ],
)
def test_each_change_behind_our_back_is_taken_back(change: dict[str, Any], method: str) -> None:
    calls = present(PARAMS, DESIRED, Found({**DESIRED, **change}, FACTS)).calls
    assert [call[0] for call in calls] == [method]


def test_the_encryption_cannot_change() -> None:
    with pytest.raises(ChangeError, match="kms_key of repository r"):
        present(PARAMS, DESIRED, Found({**DESIRED, "kms_key": "other"}, FACTS))


def test_absence() -> None:
    assert absent(PARAMS, Found(DESIRED, FACTS)).calls == [
        ("delete_repository", {"repositoryName": "r", "force": False})
    ]

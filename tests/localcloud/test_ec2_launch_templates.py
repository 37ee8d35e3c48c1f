"""EC2's launch templates: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteLaunchTemplateVersions.html"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import botocore.exceptions
import pytest

DATA = {"InstanceType": "t3.micro", "UserData": base64.b64encode(b"#!/bin/sh").decode()}


def refused(call: Callable[..., Any], code: str, **arguments: Any) -> None:
    """A call that is refused with that code."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**arguments)
    assert caught.value.response["Error"]["Code"] == code


def numbers(client: Any, name: str) -> list[int]:
    """Of the versions of a template."""
    found = client.describe_launch_template_versions(LaunchTemplateName=name)["LaunchTemplateVersions"]
    return sorted(version["VersionNumber"] for version in found)


def test_versions_come_and_go(cloud: Any) -> None:
    """Each deleted on its own, the default one never; numbers are not given twice; the latest can become the default."""
    client = cloud.client("ec2")
    client.create_launch_template(LaunchTemplateName="versions", LaunchTemplateData=DATA)
    for kind in ("t3.small", "t3.medium"):
        client.create_launch_template_version(
            LaunchTemplateName="versions", SourceVersion="1", LaunchTemplateData={"InstanceType": kind}
        )
    changed = client.modify_launch_template(LaunchTemplateName="versions", DefaultVersion="$Latest")["LaunchTemplate"]
    assert changed["DefaultVersionNumber"] == 3
    answer = client.delete_launch_template_versions(LaunchTemplateName="versions", Versions=["2", "3", "9"])
    assert [one["VersionNumber"] for one in answer["SuccessfullyDeletedLaunchTemplateVersions"]] == [2]
    kept = {
        one["VersionNumber"]: one["ResponseError"]["Code"]
        for one in answer["UnsuccessfullyDeletedLaunchTemplateVersions"]
    }
    assert kept == {3: "unexpectedError", 9: "launchTemplateVersionDoesNotExist"}
    made = client.create_launch_template_version(
        LaunchTemplateName="versions", SourceVersion="3", LaunchTemplateData={}
    )
    assert made["LaunchTemplateVersion"]["VersionNumber"] == 4
    assert made["LaunchTemplateVersion"]["LaunchTemplateData"] == {**DATA, "InstanceType": "t3.medium"}
    assert numbers(client, "versions") == [1, 3, 4]
    (one,) = client.describe_launch_template_versions(LaunchTemplateName="versions", Versions=["$Default"])[
        "LaunchTemplateVersions"
    ]
    assert one["VersionNumber"] == 3
    gone = client.delete_launch_template(LaunchTemplateName="versions")["LaunchTemplate"]
    assert (gone["LatestVersionNumber"], gone["DefaultVersionNumber"]) == (4, 3)


def test_tags_are_the_template_s(cloud: Any) -> None:
    """Not those of what is launched from it; changed later, they are seen."""
    client = cloud.client("ec2")
    own = [{"ResourceType": "launch-template", "Tags": [{"Key": "owner", "Value": "platform"}]}]
    given = [{"ResourceType": "instance", "Tags": [{"Key": "role", "Value": "node"}]}]
    made = client.create_launch_template(
        LaunchTemplateName="tagged", LaunchTemplateData={**DATA, "TagSpecifications": given}, TagSpecifications=own
    )["LaunchTemplate"]
    (version,) = client.describe_launch_template_versions(LaunchTemplateName="tagged")["LaunchTemplateVersions"]
    assert version["LaunchTemplateData"]["TagSpecifications"] == given
    identifier = made["LaunchTemplateId"]
    client.create_tags(Resources=[identifier], Tags=[{"Key": "phase", "Value": "two"}])
    client.delete_tags(Resources=[identifier], Tags=[{"Key": "owner"}])
    (found,) = client.describe_launch_templates(LaunchTemplateIds=[identifier])["LaunchTemplates"]
    assert found["Tags"] == [{"Key": "phase", "Value": "two"}]
    client.delete_tags(Resources=[identifier], Tags=[{"Key": "phase"}])
    assert "Tags" not in client.describe_launch_templates(LaunchTemplateIds=[identifier])["LaunchTemplates"][0]
    refused(
        client.create_launch_template, "InvalidParameterValue", LaunchTemplateName="wrong", LaunchTemplateData=DATA,
        TagSpecifications=given,
    )  # fmt: skip


def test_what_is_not_there(cloud: Any) -> None:
    """Templates and versions, by name and by id; a name that is none."""
    client = cloud.client("ec2")
    client.create_launch_template(LaunchTemplateName="there", LaunchTemplateData=DATA)
    unknown = "lt-00000000000000000"
    refused(client.describe_launch_templates, "InvalidLaunchTemplateId.NotFound", LaunchTemplateIds=[unknown])
    refused(
        client.describe_launch_templates, "InvalidLaunchTemplateName.NotFoundException", LaunchTemplateNames=["no-such"]
    )
    refused(client.delete_launch_template, "InvalidLaunchTemplateId.NotFound", LaunchTemplateId=unknown)
    refused(
        client.describe_launch_template_versions, "InvalidLaunchTemplateId.VersionNotFound",
        LaunchTemplateName="there", Versions=["7"],
    )  # fmt: skip
    refused(
        client.modify_launch_template, "InvalidLaunchTemplateId.VersionNotFound",
        LaunchTemplateName="there", DefaultVersion="7",
    )  # fmt: skip
    refused(
        client.create_launch_template, "InvalidLaunchTemplateName.MalformedException",
        LaunchTemplateName="a b", LaunchTemplateData=DATA,
    )  # fmt: skip


def test_more_than_fifteen(cloud: Any) -> None:
    """All are listed."""
    client = cloud.client("ec2")
    for number in range(17):
        client.create_launch_template(LaunchTemplateName=f"many-{number}", LaunchTemplateData=DATA)
    found = client.describe_launch_templates(Filters=[{"Name": "launch-template-name", "Values": ["many-*"]}])
    assert len(found["LaunchTemplates"]) == 17

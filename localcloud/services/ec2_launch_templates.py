"""EC2: versions of launch templates come and go, tags are the template's own, and what is not there is an error.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteLaunchTemplateVersions.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ResponseError.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyLaunchTemplate.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import (
    EC2ClientError,
    InvalidLaunchTemplateIdNotFound,
    InvalidLaunchTemplateNameNotFoundWithNameError,
    InvalidLaunchTemplateVersionNotFound,
)
from moto.ec2.models import EC2Backend
from moto.ec2.models.launch_templates import LaunchTemplate, LaunchTemplateVersion
from moto.ec2.responses.launch_templates import LaunchTemplates
from moto.ec2.utils import parse_user_data

from localcloud.cloud import Cloud

#: The number of the last version that was ever made: numbers are not given twice.
_LAST = "localcloud_last_version"
_NAME = re.compile(r"[a-zA-Z0-9().\-/_]{3,128}")


def install(cloud: Cloud) -> None:
    """Patch moto's EC2."""
    template: Any = LaunchTemplate
    template.create_version = _create_version
    template.get_version = _get_version
    template.default_version = lambda self: _get_version(self, self.default_version_number)
    # without any, the key is not in the answer
    template.tags = property(lambda self: self.get_tags() or None, lambda self, value: None)
    backend: Any = EC2Backend
    backend.describe_launch_templates = _describe(backend.describe_launch_templates)
    backend.modify_launch_template = _modify(backend.modify_launch_template)
    response: Any = LaunchTemplates
    response.create_launch_template = create_launch_template
    response.create_launch_template_version = _parsed(response.create_launch_template_version)
    response.delete_launch_template = delete_launch_template
    response.delete_launch_template_versions = delete_launch_template_versions
    response.describe_launch_template_versions = _all(response.describe_launch_template_versions)
    response.describe_launch_templates = _all(response.describe_launch_templates)


def _create_version(template: Any, data: dict[str, Any], description: str) -> LaunchTemplateVersion:
    kept = vars(template)
    kept[_LAST] = kept.get(_LAST, max((version.number for version in template.versions), default=0)) + 1
    version = LaunchTemplateVersion(template, kept[_LAST], data, description)
    template.versions.append(version)
    return version


def _get_version(template: Any, number: Any) -> LaunchTemplateVersion:
    wanted = str(number).lower()
    if wanted == "$latest":
        return template.versions[-1]  # type: ignore[no-any-return]
    if wanted == "$default":
        wanted = str(template.default_version_number)
    for version in template.versions:
        if str(version.number) == wanted:
            return version  # type: ignore[no-any-return]
    raise InvalidLaunchTemplateVersionNotFound(template_id=template.id, version=number)


def _described(response: Any, template: Any) -> dict[str, Any]:
    return {
        "CreateTime": template.create_time,
        "CreatedBy": f"arn:{response.partition}:iam::{response.current_account}:root",
        "DefaultVersionNumber": template.default_version_number,
        "LatestVersionNumber": template.latest_version_number,
        "LaunchTemplateId": template.id,
        "LaunchTemplateName": template.name,
        "Tags": template.tags,
    }


def create_launch_template(response: Any) -> ActionResult:
    """CreateLaunchTemplate: its own tags are not those that it gives to what is launched from it."""
    name, tags = response._get_param("LaunchTemplateName"), response._parse_tag_specification()
    if _NAME.fullmatch(name) is None:
        raise EC2ClientError(
            "InvalidLaunchTemplateName.MalformedException",
            "A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the "
            "following characters: - ( ) . / _.",
        )
    if wrong := sorted(set(tags) - {"launch-template"}):
        raise EC2ClientError(
            "InvalidParameterValue", f"'{wrong[0]}' is not a valid taggable resource type for this operation."
        )
    data = response._get_param("LaunchTemplateData", {})
    data["UserData"] = parse_user_data(response._get_param("LaunchTemplateData.UserData"))
    response.error_on_dryrun()
    made = response.ec2_backend.create_launch_template(name, response._get_param("VersionDescription"), data, tags)
    return ActionResult({"LaunchTemplate": _described(response, made)})


def _parsed(plain: Callable[..., Any]) -> Callable[..., Any]:
    """CreateLaunchTemplateVersion from another version: its data, and over it what the request gives."""

    def create_launch_template_version(response: Any) -> Any:
        template = _find(response)
        source = response._get_param("SourceVersion")
        data = dict(_get_version(template, source).data) if source else {}
        data |= response._get_param("LaunchTemplateData", {})
        given = response._get_param("LaunchTemplateData.UserData")
        if given is not None:
            data["UserData"] = parse_user_data(given)
        response.error_on_dryrun()
        made = _create_version(template, data, response._get_param("VersionDescription"))
        return ActionResult({"LaunchTemplateVersion": _version(response, template, made)})

    return create_launch_template_version


def _version(response: Any, template: Any, version: Any) -> dict[str, Any]:
    return {
        "CreateTime": version.create_time,
        "CreatedBy": f"arn:{response.partition}:iam::{response.current_account}:root",
        "DefaultVersion": template.is_default(version),
        "LaunchTemplateData": version.data,
        "LaunchTemplateId": template.id,
        "LaunchTemplateName": template.name,
        "VersionDescription": version.description,
        "VersionNumber": version.number,
    }


def _find(response: Any) -> Any:
    """The template that the request names by id or name."""
    identifier, name = response._get_param("LaunchTemplateId"), response._get_param("LaunchTemplateName")
    if identifier:
        return response.ec2_backend.get_launch_template(identifier)
    if name:
        return response.ec2_backend.get_launch_template_by_name(name)
    raise EC2ClientError("MissingParameter", "You must specify either the launch template ID or launch template name.")


def delete_launch_template(response: Any) -> ActionResult:
    """DeleteLaunchTemplate with all its versions."""
    template = _find(response)
    response.error_on_dryrun()
    described = _described(response, template)
    response.ec2_backend.delete_launch_template(None, template.id)
    return ActionResult({"LaunchTemplate": described})


def delete_launch_template_versions(response: Any) -> ActionResult:
    """DeleteLaunchTemplateVersions: each on its own; the default one stays."""
    template = _find(response)
    response.error_on_dryrun()
    gone, kept = [], []
    for asked in response._get_param("Versions", []):
        item = {"LaunchTemplateId": template.id, "LaunchTemplateName": template.name, "VersionNumber": int(asked)}
        found = next((version for version in template.versions if str(version.number) == str(asked)), None)
        if found is None:
            error = {
                "Code": "launchTemplateVersionDoesNotExist",
                "Message": f"Could not find the specified version {asked} for the launch template with ID {template.id}.",
            }
            kept.append({**item, "ResponseError": error})
        elif template.is_default(found):
            error = {
                "Code": "unexpectedError",
                "Message": "The default version of a launch template cannot be deleted.",
            }
            kept.append({**item, "ResponseError": error})
        else:
            template.versions.remove(found)
            gone.append(item)
    return ActionResult({
        "SuccessfullyDeletedLaunchTemplateVersions": gone, "UnsuccessfullyDeletedLaunchTemplateVersions": kept,
    })  # fmt: skip


def _describe(plain: Callable[..., Any]) -> Callable[..., Any]:
    def describe_launch_templates(
        backend: Any,
        template_names: list[str] | None = None,
        template_ids: list[str] | None = None,
        filters: Any = None,
    ) -> Any:
        for name in template_names or []:
            if name not in backend.launch_template_name_to_ids:
                raise InvalidLaunchTemplateNameNotFoundWithNameError(name)
        for identifier in template_ids or []:
            if identifier not in backend.launch_templates:
                raise InvalidLaunchTemplateIdNotFound(identifier)
        return plain(backend, template_names, template_ids, filters)

    return describe_launch_templates


def _modify(plain: Callable[..., Any]) -> Callable[..., Any]:
    def modify_launch_template(
        backend: Any, default_version: str, template_name: str | None = None, template_id: str | None = None
    ) -> Any:
        if template_name and template_name not in backend.launch_template_name_to_ids:
            raise InvalidLaunchTemplateNameNotFoundWithNameError(template_name)
        if template_id and template_id not in backend.launch_templates:
            raise InvalidLaunchTemplateIdNotFound(template_id)
        if default_version.lower() == "$latest":
            found = backend.launch_templates[template_id or backend.launch_template_name_to_ids[template_name]]
            default_version = str(found.latest_version_number)
        return plain(backend, default_version=default_version, template_name=template_name, template_id=template_id)

    return modify_launch_template


def _all(plain: Callable[..., Any]) -> Callable[..., Any]:
    """200 results where the request does not say how many: moto answers 15, and no token for the rest."""

    def describe(response: Any) -> Any:
        asked = response._get_int_param

        def get(name: str, default: int | None = None) -> int | None:
            found: int | None = asked(name, 200 if name == "MaxResults" else default)
            return found

        response._get_int_param = get
        try:
            return plain(response)
        finally:
            del response._get_int_param

    return describe

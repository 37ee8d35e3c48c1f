# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of RDS for the modules: the answer, or None when there is no such thing. Errors are AnsibleAWSError."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.handling import error_handler
from ansible_collections.creator.platform.plugins.module_utils.aws.tags import tag_mapping

ABSENT = [
    "DBInstanceAutomatedBackupNotFound",
    "DBInstanceAutomatedBackupNotFoundFault",
    "DBInstanceNotFound",
    "DBInstanceNotFoundFault",
    "DBParameterGroupNotFound",
    "DBParameterGroupNotFoundFault",
]


RdsErrors = error_handler(ABSENT)


@RdsErrors.list_error_handler("list the replicated automated backups", [])
@AWSRetry.jittered_backoff()
def automated_backups(client: Any) -> Any:
    """All automated backups that the client's region holds."""
    paginator = client.get_paginator("describe_db_instance_automated_backups")
    return paginator.paginate().build_full_result().get("DBInstanceAutomatedBackups", [])


@RdsErrors.list_error_handler("describe the instance")
@AWSRetry.jittered_backoff()
def find_instance(client: Any, name: str) -> Any:
    """The DBInstance, or None."""
    return client.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]


@RdsErrors.common_error_handler("list the engine's versions")
@AWSRetry.jittered_backoff()
def engine_versions(client: Any, engine: str) -> Any:
    """All versions of an engine that the region offers."""
    paginator = client.get_paginator("describe_db_engine_versions")
    return [row["EngineVersion"] for row in paginator.paginate(Engine=engine).build_full_result()["DBEngineVersions"]]


@RdsErrors.common_error_handler("list what instances can be made of")
@AWSRetry.jittered_backoff()
def orderable_options(client: Any, engine: str, version: str, instance_class: str) -> Any:
    """Offers of that version and class in a VPC, one a storage type; none when it is not offered."""
    paginator = client.get_paginator("describe_orderable_db_instance_options")
    pages = paginator.paginate(Engine=engine, EngineVersion=version, DBInstanceClass=instance_class, Vpc=True)
    return pages.build_full_result()["OrderableDBInstanceOptions"]


@RdsErrors.list_error_handler("describe the parameter group")
@AWSRetry.jittered_backoff()
def find_parameter_group(client: Any, name: str) -> Any:
    """The DBParameterGroup, or None."""
    return client.describe_db_parameter_groups(DBParameterGroupName=name)["DBParameterGroups"][0]


@RdsErrors.common_error_handler("list the parameters of the group")
@AWSRetry.jittered_backoff()
def group_parameters(client: Any, name: str) -> Any:
    """All parameters of a group, those of the engine and those a user set."""
    paginator = client.get_paginator("describe_db_parameters")
    return paginator.paginate(DBParameterGroupName=name).build_full_result().get("Parameters", [])


@RdsErrors.common_error_handler("list the tags")
@AWSRetry.jittered_backoff()
def tags_of(client: Any, arn: str) -> Any:
    """Tags as a dictionary, without AWS's own."""
    tags = client.list_tags_for_resource(ResourceName=arn)["TagList"]
    return tag_mapping(tags)

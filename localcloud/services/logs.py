"""CloudWatch Logs: the key of a group can change.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_AssociateKmsKey.html
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DisassociateKmsKey.html
"""

from __future__ import annotations

from typing import Any

from moto.logs.exceptions import ResourceNotFoundException
from moto.logs.responses import LogsResponse

from localcloud.cloud import Cloud


def install(cloud: Cloud) -> None:
    """Patch moto's CloudWatch Logs."""
    responses: Any = LogsResponse
    responses.associate_kms_key = _associate
    responses.disassociate_kms_key = _disassociate


def _associate(response: Any) -> str:
    _group(response).kms_key_id = response._get_param("kmsKeyId")
    return "{}"


def _disassociate(response: Any) -> str:
    _group(response).kms_key_id = None
    return "{}"


def _group(response: Any) -> Any:
    groups = response.logs_backend.groups
    name = response._get_param("logGroupName")
    if name not in groups:
        raise ResourceNotFoundException("The specified log group does not exist.")
    return groups[name]

"""EBS and instance metadata: what an account has once a region, and volumes that follow it.

API reference: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyEbsDefaultKmsKeyId.html (an enabled symmetric
key of the region), API_GetEbsEncryptionByDefault.html, API_EnableSnapshotBlockPublicAccess.html,
API_EnableImageBlockPublicAccess.html, API_ModifyInstanceMetadataDefaults.html,
https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html (volumes are encrypted whatever their maker says).
"""

from __future__ import annotations

import functools
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend
from moto.ec2.responses import EC2Response
from moto.kms.models import kms_backends

from localcloud.cloud import Cloud

STATE = "localcloud_ebs_defaults"
KEY = "alias/aws/ebs"
SHARING = ("block-all-sharing", "block-new-sharing")
#: Shared with everybody by https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySnapshotAttribute.html
EVERYBODY = "all"
METADATA = {
    "HttpTokens": ("optional", "required"),
    "HttpEndpoint": ("disabled", "enabled"),
    "InstanceMetadataTags": ("disabled", "enabled"),
}


def install(cloud: Cloud) -> None:
    """Add the operations and let new volumes follow the default."""
    for operation in (
        get_ebs_default_kms_key_id,
        modify_ebs_default_kms_key_id,
        reset_ebs_default_kms_key_id,
        get_snapshot_block_public_access_state,
        enable_snapshot_block_public_access,
        disable_snapshot_block_public_access,
        get_image_block_public_access_state,
        enable_image_block_public_access,
        disable_image_block_public_access,
        get_instance_metadata_defaults,
        modify_instance_metadata_defaults,
    ):
        setattr(EC2Response, operation.__name__, operation)
    _encrypt_volumes()
    _refuse_sharing()


def _defaults(backend: EC2Backend) -> dict[str, Any]:
    """The settings of a region: part of the backend, so that reset and persistence include them."""
    state: dict[str, Any] = backend.__dict__.setdefault(STATE, {"metadata": {}})
    return state


def get_ebs_default_kms_key_id(self: EC2Response) -> ActionResult:
    """GetEbsDefaultKmsKeyId: AWS's own key until another is chosen."""
    return ActionResult({"KmsKeyId": _defaults(self.ec2_backend).get("key", KEY)})


def modify_ebs_default_kms_key_id(self: EC2Response) -> ActionResult:
    """ModifyEbsDefaultKmsKeyId: answers the ARN."""
    backend = self.ec2_backend
    name = self._get_param("KmsKeyId")
    keys = kms_backends[backend.account_id][backend.region_name]
    key = next((key for key in keys.keys.values() if name in {key.id, key.arn}), None)
    if key is None or key.key_state != "Enabled":
        raise EC2ClientError("InvalidParameterValue", f"The KMS key {name} does not exist, or is not enabled here.")
    _defaults(backend)["key"] = key.arn
    return ActionResult({"KmsKeyId": key.arn})


def reset_ebs_default_kms_key_id(self: EC2Response) -> ActionResult:
    """ResetEbsDefaultKmsKeyId."""
    _defaults(self.ec2_backend).pop("key", None)
    return ActionResult({"KmsKeyId": KEY})


def get_snapshot_block_public_access_state(self: EC2Response) -> ActionResult:
    """GetSnapshotBlockPublicAccessState."""
    return ActionResult({"State": _defaults(self.ec2_backend).get("snapshots", "unblocked"), "ManagedBy": "account"})


def enable_snapshot_block_public_access(self: EC2Response) -> ActionResult:
    """EnableSnapshotBlockPublicAccess."""
    state = self._get_param("State")
    if state not in SHARING:
        raise EC2ClientError("InvalidParameterValue", f"Value ({state}) for parameter State is invalid.")
    _defaults(self.ec2_backend)["snapshots"] = state
    return ActionResult({"State": state})


def disable_snapshot_block_public_access(self: EC2Response) -> ActionResult:
    """DisableSnapshotBlockPublicAccess."""
    _defaults(self.ec2_backend).pop("snapshots", None)
    return ActionResult({"State": "unblocked"})


def get_image_block_public_access_state(self: EC2Response) -> ActionResult:
    """GetImageBlockPublicAccessState: blocked in every account that has no public image since October 2023."""
    state = _defaults(self.ec2_backend).get("images", SHARING[1])
    return ActionResult({"ImageBlockPublicAccessState": state, "ManagedBy": "account"})


def enable_image_block_public_access(self: EC2Response) -> ActionResult:
    """EnableImageBlockPublicAccess."""
    _defaults(self.ec2_backend)["images"] = SHARING[1]
    return ActionResult({"ImageBlockPublicAccessState": SHARING[1]})


def disable_image_block_public_access(self: EC2Response) -> ActionResult:
    """DisableImageBlockPublicAccess."""
    _defaults(self.ec2_backend)["images"] = "unblocked"
    return ActionResult({"ImageBlockPublicAccessState": "unblocked"})


def get_instance_metadata_defaults(self: EC2Response) -> ActionResult:
    """GetInstanceMetadataDefaults: only what was set."""
    found = _defaults(self.ec2_backend)["metadata"]
    return ActionResult({"AccountLevel": {**found, "ManagedBy": "account"}})


def modify_instance_metadata_defaults(self: EC2Response) -> ActionResult:
    """ModifyInstanceMetadataDefaults: no-preference, or -1, takes a setting away."""
    changed: dict[str, Any] = {}
    for name, values in METADATA.items():
        value = self._get_param(name)
        if value is not None and value not in (*values, "no-preference"):
            raise EC2ClientError("InvalidParameterValue", f"Value ({value}) for parameter {name} is invalid.")
        changed[name] = value
    hops = self._get_param("HttpPutResponseHopLimit")
    if hops is not None and int(hops) != -1 and not 1 <= int(hops) <= 64:
        raise EC2ClientError("InvalidParameterValue", f"The hop limit {hops} is not between 1 and 64.")
    changed["HttpPutResponseHopLimit"] = None if hops is None else int(hops)
    state = _defaults(self.ec2_backend)
    kept = {**state["metadata"], **{name: value for name, value in changed.items() if value is not None}}
    state["metadata"] = {name: value for name, value in kept.items() if value not in {"no-preference", -1}}
    return ActionResult({"Return": True})


def _encrypt_volumes() -> None:
    create = EC2Backend.create_volume

    @functools.wraps(create)
    def create_volume(self: EC2Backend, *args: Any, **kwargs: Any) -> Any:
        # the images that a new region starts with are made before its settings are
        if getattr(self, "ebs_encryption_by_default", False):
            kwargs["encrypted"] = True
            kwargs["kms_key_id"] = kwargs.get("kms_key_id") or _defaults(self).get("key")
        return create(self, *args, **kwargs)

    EC2Backend.create_volume = create_volume  # type: ignore[method-assign]


def _refuse_sharing() -> None:
    add = EC2Backend.add_create_volume_permission

    @functools.wraps(add)
    def add_create_volume_permission(self: EC2Backend, *args: Any, **kwargs: Any) -> Any:
        groups = kwargs.get("groups") or []
        if EVERYBODY in groups and "snapshots" in _defaults(self):
            raise EC2ClientError("OperationNotPermitted", "Public sharing of snapshots is blocked in this account.")
        return add(self, *args, **kwargs)

    EC2Backend.add_create_volume_permission = add_create_volume_permission  # type: ignore[method-assign]

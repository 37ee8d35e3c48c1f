"""EC2: volumes say what AWS says of them, go to several instances where they may, and to one only where they may not.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Volume.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VolumeModification.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AttachVolume.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VolumeAttachment.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ResetSnapshotAttribute.html
https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html (baselines of gp2 and gp3)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend
from moto.ec2.models.elastic_block_store import Volume, VolumeAttachment
from moto.ec2.responses.elastic_block_store import ElasticBlockStore

from localcloud.cloud import Cloud

#: Attachments beside the first, which moto keeps itself.
_MORE = "localcloud_attachments"
#: What a VolumeModification has of before and after.
_MODIFIED = ("size", "volume_type", "iops", "throughput", "multi_attach_enabled")


def install(cloud: Cloud) -> None:
    """Patch moto's EC2."""
    volume: Any = Volume
    volume.iops = _kept("iops", _iops)
    volume.throughput = _kept("throughput", lambda found: 125 if found.volume_type == "gp3" else None)
    volume.snapshot_id = _kept("snapshot_id", lambda found: "")
    volume.multi_attach_enabled = _kept("multi_attach_enabled", lambda found: False)
    volume.attachments = property(lambda self: [*filter(None, [self.attachment]), *_more(self)])
    volume.modify = _modify(volume.modify)
    volume.get_filter_value = _filter_value(volume.get_filter_value)
    attachment: Any = VolumeAttachment
    attachment.delete_on_termination = property(_delete_on_termination)
    backend: Any = EC2Backend
    backend.attach_volume = _attach(backend.attach_volume)
    backend.detach_volume = _detach(backend.detach_volume)
    response: Any = ElasticBlockStore
    response.reset_snapshot_attribute = reset_snapshot_attribute


def _kept(name: str, default: Callable[[Any], Any]) -> property:
    """The attribute as it was set, else what AWS says of a volume for which nobody did."""

    def get(volume: Any) -> Any:
        value = vars(volume).get(name)
        return default(volume) if value is None else value

    return property(get, lambda volume, value: vars(volume).update({name: value}))


def _iops(volume: Any) -> int | None:
    """The baseline of gp3 and of gp2 (three for each GiB, 100 at least, 16000 at most); other types have none."""
    if volume.volume_type == "gp3":
        return 3000
    return min(max(100, 3 * int(volume.size or 0)), 16000) if volume.volume_type == "gp2" else None


def _more(volume: Any) -> list[Any]:
    found: list[Any] = vars(volume).get(_MORE, [])
    return found


def _modify(plain: Callable[..., Any]) -> Callable[..., Any]:
    def modify(volume: Any, target_size: int | None = None, target_volume_type: str | None = None, **rest: Any) -> None:
        if target_size is not None and int(target_size) < int(volume.size):
            raise EC2ClientError("InvalidParameterValue", "New size cannot be smaller than existing size")
        before = {name: getattr(volume, name) for name in _MODIFIED}
        if target_volume_type not in {None, volume.volume_type}:
            # what was asked for the old type does not hold for the new one
            vars(volume).update(iops=None, throughput=None)
        plain(volume, target_size=target_size, target_volume_type=target_volume_type, **rest)
        for name in _MODIFIED:  # also of what stays as it is
            setattr(volume.modifications[-1], f"original_{name}", before[name])
            setattr(volume.modifications[-1], f"target_{name}", getattr(volume, name))

    return modify


def _filter_value(plain: Callable[..., Any]) -> Callable[..., Any]:
    def get_filter_value(volume: Any, filter_name: str, method_name: str | None = None) -> Any:
        attachments = volume.attachments
        found: dict[str, Callable[[], Any]] = {
            "attachment.instance-id": lambda: [one.instance.id for one in attachments],
            "attachment.device": lambda: [one.device for one in attachments],
            "attachment.status": lambda: [one.status for one in attachments],
            "attachment.delete-on-termination": lambda: [str(one.delete_on_termination).lower() for one in attachments],
            "multi-attach-enabled": lambda: str(bool(volume.multi_attach_enabled)).lower(),
        }
        return found[filter_name]() if filter_name in found else plain(volume, filter_name, method_name)

    return get_filter_value


def _delete_on_termination(attachment: Any) -> bool:
    mapped = attachment.instance.block_device_mapping.get(attachment.device)
    return bool(mapped is not None and mapped.delete_on_termination)


def _attach(plain: Callable[..., Any]) -> Callable[..., Any]:
    def attach_volume(
        backend: Any, volume_id: str, instance_id: str, device_path: str, *rest: Any, **named: Any
    ) -> Any:
        volume, instance = backend.get_volume(volume_id), backend.get_instance(instance_id)
        _check(volume, instance, device_path)
        first = volume.attachment
        made = plain(backend, volume_id, instance_id, device_path, *rest, **named)
        if first is not None:
            volume.attachment = first
            vars(volume).setdefault(_MORE, []).append(made)
        return made

    return attach_volume


def _check(volume: Any, instance: Any, device: str) -> None:
    """Whether the volume may go there."""
    holders = [attachment.instance.id for attachment in volume.attachments]
    if holders and (not volume.multi_attach_enabled or instance.id in holders):
        raise EC2ClientError("VolumeInUse", f"{volume.id} is already attached to an instance")
    if device in instance.block_device_mapping:
        raise EC2ClientError(
            "InvalidParameterValue",
            f"Invalid value '{device}' for unixDevice. Attachment point {device} is already in use",
        )
    zone = instance._placement.zone
    if zone and volume.availability_zone and zone != volume.availability_zone:
        raise EC2ClientError(
            "InvalidVolume.ZoneMismatch",
            f"The volume '{volume.id}' is not in the same availability zone as instance '{instance.id}'",
        )


def _detach(plain: Callable[..., Any]) -> Callable[..., Any]:
    def detach_volume(backend: Any, volume_id: str, instance_id: str, device_path: str) -> Any:
        volume = backend.get_volume(volume_id)
        more = _more(volume)
        for attachment in more:
            if attachment.instance.id == instance_id:
                more.remove(attachment)
                attachment.instance.block_device_mapping.pop(attachment.device, None)
                attachment.status = "detached"
                return attachment
        held = volume.attachment
        if not instance_id and held is not None:
            instance_id = held.instance.id
        made = plain(backend, volume_id, instance_id, device_path)
        if more:
            volume.attachment = more.pop(0)
        return made

    return detach_volume


def reset_snapshot_attribute(response: Any) -> ActionResult:
    """ResetSnapshotAttribute: the snapshot is its owner's only."""
    snapshot = response.ec2_backend.get_snapshot(response._get_param("SnapshotId"))
    response.error_on_dryrun()
    snapshot.create_volume_permission_groups.clear()
    snapshot.create_volume_permission_userids.clear()
    return EmptyResult()

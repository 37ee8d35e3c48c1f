"""Credentials of a node role, as the instances of a node group have them from their instance profile.

https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2.html
"""

from __future__ import annotations

from collections.abc import Mapping

from localcloud.authorization import enforcement, lookup
from localcloud.cloud import Cloud
from localcloud.container_nodes.objects import Launch
from localcloud.services import sts

SERVICE = "ec2.amazonaws.com"
SESSION_SECONDS = 12 * 3600


class NodeRoleError(Exception):
    """An instance cannot have the role. code: of the health issue of its node group.

    https://docs.aws.amazon.com/eks/latest/APIReference/API_Issue.html
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def credentials(cloud: Cloud, launch: Launch) -> Mapping[str, str]:
    """Those of a session of the node's role, named after the instance. Raises NodeRoleError."""
    role, instance = launch.role, launch.instance
    with cloud.lock:
        if lookup.role_of(role) is None:
            raise NodeRoleError("IamNodeRoleNotFound", f"there is no role {role}: create it before the node group")
        try:
            enforcement.permit_service(launch.service, role, {"RoleSessionName": instance}, launch.source)
        except enforcement.RefusedError as error:
            raise NodeRoleError("AccessDenied", f"{error.message}: let {launch.service} assume it") from error
        opened = sts.open_session(cloud, role, instance, SESSION_SECONDS)
    return {name: str(opened[name]) for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")}

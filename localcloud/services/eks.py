"""EKS: real Kubernetes control planes behind CreateCluster, and the operations that moto does not have.

https://docs.aws.amazon.com/eks/latest/APIReference/Welcome.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult, BaseResponse
from moto.eks import urls
from moto.eks.responses import EKSResponse

from localcloud.cloud import Cloud
from localcloud.kubernetes.eks import access, addons, clusters, insights, nodegroups, pod_identities, updates
from localcloud.kubernetes.eks.model import Call, Record
from localcloud.kubernetes.eks.service import Eks

Operation = Callable[[Eks, Call], Record]
#: The operations of the extension: every public function of these modules that takes (eks, call).
MODULES = (clusters, nodegroups, addons, access, pod_identities, insights, updates)

#: Of the operations that moto does not know; which operation it is, botocore's model tells.
PATHS = ("clusters/(?P<name>[^/]+)/(?P<rest>.+)", "addons/(?P<rest>.+)", "access-policies", "cluster-versions")


def operations() -> dict[str, Operation]:
    """snake_case name of an operation -> what does it."""
    found = {}
    for module in MODULES:
        for name, function in vars(module).items():
            if callable(function) and getattr(function, "__module__", "") == module.__name__ and _takes_call(function):
                found[name] = function
    return found


def _takes_call(function: Any) -> bool:
    code = getattr(function, "__code__", None)
    return (
        code is not None
        and not function.__name__.startswith("_")
        and code.co_varnames[: code.co_argcount] == ("eks", "call")
    )


def _method(eks: Eks, operation: Operation) -> Callable[[EKSResponse], ActionResult]:
    def respond(self: EKSResponse) -> ActionResult:
        call = Call(dict(self.params), self.region, self.current_account, self.access_key)
        with eks.cloud.lock:
            return ActionResult(operation(eks, call))

    return respond


def _describe_cluster(eks: Eks) -> Callable[[EKSResponse], ActionResult]:
    # Without the lock: it may wait for a control plane that needs the lock to come up.
    def respond(self: EKSResponse) -> ActionResult:
        return ActionResult(
            clusters.describe_cluster(eks, Call(dict(self.params), self.region, self.current_account, self.access_key))
        )

    return respond


def _init(self: EKSResponse) -> None:
    BaseResponse.__init__(self, service_name="eks")
    self.automated_parameter_parsing = True  # parameters by their botocore names


def install(cloud: Cloud) -> None:
    """Replace moto's EKS operations and add the missing ones."""
    eks = Eks(cloud)
    for name, operation in operations().items():
        setattr(EKSResponse, name, _method(eks, operation))
    EKSResponse.describe_cluster = _describe_cluster(eks)  # type: ignore[method-assign,assignment]
    EKSResponse.__init__ = _init  # type: ignore[method-assign]
    for path in PATHS:
        urls.url_paths[f"{{0}}/{path}$"] = urls.response.dispatch
    cloud.on_restored.append(eks.restore)
    cloud.on_stopping.append(eks.stop)
    cloud.resource_listers.append(lambda: _rows(eks))
    cloud.resource_listers.append(eks.container_nodes.rows)
    cloud.container_nodes_status = eks.container_nodes.status
    eks.container_nodes.control_path()


def _rows(eks: Eks) -> list[dict[str, Any]]:
    rows = []
    for cluster in eks.all_clusters():
        groups: list[tuple[str, dict[str, Record]]] = [
            ("EKS cluster", {cluster.name: cluster.record}), ("EKS node group", cluster.nodegroups),
            ("EKS Fargate profile", cluster.fargate_profiles), ("EKS add-on", cluster.addons),
        ]  # fmt: skip
        for kind, records in groups:
            rows += [
                {"kind": kind, "name": name, "region": cluster.region, "state": record["status"]}
                for name, record in records.items()
            ]
    return rows

"""Load balancers that forward: joins moto's ELBv2 with the data plane, and has targets' health told by it.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html#target-health-states
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#deregistration-delay
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from typing import Any

from moto.acm.models import acm_backends
from moto.elbv2.models import ELBv2Backend, FakeTargetGroup, elbv2_backends
from moto.elbv2.ssl_policies import SSL_POLICIES

from localcloud.cloud import Cloud
from localcloud.control import ControlError, ControlRequest, route
from localcloud.load_balancer import proxy
from localcloud.load_balancer.addresses import AddressError
from localcloud.load_balancer.model import Certificate
from localcloud.load_balancer.plane import Plane, Sources

#: The data plane, where there is one.
_planes: list[Plane] = []


def install_plane(cloud: Cloud) -> None:
    """Have load balancers forward; where that cannot be, the status says why, and the API goes on alone. Called by elbv2."""

    @route("GET", "/_localcloud/load-balancers")
    def show(request: ControlRequest) -> dict[str, Any]:
        return cloud.load_balancers_status()

    reason = proxy.obstacle()
    if reason is not None:
        cloud.load_balancers_status = lambda: {"reason": reason, "listeners": [], "left_out": {}, "addresses": {}}
        return
    program = shutil.which("haproxy") or "haproxy"
    plane = Plane(cloud, program, Sources(balancers, _groups, _certificate, _protocols))
    _planes.append(plane)
    cloud.load_balancers_status = plane.status
    FakeTargetGroup.deregister = _deregister(FakeTargetGroup.deregister)  # type: ignore[method-assign]
    FakeTargetGroup.health_for = _health(plane, FakeTargetGroup.health_for)  # type: ignore[method-assign]
    backend: Any = ELBv2Backend
    backend.describe_target_health = _describe(plane, backend.describe_target_health)
    _control(plane)


def balancers() -> list[Any]:
    """All load balancers of all accounts and regions."""
    return [balancer for backend in _backends() for balancer in list(backend.load_balancers.values())]


def plane() -> Plane | None:
    """The data plane; None where load balancers forward nothing."""
    return _planes[0] if _planes else None


def named(dns_name: str) -> Any | None:
    """The load balancer of a DNS name, with or without `dualstack.` before it."""
    wanted = dns_name.removeprefix("dualstack.")
    return next((balancer for balancer in balancers() if balancer.dns_name.lower() == wanted), None)


def healthy(balancer: Any) -> bool:
    """Whether each of its target groups has a healthy target, as an alias of Route 53 evaluates it. With the lock held.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-alias-common.html
    """
    region = balancer.arn.split(":")[3]
    for backend in _backends():
        if backend.region_name == region:
            for group in list(backend.target_groups.values()):
                if balancer.arn in group.load_balancer_arns and not _has_healthy(backend, group):
                    return False
    return True


def _has_healthy(backend: Any, group: Any) -> bool:
    return any(
        group.health_for(target, backend.ec2_backend).status == "healthy" for target in list(group.targets.values())
    )


def _groups() -> list[Any]:
    return [group for backend in _backends() for group in list(backend.target_groups.values())]


def _backends() -> list[Any]:
    return [backend for regions in elbv2_backends.values() for backend in list(dict.values(regions))]


def _certificate(arn: str) -> Certificate | None:
    """Of the emulated ACM, when it is issued or imported."""
    for regions in acm_backends.values():
        for backend in list(dict.values(regions)):
            found = backend._certificates.get(arn)
            if found is not None:
                found.check()  # issued by time alone, which nobody may have asked for since a restart
            if found is not None and found.status == "ISSUED" and found._cert.public_key() == found._key.public_key():
                parts = [part.strip() for part in (found.cert, found.chain or b"", found.key)]
                return Certificate(arn, b"\n".join(part for part in parts if part) + b"\n")
    return None


def _protocols(policy: str) -> list[str]:
    return list(SSL_POLICIES[policy]["ssl_protocols"])


def _deregister(plain: Callable[..., None]) -> Callable[..., None]:
    def deregister(self: Any, targets: list[dict[str, Any]]) -> None:
        plain(self, targets)
        since = self.__dict__.setdefault("deregistered_at", {})
        since |= {target["Id"]: time.time() for target in targets}

    return deregister


def _describe(plane: Plane, plain: Callable[..., Any]) -> Callable[..., Any]:
    """Those that drain are told too, where nobody asks for some."""

    def describe_target_health(self: Any, target_group_arn: str, targets: list[dict[str, Any]]) -> Any:
        found = plain(self, target_group_arn, targets)
        group = self.target_groups[target_group_arn]
        if targets or not plane.leads_to(group):
            return found
        leaving = [group.deregistered_targets[each] for each in plane.draining(group)]
        return [*found, *(group.health_for(target, self.ec2_backend) for target in leaving)]

    return describe_target_health


def _health(plane: Plane, plain: Callable[..., Any]) -> Callable[..., Any]:
    """As the proxy sees it, where it leads to the group; not against what was ordered, or where no listener forwards."""

    def health_for(self: Any, target: dict[str, Any], ec2_backend: Any) -> Any:
        told = plain(self, target, ec2_backend)
        identifier = target["Id"]
        here = identifier in self.targets or identifier in plane.draining(self)
        if told.reason == "Target.NotInUse" or self.health_overrides.get(identifier) or not here:
            return told
        if plane.leads_to(self):
            if identifier not in self.targets:
                told.port = self.deregistered_targets[identifier]["Port"]
            found = plane.health(self, identifier)
            told.status, told.reason, told.description = found.state, found.reason, found.description
        return told

    return health_for


def _control(plane: Plane) -> None:
    @route("POST", "/_localcloud/load-balancers/report")
    def report(request: ControlRequest) -> dict[str, int]:
        """Bring access logs and metrics now."""
        return plane.report()

    @route("PUT", "/_localcloud/load-balancers/addresses")
    def lead(request: ControlRequest) -> dict[str, int]:
        """Body: {address, port, local_port}: where on loopback a target is; without `local_port`: nowhere again."""
        wanted = request.body if isinstance(request.body, dict) else {}
        try:
            local = wanted.get("local_port")
            plane.addresses.map(str(wanted["address"]), int(wanted["port"]), None if local is None else int(local))
        except KeyError as error:
            raise ControlError(f"expected {{address, port, local_port}}, {error} is missing") from error
        except (AddressError, TypeError, ValueError) as error:
            raise ControlError(str(error)) from error
        plane.reconcile()
        return dict(plane.addresses.mapped)

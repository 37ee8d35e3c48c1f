"""Application load balancers: states, complete attributes, real zone ids, health that takes time, and what AWS refuses.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from moto.acm.models import acm_backends
from moto.ec2.models import ec2_backends
from moto.elbv2.exceptions import ELBClientError, LoadBalancerNotFoundError
from moto.elbv2.models import ELBv2Backend, FakeLoadBalancer, FakeTargetGroup, elbv2_backends
from moto.elbv2.ssl_policies import SSL_POLICIES

from localcloud.cloud import Cloud
from localcloud.control import ControlError, ControlRequest, route
from localcloud.services import elbv2_attributes, elbv2_traffic

#: AWS seconds until a new load balancer is active: "2-4 minutes".
PROVISIONING_SECONDS = 150
_NAME = re.compile(r"(?!internal-)(?!-)[A-Za-z0-9-]{1,32}(?<!-)")


def install(cloud: Cloud) -> None:
    """Patch moto's ELBv2."""
    FakeLoadBalancer.__init__ = _load_balancer(cloud, FakeLoadBalancer.__init__)  # type: ignore[method-assign]
    FakeLoadBalancer.activate = _activate  # type: ignore[method-assign]
    FakeTargetGroup.__init__ = _target_group(FakeTargetGroup.__init__)  # type: ignore[method-assign]
    FakeTargetGroup.register = _register(FakeTargetGroup.register)  # type: ignore[method-assign]
    FakeTargetGroup.health_for = _health(cloud, FakeTargetGroup.health_for)  # type: ignore[method-assign]
    for name, wrap in _REFUSING.items():
        setattr(ELBv2Backend, name, wrap(getattr(ELBv2Backend, name)))
    cloud.resource_listers.append(_rows)
    elbv2_traffic.install_plane(cloud)

    @route("PUT", "/_localcloud/target-health")
    def set_health(request: ControlRequest) -> dict[str, str]:
        """Body: {target_group: ARN, target: id, state: unhealthy}, or without `state` to leave it to time again."""
        with cloud.lock:
            group = _find_group(request.body)
            group.health_overrides[request.body["target"]] = request.body.get("state")
            cloud.touched("elbv2")
        return {"target_group": group.arn, "target": request.body["target"]}


def certificate_users(arn: str) -> list[str]:
    """ARNs of the load balancers with a listener that shows the certificate."""
    return [
        balancer.arn
        for balancer in elbv2_traffic.balancers()
        if any(arn in (listener.certificates or []) for listener in balancer.listeners.values())
    ]


def _load_balancer(cloud: Cloud, plain: Callable[..., None]) -> Callable[..., None]:
    def init(self: Any, *arguments: Any, **named: Any) -> None:
        plain(self, *arguments, **named)
        region = self.arn.split(":")[3]
        self.ready_at = time.time() + cloud.seconds(PROVISIONING_SECONDS)
        if self.type == "application":
            self.attrs = dict(elbv2_attributes.APPLICATION)
        self.attrs.setdefault("access_logs.s3.enabled", "false")
        zones = elbv2_attributes.NETWORK_ZONES if self.type == "network" else elbv2_attributes.APPLICATION_ZONES
        self.canonical_hosted_zone_id = zones.get(region, self.canonical_hosted_zone_id)
        number = int(self.arn.rsplit("/", 1)[1][:8], 16)
        inside = "internal-" if self.scheme == "internal" else ""
        self.dns_name = f"{inside}{self.name}-{number}.{region}.elb.amazonaws.com"

    return init


def _activate(self: Any) -> None:
    if self.state == "provisioning" and time.time() >= getattr(self, "ready_at", 0):
        self.state = "active"


def _target_group(plain: Callable[..., None]) -> Callable[..., None]:
    def init(self: Any, *arguments: Any, **named: Any) -> None:
        plain(self, *arguments, **named)
        self.registered_at: dict[str, float] = {}
        self.health_overrides: dict[str, str | None] = {}
        if self.protocol in {"HTTP", "HTTPS"}:
            self.attributes = {**elbv2_attributes.TARGET_GROUP, **self.attributes}
        self.attributes = {key: str(value) for key, value in self.attributes.items()}

    return init


def _register(plain: Callable[..., None]) -> Callable[..., None]:
    def register(self: Any, targets: list[dict[str, Any]]) -> None:
        for target in targets:
            if target["Id"] not in self.targets:
                self.registered_at[target["Id"]] = time.time()
        plain(self, targets)

    return register


def _health(cloud: Cloud, plain: Callable[..., Any]) -> Callable[..., Any]:
    """A target is healthy after as many checks as the group asks for, and unused while no listener forwards to the group.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html#target-health-states
    """

    def health_for(self: Any, target: dict[str, Any], ec2_backend: Any) -> Any:
        health = plain(self, target, ec2_backend)
        if health.status != "healthy":
            return health
        if not elbv2_backends[self.account_id][self.region_name]._any_listener_using(self.arn):
            return _as(health, "unused", "Target.NotInUse", "Target group is not configured to receive traffic")
        ordered = self.health_overrides.get(target["Id"])
        if ordered:
            return _as(health, ordered, "Target.FailedHealthChecks", "Health checks failed")
        checks = int(self.health_check_interval_seconds) * int(self.healthy_threshold_count)
        if time.time() < self.registered_at.get(target["Id"], 0) + cloud.seconds(checks):
            return _as(health, "initial", "Elb.InitialHealthChecking", "Initial health checks in progress")
        return health

    return health_for


def _as(health: Any, status: str, reason: str, description: str) -> Any:
    health.status, health.reason, health.description = status, reason, description
    return health


def _find_group(body: Any) -> Any:
    for regions in elbv2_backends.values():
        for backend in list(dict.values(regions)):
            if body["target_group"] in backend.target_groups:
                return backend.target_groups[body["target_group"]]
    raise ControlError(f"no target group {body['target_group']!r}", 404)


def _create(plain: Callable[..., Any]) -> Callable[..., Any]:
    def create_load_balancer(
        self: Any, name: str, security_groups: Any, subnet_ids: Any, *rest: Any, **named: Any
    ) -> Any:
        if not _NAME.fullmatch(name or ""):
            raise ELBClientError(
                "ValidationError",
                f"The load balancer name '{name}' must be 1 to 32 letters, digits and hyphens, without a hyphen at either end, "
                "and must not begin with 'internal-'",
            )
        kind = named.get("loadbalancer_type") or "application"
        if kind == "application" and not named.get("subnet_mappings"):
            _check_subnets(self, subnet_ids, named.get("scheme") or "internet-facing")
        known = next((each for each in self.load_balancers.values() if each.name == name), None)
        if known is not None:
            return _same(known, security_groups, subnet_ids, named.get("scheme") or "internet-facing")
        return plain(
            self,
            name,
            security_groups,
            subnet_ids,
            *rest,
            **{**named, "scheme": named.get("scheme") or "internet-facing"},
        )

    return create_load_balancer


def _same(known: Any, security_groups: list[str], subnet_ids: list[str], scheme: str) -> Any:
    """AWS answers with the one it has when all settings are equal."""
    wanted = (sorted(security_groups), sorted(subnet_ids), scheme)
    if (sorted(known.security_groups), sorted(subnet.id for subnet in known.subnets), known.scheme) == wanted:
        return known
    raise ELBClientError(
        "DuplicateLoadBalancerName",
        f"A load balancer with the same name '{known.name}' exists, but with different settings",
    )


def _check_subnets(backend: Any, subnet_ids: list[str], scheme: str) -> None:
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    subnets = [ec2.get_subnet(subnet) for subnet in subnet_ids]
    if len({subnet.availability_zone for subnet in subnets if subnet is not None}) < 2:
        raise ELBClientError(
            "ValidationError", "At least two subnets in two different Availability Zones must be specified"
        )
    vpcs = {subnet.vpc_id for subnet in subnets}
    attached = {gateway.vpc.id for gateway in ec2.internet_gateways.values() if gateway.vpc}
    if scheme == "internet-facing" and not vpcs <= attached:
        raise ELBClientError("InvalidSubnet", f"VPC {', '.join(sorted(vpcs))} has no internet gateway")


def _delete(plain: Callable[..., None]) -> Callable[..., None]:
    def delete_load_balancer(self: Any, arn: str) -> None:
        balancer = self.load_balancers.get(arn)
        if balancer is not None and balancer.attrs.get("deletion_protection.enabled") == "true":
            raise ELBClientError(
                "OperationNotPermitted",
                f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled",
            )
        plain(self, arn)
        for group in self.target_groups.values():
            group.load_balancer_arns = [each for each in group.load_balancer_arns if each != arn]

    return delete_load_balancer


def _set_attributes(plain: Callable[..., Any]) -> Callable[..., Any]:
    def modify_load_balancer_attributes(self: Any, arn: str, attrs: dict[str, str]) -> Any:
        balancer = self.load_balancers.get(arn)
        if balancer is None:
            raise LoadBalancerNotFoundError()
        elbv2_attributes.check(self, {**balancer.attrs, **attrs}, attrs)
        return plain(self, arn, attrs)

    return modify_load_balancer_attributes


def _set_group_attributes(plain: Callable[..., Any]) -> Callable[..., Any]:
    def modify_target_group_attributes(self: Any, target_group_arn: str, attributes: dict[str, str]) -> None:
        start = int(attributes.get("slow_start.duration_seconds", 0))
        if start and not 30 <= start <= 900:
            raise ELBClientError(
                "ValidationError", f"'slow_start.duration_seconds' must be 0 or between 30 and 900, got '{start}'"
            )
        plain(self, target_group_arn, attributes)

    return modify_target_group_attributes


def _create_listener(plain: Callable[..., Any]) -> Callable[..., Any]:
    def create_listener(self: Any, load_balancer_arn: str, protocol: str, port: Any, *rest: Any, **named: Any) -> Any:
        balancer = self.load_balancers.get(load_balancer_arn)
        if balancer is not None and any(str(each.port) == str(port) for each in balancer.listeners.values()):
            raise ELBClientError("DuplicateListener", "A listener already exists on this port for this load balancer")
        given = dict(zip(("ssl_policy", "certificate", "actions", "alpn_policy", "tags"), rest, strict=False)) | named
        if protocol in {"HTTPS", "TLS"}:
            _check_certificate(self, given.get("certificate"))
            if given.get("ssl_policy") not in SSL_POLICIES:
                raise ELBClientError("SSLPolicyNotFound", f"SSL policy '{given.get('ssl_policy')}' not found")
        elif given.get("certificate"):
            raise ELBClientError(
                "InvalidConfigurationRequest", f"A certificate cannot be specified for {protocol} listeners"
            )
        else:
            given["ssl_policy"] = None
        return plain(self, load_balancer_arn, protocol, port, **given)

    return create_listener


def _modify_listener(plain: Callable[..., Any]) -> Callable[..., Any]:
    def modify_listener(self: Any, arn: str, *rest: Any, **named: Any) -> Any:
        given = dict(zip(("port", "protocol", "ssl_policy", "certificates", "actions"), rest, strict=False)) | named
        for certificate in given.get("certificates") or []:
            _check_certificate(self, certificate["CertificateArn"])
        return plain(self, arn, **given)

    return modify_listener


def _check_certificate(backend: Any, arn: str | None) -> None:
    if not arn:
        raise ELBClientError("CertificateNotFound", "A certificate must be specified for HTTPS listeners")
    if ":iam:" in arn:
        return
    found = acm_backends[backend.account_id][backend.region_name]._certificates.get(arn)
    if found is None:
        raise ELBClientError("CertificateNotFound", f"Certificate ARN '{arn}' is not valid")
    found.check()
    if found.status != "ISSUED":
        raise ELBClientError(
            "UnsupportedCertificate",
            f"The certificate '{arn}' must have a fully-qualified domain name, a supported signature, and a supported key size.",
        )


_REFUSING: dict[str, Callable[[Callable[..., Any]], Callable[..., Any]]] = {
    "create_load_balancer": _create,
    "delete_load_balancer": _delete,
    "modify_load_balancer_attributes": _set_attributes,
    "modify_target_group_attributes": _set_group_attributes,
    "create_listener": _create_listener,
    "modify_listener": _modify_listener,
}


def _rows() -> list[dict[str, Any]]:
    rows = []
    for balancer in elbv2_traffic.balancers():
        balancer.activate()
        region = balancer.arn.split(":")[3]
        rows.append({"kind": "load balancer", "name": balancer.name, "region": region, "state": balancer.state})
    return rows

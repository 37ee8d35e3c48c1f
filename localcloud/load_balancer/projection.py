"""From the state of the emulated ELBv2 to what is to be forwarded. Pure: reads moto's objects, changes none.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Action.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RuleCondition.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from localcloud.load_balancer.model import (
    Action,
    Balancer,
    Certificate,
    Check,
    Condition,
    Description,
    Fixed,
    Forward,
    Group,
    Listener,
    Redirect,
    Rule,
    Target,
)

#: Checks come at most this often, and are waited for at least so long: a target is a real process in real time.
LEAST_INTERVAL, LEAST_TIMEOUT = 0.2, 1.0
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_MATCHER = re.compile(r"\d{3}(-\d{3})?(,\d{3}(-\d{3})?)*")
_REDIRECT = {"Protocol": "protocol", "Host": "host", "Port": "port", "Path": "path", "Query": "query"}
_TLS = {"TLSv1": "TLSv1.0"}


@dataclass(frozen=True)
class Surroundings:
    """What the projection asks for.

    seconds: AWS seconds -> local ones. reach: where (`address:port`) and through which relay (None: directly) an address and
    port of a target are, None where nowhere. port: where a listener (ARN) listens. certificate: of an ARN, if there is one.
    protocols: of the name of an SSL policy.
    """

    seconds: Callable[[float], float]
    reach: Callable[[str, int], tuple[str, str | None] | None]
    port: Callable[[str], int]
    certificate: Callable[[str], Certificate | None]
    protocols: Callable[[str], Sequence[str]]
    namespaces: tuple[tuple[str, int], ...] = ()


def describe(balancers: Iterable[Any], groups: Iterable[Any], now: float, around: Surroundings) -> Description:
    """All active application load balancers, and the groups that they forward to."""
    served, left_out = [], []
    for balancer in balancers:
        if balancer.type != "application" or getattr(balancer, "ready_at", 0) > now:
            continue
        listeners = []
        for listener in balancer.listeners.values():
            why = _obstacle(listener, around)
            if why is None:
                listeners.append(_listener(listener, around))
            else:
                left_out.append((listener.arn, why))
        served.append(_balancer(balancer, tuple(listeners)))
    wanted = {arn for balancer in served for listener in balancer.listeners for arn in forwarded(listener)}
    found = tuple(group_of(group, around) for group in groups if group.arn in wanted)
    return Description(tuple(served), found, around.namespaces, tuple(left_out))


def forwarded(listener: Listener) -> list[str]:
    """ARNs of the groups that a listener forwards to."""
    return [
        arn
        for rule in listener.rules
        if isinstance(rule.action, Forward)
        for arn, weight in rule.action.choices
        if weight
    ]


def _obstacle(listener: Any, around: Surroundings) -> str | None:
    if listener.protocol not in {"HTTP", "HTTPS"}:
        return f"its protocol is {listener.protocol}"
    if listener.protocol == "HTTPS":
        lacking = [arn for arn in listener.certificates[:1] if around.certificate(arn) is None]
        if lacking or not listener.certificates:
            return f"there is no issued certificate {', '.join(lacking)}"
    return None


def _balancer(found: Any, listeners: tuple[Listener, ...]) -> Balancer:
    settings: Mapping[str, str] = found.attrs
    return Balancer(
        found.arn,
        listeners,
        idle=int(settings.get("idle_timeout.timeout_seconds", 60)),
        forwarded_for=settings.get("routing.http.xff_header_processing.mode", "append"),
        client_port=settings.get("routing.http.xff_client_port.enabled") == "true",
        drop_invalid=settings.get("routing.http.drop_invalid_header_fields.enabled") == "true",
        http2=settings.get("routing.http2.enabled", "true") == "true",
    )


def _listener(found: Any, around: Surroundings) -> Listener:
    rules = sorted((rule for rule in found.rules.values() if not rule.is_default), key=lambda rule: int(rule.priority))
    made = [_rule(str(rule.priority), rule.conditions, rule.actions) for rule in rules]
    made.append(_rule("default", [], found.default_actions))
    secure = found.protocol == "HTTPS"
    protocols = sorted(around.protocols(found.ssl_policy)) if secure else ["TLSv1.2"]
    certificates = (around.certificate(arn) for arn in found.certificates) if secure else ()
    return Listener(
        found.arn,
        int(found.port),
        around.port(found.arn),
        tuple(rule for rule in made if rule is not None),
        secure,
        tuple(certificate for certificate in certificates if certificate is not None),
        _TLS.get(protocols[0], protocols[0]),
        _TLS.get(protocols[-1], protocols[-1]),
    )


def _rule(priority: str, conditions: Iterable[Mapping[str, Any]], actions: Iterable[Any]) -> Rule | None:
    """None where a condition can never hold."""
    made = [_condition(each) for each in conditions]
    if any(condition is None for condition in made):
        return None
    return Rule(priority, tuple(condition for condition in made if condition is not None), _action(actions))


def _condition(given: Mapping[str, Any]) -> Condition | None:
    field = str(given["Field"])
    configured: Any = next((value for key, value in given.items() if key.endswith("Config") and value), {})
    if field == "query-string":
        pairs = tuple((pair.get("Key"), str(pair["Value"])) for pair in configured.get("Values", []))
        return Condition(field, pairs=pairs) if pairs else None
    values = tuple(str(value) for value in configured.get("Values") or given.get("Values") or [])
    if field == "source-ip":
        values = tuple(value for value in values if _is_network(value))
    header = str(configured.get("HttpHeaderName", ""))
    known = field in {"host-header", "path-pattern", "http-request-method", "source-ip"}
    if not values or not (known or (field == "http-header" and _TOKEN.fullmatch(header))):
        return None
    return Condition(field, values, header)


def _is_network(value: str) -> bool:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return True


def _action(actions: Iterable[Any]) -> Action:
    """The last action routes; what should come before it, a sign-in, the local cloud cannot do, and lets nobody by."""
    given = [action.data for action in actions]
    if any(str(data["Type"]).startswith("authenticate-") for data in given):
        return Fixed(501, body="the local cloud has no sign-in for authenticate actions")
    data = given[-1]
    if data["Type"] == "redirect":
        configured = data["RedirectConfig"]
        parts = {name: str(configured[key]) for key, name in _REDIRECT.items() if configured.get(key) is not None}
        return Redirect(**parts, status=int(str(configured["StatusCode"]).removeprefix("HTTP_")))
    if data["Type"] == "fixed-response":
        configured = data["FixedResponseConfig"]
        kind = configured.get("ContentType") or "text/plain"
        return Fixed(int(configured["StatusCode"]), kind, configured.get("MessageBody") or "")
    if data.get("ForwardConfig"):
        choices = data["ForwardConfig"].get("TargetGroups") or []
        return Forward(tuple((each["TargetGroupArn"], int(each.get("Weight", 1))) for each in choices))
    return Forward(((data["TargetGroupArn"], 1),))


def group_of(found: Any, around: Surroundings) -> Group:
    """A target group. Targets that are not addresses, or of another protocol than HTTP, cannot be reached."""
    settings: Mapping[str, str] = found.attributes
    reachable = found.target_type == "ip" and found.protocol in {"HTTP", "HTTPS"}
    targets = [_target(target, around) for target in found.targets.values()] if reachable else []
    sticky = settings.get("stickiness.enabled") == "true" and settings.get("stickiness.type") == "lb_cookie"
    return Group(
        found.arn,
        len(found.targets),
        tuple(target for target in targets if target is not None),
        _check(found, around),
        secure=found.protocol == "HTTPS",
        least_outstanding=settings.get("load_balancing.algorithm.type") == "least_outstanding_requests",
        slow_start=around.seconds(float(settings.get("slow_start.duration_seconds") or 0)),
        sticky=around.seconds(float(settings.get("stickiness.lb_cookie.duration_seconds") or 86400)) if sticky else 0.0,
    )


def _target(given: Mapping[str, Any], around: Surroundings) -> Target | None:
    identifier, port = str(given["Id"]), int(given["Port"])
    place = around.reach(identifier, port)
    return Target(identifier, port, *place) if place is not None else None


def _check(found: Any, around: Surroundings) -> Check:
    port = str(found.health_check_port or "traffic-port")
    matcher = str((getattr(found, "matcher", None) or {}).get("HttpCode") or "200").replace(" ", "")
    return Check(
        path=_printable(found.health_check_path or "/"),
        port=None if port == "traffic-port" else int(port),
        secure=found.health_check_protocol == "HTTPS",
        matcher=matcher if _MATCHER.fullmatch(matcher) else "200",
        interval=max(LEAST_INTERVAL, around.seconds(float(found.health_check_interval_seconds))),
        timeout=max(LEAST_TIMEOUT, around.seconds(float(found.health_check_timeout_seconds))),
        healthy=int(found.healthy_threshold_count),
        unhealthy=int(found.unhealthy_threshold_count),
    )


def _printable(path: str) -> str:
    return "".join(each if "!" <= each <= "~" else "".join(f"%{byte:02X}" for byte in each.encode()) for each in path)

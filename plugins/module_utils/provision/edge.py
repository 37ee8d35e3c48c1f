# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The edge as resources: what the role's variables ask for, in the vocabulary of the plan. Pure.

`settings` are the role's: prefix, region, tags, domain, zone, zone_managed, hosts, services, load_balancer, tls, health_check,
failover, distribution, firewall, and `inputs`, what network and storage publish.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.provision.edge_distribution import distribution_resources
from ansible_collections.creator.platform.plugins.module_utils.provision.edge_firewall import firewall_resources

#: Names below the domain that are the edge's own: what the health check asks, and where CloudFront finds the load balancer.
PRIMARY, ORIGIN = "primary", "origin"
#: Kinds without tags.
UNTAGGED = frozenset(
    {
        "route53_record",
        "wafv2_logging",
        "cloudfront_web_acl_logging",
        "cloudfront_origin_access_control",
        "cloudfront_response_headers_policy",
        "cloudfront_logging",
    }
)
NOTHING_HERE = {"type": "fixed-response", "status": "404", "content_type": "text/plain", "body": "nothing here"}


def resources(settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every resource of the edge: {kind, name, properties}."""
    found = [
        *_zone(settings),
        *_certificates(settings),
        *_load_balancer(settings),
        *_records(settings),
        *_health_check(settings),
        *firewall_resources(settings),
        *distribution_resources(settings, certificate_name(settings, "cloudfront"), host_names(settings)),
    ]
    for resource in found:
        if resource["kind"] not in UNTAGGED:
            resource["properties"].setdefault("tags", dict(settings["tags"]))
    return found


def full_name(settings: Mapping[str, Any], host: str) -> str:
    """The name of a host below the domain, the domain itself for an empty one."""
    return f"{host}.{settings['domain']}" if host else str(settings["domain"])


def host_names(settings: Mapping[str, Any]) -> list[str]:
    """Names that people reach the platform by, and the one the health check asks."""
    own = [PRIMARY] if settings["health_check"]["enabled"] else []
    return [full_name(settings, host) for host in [*settings["hosts"], *own]]


def certificate_name(settings: Mapping[str, Any], place: str) -> str:
    """The certificate's name says what is in it: with other names it is another one, in use before the old one is removed."""
    content = hashlib.sha256("|".join([settings["domain"], *_alternatives(settings), settings["tls"]["key"]]).encode())
    return f"{settings['prefix']}-{place}-{content.hexdigest()[:8]}"


def _alternatives(settings: Mapping[str, Any]) -> list[str]:
    return [f"*.{settings['domain']}"]


def _zone(settings: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if settings["zone_managed"]:
        yield {"kind": "route53_zone", "name": settings["zone"], "properties": {"comment": settings["prefix"]}}


def _certificates(settings: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    places = {"acm_certificate": "regional"}
    if settings["distribution"]["enabled"]:
        places["cloudfront_certificate"] = "cloudfront"
    for kind, place in places.items():
        yield {
            "kind": kind,
            "name": certificate_name(settings, place),
            "properties": {
                "domain": settings["domain"],
                "alternative_names": _alternatives(settings),
                "key_algorithm": settings["tls"]["key"],
                "transparency": True,
                "status": "ISSUED",
                "unpublished": [],
            },
        }


def _load_balancer(settings: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    prefix, wanted, inputs = settings["prefix"], settings["load_balancer"], settings["inputs"]
    logs = wanted["access_logs"]
    yield {
        "kind": "elbv2_load_balancer",
        "name": prefix,
        "properties": {
            "scheme": "internet-facing",
            "subnets": inputs["subnets"],
            "security_groups": [inputs["security_group"]],
            "deletion_protection": wanted["deletion_protection"],
            "idle_timeout": wanted["idle_timeout"],
            "drop_invalid_headers": True,
            "desync_mitigation": "defensive",
            "http2": True,
            "access_logs": logs,
            "access_log_bucket": inputs["logs_bucket"] if logs else "",
            "access_log_prefix": "alb" if logs else "",
            "state": "active",
        },
    }
    for service, setup in settings["services"].items():
        yield _target_group(settings, service, setup)
    redirect = {"type": "redirect", "protocol": "HTTPS", "port": "443", "status": "HTTP_301"}
    yield {
        "kind": "elbv2_listener",
        "name": f"{prefix}:80",
        "properties": {"protocol": "HTTP", "default_action": redirect, "rules": []},
    }
    yield {
        "kind": "elbv2_listener",
        "name": f"{prefix}:443",
        "properties": {
            "protocol": "HTTPS",
            "ssl_policy": settings["tls"]["policy"],
            "certificate": certificate_name(settings, "regional"),
            "default_action": NOTHING_HERE,
            "rules": [_rule(settings, service, setup) for service, setup in settings["services"].items()],
        },
    }


def _target_group(settings: Mapping[str, Any], service: str, setup: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": "elbv2_target_group",
        "name": f"{settings['prefix']}-{service}",
        "properties": {
            "protocol": "HTTP",
            "port": setup["port"],
            "vpc": settings["inputs"]["vpc"],
            "target_type": "ip",
            "health_check_path": setup["health_path"],
            "health_check_interval": 10,
            "health_check_timeout": 5,
            "healthy_threshold": 2,
            "unhealthy_threshold": 3,
            "health_check_codes": "200-299",
            # The longest that a pod has to end its requests; the default of 300 s holds every rollout up.
            "deregistration_delay": 30,
            "slow_start": settings["load_balancer"]["slow_start"],
        },
    }


def _rule(settings: Mapping[str, Any], service: str, setup: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "priority": setup["priority"],
        "hosts": [full_name(settings, host) for host in setup["hosts"]],
        "paths": setup["paths"],
        "action": {"type": "forward", "target_group": f"{settings['prefix']}-{service}"},
    }


def _front(settings: Mapping[str, Any]) -> str:
    """What names point at: the distribution where there is one, else the load balancer."""
    return f"{'distribution' if settings['distribution']['enabled'] else 'load_balancer'}:{settings['prefix']}"


def _records(settings: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    domain, front = settings["domain"], settings["distribution"]["enabled"]
    # A load balancer of ours has IPv4 addresses only.
    types = ["A", "AAAA"] if front else ["A"]
    # CloudFront's health cannot be evaluated: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-alias.html
    alias = {"target": _front(settings), "evaluate_health": not front}
    for kind in types:
        for host in settings["hosts"]:
            yield from _answers(settings, full_name(settings, host), kind, alias)
        if settings["health_check"]["enabled"]:
            yield _record(settings, f"{full_name(settings, PRIMARY)} {kind}", **alias)
    if front:
        target = {"target": f"load_balancer:{settings['prefix']}", "evaluate_health": True}
        yield _record(settings, f"{full_name(settings, ORIGIN)} A", **target)
    authorities = ['0 issue "amazon.com"', '0 issuewild "amazon.com"']
    yield _record(settings, f"{domain} CAA", values=authorities, ttl=3600)


def _answers(settings: Mapping[str, Any], name: str, kind: str, alias: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    other = settings["failover"]
    if not other.get("dns_name"):
        yield _record(settings, f"{name} {kind}", **alias)
        return
    yield _record(
        settings, f"{name} {kind} primary", **alias, failover="PRIMARY", health_check=f"{settings['prefix']}-{PRIMARY}"
    )
    target = f"{other['dns_name'].lower().rstrip('.')}@{other['zone_id']}"
    yield _record(settings, f"{name} {kind} secondary", target=target, evaluate_health=False, failover="SECONDARY")


def _record(settings: Mapping[str, Any], name: str, **properties: Any) -> dict[str, Any]:
    return {"kind": "route53_record", "name": name, "properties": {"zone": settings["zone"], **properties}}


def _health_check(settings: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    wanted = settings["health_check"]
    if wanted["enabled"]:
        yield {
            "kind": "route53_health_check",
            "name": f"{settings['prefix']}-{PRIMARY}",
            "properties": {
                "type": "HTTPS",
                # A name of its own: one that fails over would report the health of what it failed over to.
                "fqdn": full_name(settings, PRIMARY),
                "port": 443,
                "path": wanted["path"],
                "interval": wanted["interval"],
                "threshold": wanted["threshold"],
            },
        }

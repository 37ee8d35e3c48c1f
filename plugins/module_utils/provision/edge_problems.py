# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with the edge's variables, before the first change. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
#: https://docs.aws.amazon.com/waf/latest/APIReference/API_RateBasedStatement.html
LEAST_RATE, MOST_RATE = 10, 2_000_000_000
WINDOWS = (60, 120, 300, 600)
#: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
LONGEST_NAME = 32
PRICE_CLASSES = ("PriceClass_100", "PriceClass_200", "PriceClass_All")
PLACES = ("regional", "cloudfront")
OWN = ("primary", "origin")


def problems(settings: Mapping[str, Any]) -> list[str]:
    """One sentence for each: the variable, what was expected, what was found, what to do."""
    return [
        *_domain(settings),
        *_services(settings),
        *_health(settings),
        *_firewall(settings),
        *_distribution(settings),
    ]


def is_domain(name: Any) -> bool:
    """Whether it is a DNS name of at least two labels: https://www.rfc-editor.org/rfc/rfc1123#section-2.1"""
    labels = str(name).split(".")
    return len(str(name)) <= 253 and len(labels) > 1 and all(LABEL.fullmatch(label) for label in labels)


def _domain(settings: Mapping[str, Any]) -> Iterator[str]:
    domain, zone = str(settings["domain"]), str(settings["zone"])
    for variable, name in (("edge_domain", domain), ("edge_zone", zone)):
        if not is_domain(name):
            yield f"{variable} must be a DNS name in small letters such as dev.creator.example, got {name!r}"
    if is_domain(domain) and is_domain(zone) and not f".{domain}".endswith(f".{zone}"):
        yield (
            f"edge_domain {domain} lies outside edge_zone {zone}, so its certificate cannot be proved there: name the zone that "
            "holds the domain"
        )
    for host in settings["hosts"]:
        if host and not all(LABEL.fullmatch(label) for label in str(host).split(".")):
            yield f"edge_hosts must be names below {domain}, or '' for {domain} itself, got {host!r}"
        elif "." in str(host):
            yield f"edge_hosts: {host}.{domain} is not in the certificate of *.{domain}, which covers one label: use one"
        elif host in OWN:
            yield f"edge_hosts: {host} is a name that the edge needs for itself: use another"
    if not settings["hosts"]:
        yield f"edge_hosts is empty, so nobody finds the platform: name '' for {domain} itself"


def _services(settings: Mapping[str, Any]) -> Iterator[str]:
    prefix = settings["prefix"]
    seen: dict[int, str] = {}
    for service, setup in settings["services"].items():
        name = f"{prefix}-{service}"
        if len(name) > LONGEST_NAME:
            yield (
                f"target group {name} has {len(name)} characters and AWS allows {LONGEST_NAME}: shorten the environment's name "
                "or the service's in edge_services"
            )
        priority = setup.get("priority")
        if not isinstance(priority, int) or not 1 <= priority <= 50000:
            yield f"edge_services.{service}.priority must be a number from 1 to 50000, got {priority!r}"
        elif priority in seen:
            yield f"edge_services.{service} and {seen[priority]} both have priority {priority}: give each its own"
        else:
            seen[priority] = service
        if not setup.get("paths") and not setup.get("hosts"):
            yield f"edge_services.{service} has neither paths nor hosts, and a rule needs a condition: give one"
        if not str(setup.get("health_path", "")).startswith("/"):
            yield f"edge_services.{service}.health_path must begin with a slash, got {setup.get('health_path')!r}"
    start = settings["load_balancer"]["slow_start"]
    if start and not 30 <= start <= 900:
        yield f"edge_slow_start must be 0 or 30 to 900 seconds, got {start}"
    if not 1 <= settings["load_balancer"]["idle_timeout"] <= 4000:
        yield f"edge_idle_timeout must be 1 to 4000 seconds, got {settings['load_balancer']['idle_timeout']}"


def _health(settings: Mapping[str, Any]) -> Iterator[str]:
    check, other = settings["health_check"], settings["failover"]
    if check["interval"] not in (10, 30):
        yield f"edge_health_check.interval must be 10 or 30 seconds, got {check['interval']}"
    if not 1 <= check["threshold"] <= 10:
        yield f"edge_health_check.threshold must be 1 to 10, got {check['threshold']}"
    if not str(check["path"]).startswith("/"):
        yield f"edge_health_check.path must begin with a slash, got {check['path']!r}"
    if not other.get("dns_name"):
        return
    if not check["enabled"]:
        yield (
            f"edge_failover names {other['dns_name']}, but without a health check nothing ever fails over: set "
            "edge_health_check.enabled to true"
        )
    if not is_domain(str(other["dns_name"]).lower().rstrip(".")):
        yield f"edge_failover.dns_name must be a DNS name, got {other['dns_name']!r}"
    if not re.fullmatch(r"Z[A-Z0-9]{3,31}", str(other.get("zone_id", ""))):
        yield (
            f"edge_failover.zone_id must be the hosted zone id of {other['dns_name']} (a load balancer or website endpoint has "
            f"one for each region), got {other.get('zone_id')!r}"
        )


def _firewall(settings: Mapping[str, Any]) -> Iterator[str]:
    wanted = settings["firewall"]
    yield from _unknown("edge_firewall_places", wanted["places"], PLACES)
    if not LEAST_RATE <= wanted["rate_limit"] <= MOST_RATE:
        yield f"edge_rate_limit must be {LEAST_RATE} to {MOST_RATE} requests of an address, got {wanted['rate_limit']}"
    if wanted["rate_window"] not in WINDOWS:
        yield f"edge_rate_window must be one of {', '.join(map(str, WINDOWS))} seconds, got {wanted['rate_window']}"


def _distribution(settings: Mapping[str, Any]) -> Iterator[str]:
    wanted = settings["distribution"]
    yield from _unknown("edge_price_class", [wanted["price_class"]], PRICE_CLASSES)


def _unknown(variable: str, given: Iterable[Any], known: Iterable[str]) -> Iterator[str]:
    odd = [str(value) for value in given if value not in known]
    if odd:
        yield f"{variable} must be of {', '.join(known)}; got {', '.join(odd)}"

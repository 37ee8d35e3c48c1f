# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must be true of an environment before a run changes anything. Pure: standard library only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from itertools import combinations
from urllib.parse import urlsplit

ENVIRONMENTS = ("dev", "staging", "prod", "local")
LOCAL = "local"
#: What a developer's sandbox is called: names of resources hold it, and AWS limits those to 32 characters at least.
SANDBOX = re.compile(r"dev-[a-z](?:[a-z0-9-]{0,9}[a-z0-9])?")
REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
ACCOUNT = re.compile(r"\d{12}")
NO_ACCOUNT = "000000000000"
#: Each makes boto3 use credentials that are not the local cloud's.
#: https://boto3.amazonaws.com/v1/documentation/api/latest/guide/credentials.html
CREDENTIALS = (
    "AWS_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)
START = "start the local cloud with: python -m localcloud up"


@dataclass(frozen=True)
class Settings:
    """The variables of an environment that every play has. `aws`: platform_aws_environment.

    sandbox: the name of a sandbox that was asked for. rehearsal: a real environment's inventory on the local cloud.
    """

    environment: str
    account: str
    region: str
    dr_region: str
    aws: Mapping[str, str]
    sandbox: str = ""
    rehearsal: bool = False

    @property
    def embedded(self) -> bool:
        """Whether this run may reach nothing but the local cloud."""
        return self.environment == LOCAL or self.rehearsal


def problems(settings: Settings, environ: Mapping[str, str]) -> list[str]:
    """What is wrong, one sentence each that says what to do; `environ` is the environment of the process."""
    found = []
    if settings.sandbox:
        problem = _sandbox_problem(settings)
        if problem:
            return [problem]
    elif settings.environment not in ENVIRONMENTS:
        known = ", ".join(ENVIRONMENTS)
        return [
            f"environment {settings.environment!r} is unknown: run with -i inventories/<environment>, one of {known}"
        ]
    if not ACCOUNT.fullmatch(settings.account):
        found.append(f"platform_account_id must be the 12 digits of an AWS account, got {settings.account!r}")
    elif settings.account == NO_ACCOUNT:
        found.append(
            f"platform_account_id of {settings.environment} is still the placeholder {NO_ACCOUNT}: set it to the account's id "
            f"in inventories/{settings.environment}/group_vars/all/platform.yml"
        )
    for name, region in (("platform_region", settings.region), ("platform_dr_region", settings.dr_region)):
        if not REGION.fullmatch(region):
            found.append(f"{name} must be an AWS region such as eu-west-1, got {region!r}")
    if settings.region == settings.dr_region:
        found.append(f"platform_dr_region must be another region than platform_region, both are {settings.region}")
    return found + (_local(settings, environ) if settings.embedded else _real(settings, environ))


def _sandbox_problem(settings: Settings) -> str:
    if not settings.environment.startswith("dev-"):
        return (
            f"platform_sandbox is {settings.sandbox!r}, but sandboxes are of dev only and this is {settings.environment}: unset "
            "PLATFORM_SANDBOX, or run with -i inventories/dev"
        )
    if not SANDBOX.fullmatch(settings.environment):
        return (
            f"platform_sandbox must be a letter and up to 10 more letters, digits or hyphens, all lower case, not ending with a "
            f"hyphen; got {settings.sandbox!r}"
        )
    return ""


def _local(settings: Settings, environ: Mapping[str, str]) -> list[str]:
    endpoint = settings.aws.get("AWS_ENDPOINT_URL", "")
    if not endpoint:
        return [f"the local inventory needs AWS_ENDPOINT_URL in platform_aws_environment: {START}"]
    found = []
    if not is_loopback(endpoint):
        found.append(f"the local inventory may only talk to this machine, but its endpoint is {endpoint}: {START}")
    own = settings.aws.get("AWS_ACCESS_KEY_ID", "")
    if environ.get("AWS_ACCESS_KEY_ID", own) != own:
        found.append(
            "real AWS credentials are in reach (AWS_ACCESS_KEY_ID): unset them before a run with the local inventory"
        )
    reachable = [name for name in CREDENTIALS if environ.get(name)]
    if reachable:
        found.append(
            f"real AWS credentials are in reach ({', '.join(reachable)}): unset them before a run with the local inventory"
        )
    return found


def _real(settings: Settings, environ: Mapping[str, str]) -> list[str]:
    endpoint = settings.aws.get("AWS_ENDPOINT_URL") or environ.get("AWS_ENDPOINT_URL")
    if endpoint:
        return [
            f"{settings.environment} is a real environment, but AWS_ENDPOINT_URL points at {endpoint}: unset it, or run with "
            "-i inventories/local"
        ]
    return []


def account_problem(expected: str, actual: str) -> str:
    """A sentence when the credentials are of another account than the inventory's; else ""."""
    if expected == actual:
        return ""
    return (
        f"these credentials are of account {actual}, but the inventory is of account {expected}: log in to {expected}"
    )


def is_loopback(endpoint: str) -> bool:
    """Whether a URL points at this machine by address or as localhost; a name that merely resolves there does not count."""
    host = urlsplit(endpoint).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def cidr_problems(cidr: str, subnets: Mapping[str, str], reserved: Iterable[str]) -> list[str]:
    """What is wrong with the address plan of a network: its CIDR, its subnets by name, and CIDRs it must keep off."""
    named = {"network_cidr": cidr, **subnets}
    found = [f"{name}: {problem}" for name, value in named.items() if (problem := _cidr_problem(value))]
    if found:
        return found
    whole = ip_network(cidr)
    networks = {name: ip_network(value) for name, value in subnets.items()}
    found = [
        f"subnet {name} ({network}) lies outside network_cidr {cidr}: give it a CIDR inside"
        for name, network in networks.items()
        if not _inside(network, whole)
    ]
    found += [
        f"subnets {one} ({networks[one]}) and {other} ({networks[other]}) overlap: give each CIDRs of its own"
        for one, other in combinations(networks, 2)
        if networks[one].overlaps(networks[other])
    ]
    for other in reserved:
        problem = _cidr_problem(other)
        if problem:
            found.append(f"network_reserved_cidrs: {problem}")
        elif whole.overlaps(ip_network(other)):
            found.append(
                f"network_cidr {cidr} overlaps the reserved {other}: choose another, or take it off network_reserved_cidrs"
            )
    return found


def _inside(network: IPv4Network | IPv6Network, whole: IPv4Network | IPv6Network) -> bool:
    return network.version == whole.version and network.network_address in whole and network.broadcast_address in whole


def _cidr_problem(value: str) -> str:
    try:
        ip_network(value)
    except ValueError as error:
        return f"{error}: give a network such as 10.20.0.0/16"
    return ""

# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of the plan: what is desired, what was found, what a kind says about comparing the two. Standard library only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

#: The environment's own region, as the home of a kind.
PRIMARY = "primary"
#: Where services that an account has once are asked, whoever asks, so that the readers share what is listed.
SERVICE_HOMES: Mapping[str, str] = {"cloudfront": "us-east-1", "iam": PRIMARY, "route53": PRIMARY}


def place(home: str, region: str, primary: str) -> str:
    """The region that a home means to somebody in `region`. primary: the environment's own region."""
    return primary if home == PRIMARY else home or region


@dataclass(frozen=True)
class Scope:
    """Whose resources are looked at: a component of an environment in one region.

    `names` are the names desired of the kind at hand, for kinds that can only be read one by one. `clients`: boto3 clients of the
    region by service, for those a kind asks for in `also`. `known_tags`: tags by ARN that were read for all components a moment
    ago, for kinds that AWS tells the tags of one by one.
    """

    platform: str
    environment: str
    component: str
    region: str
    names: tuple[str, ...] = ()
    clients: Mapping[str, Any] = field(default_factory=dict, compare=False)
    known_tags: Mapping[str, Mapping[str, str]] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Resource:
    """A resource in the vocabulary of the role's variables, desired or found. `name` is unique per kind and region.

    `facts` is what AWS chose (ids, ARNs, addresses): never compared, handed to the role for its writes and outputs.
    """

    kind: str
    name: str
    properties: Mapping[str, Any]
    region: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Rules:
    """How desired and found properties of a kind are compared.

    unordered: lists compared as sets. immutable: a change means replacing the resource. defaults: what AWS holds when the
    property was not given. ignored: property to the reason why a difference is no drift. protected: never replaced or
    removed without an override that names the resource. secret: shown as salted fingerprints, never as values.
    tagged_later: why a resource of this kind can lack its tags though it is ours (it is created first and tagged then, and a run
    may be killed between the two); "" for kinds that bear their tags from the first moment.
    unsettled: statuses (facts' `status`) in which a resource is not there yet, or broken, whatever its properties say.
    normalize: brings properties of either side into one form before they are compared (a policy as text or as a document).
    refuses: why AWS would not take desired properties, where that is known before it is tried; "" when it would.
    """

    unordered: frozenset[str] = frozenset()
    immutable: frozenset[str] = frozenset()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    ignored: Mapping[str, str] = field(default_factory=dict)
    protected: bool = False
    secret: frozenset[str] = frozenset()
    unsettled: frozenset[str] = frozenset()
    tagged_later: str = ""
    normalize: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None
    refuses: Callable[[Mapping[str, Any]], str] | None = None


@dataclass(frozen=True)
class Kind:
    """A resource kind: the boto3 service that knows it, how to read it in bulk, how to compare.

    `read(client, scope)` returns what exists of the kind for the scope: everything tagged as the component's and everything
    among `scope.names`, with every property it knows; a property it leaves out is reported as unknown, not as equal.
    It makes describe, list and get calls only and raises what boto3 raises.
    home: "" for what lives in a region; PRIMARY for what an account has once (IAM, CloudFront, Route 53): it is read once,
    and its region is the environment's, whatever its row says; else the only region that has it. also: further services that the
    reader asks (`scope.clients`).
    """

    name: str
    service: str
    read: Callable[[Any, Scope], list[Resource]]
    rules: Rules = Rules()
    home: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unread:
    """A kind of a region that could not be read, and why: its desired resources are unknown, never unchanged."""

    reason: str


@dataclass(frozen=True)
class Change:
    """One difference of a resource.

    action: create, update, replace, delete or unknown. attributes: (attribute, before, after), sorted by attribute.
    reason: why it is unknown. protected: the kind is protected and the action would replace or remove it.
    """

    action: str
    kind: str
    name: str
    region: str
    attributes: tuple[tuple[str, Any, Any], ...] = ()
    reason: str = ""
    protected: bool = False

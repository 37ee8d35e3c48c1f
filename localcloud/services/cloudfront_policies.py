"""Cache, origin request and response headers policies of CloudFront: AWS's own and those of the account.

https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_GetCachePolicy.html
https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DeleteCachePolicy.html
https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_UpdateCachePolicy.html
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from moto.cloudfront.models import random_id
from moto.cloudfront.urls import url_paths
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcfromtimestamp
from moto.moto_api._internal import mock_random

from localcloud.services.cloudfront_managed import MANAGED

#: Kind of policy: its path, its plural, the behavior's key.
KINDS = {
    "CachePolicy": ("cache-policy", "CachePolicies", "CachePolicyId"),
    "OriginRequestPolicy": ("origin-request-policy", "OriginRequestPolicies", "OriginRequestPolicyId"),
    "ResponseHeadersPolicy": ("response-headers-policy", "ResponseHeadersPolicies", "ResponseHeadersPolicyId"),
}


class PolicyError(ServiceException):
    """An answer about a policy that is an error."""


class Policy:
    """A policy of the account."""

    managed = False

    def __init__(self, kind: str, config: dict[str, Any]) -> None:
        self.id = str(mock_random.uuid4())
        self.kind, self.config = kind, config
        self.etag, self.changed_at = random_id(), time.time()


class ManagedPolicy(Policy):
    """A policy that AWS keeps for everybody."""

    managed = True

    def __init__(self, kind: str, identifier: str) -> None:
        super().__init__(kind, {"Comment": "", **MANAGED[kind][identifier]})
        self.id, self.etag, self.changed_at = identifier, f"E{identifier[:13].replace('-', '').upper()}", 0.0


def extend(response: Any) -> None:
    """Add the operations of the three kinds."""
    for kind, (path, plural, _key) in KINDS.items():
        name = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in kind)[1:]
        plural_name = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in plural)[1:]
        base = "{0}/2020-05-31/" + path
        for url in (f"{base}$", f"{base}/(?P<policy_id>[^/]+)$", f"{base}/(?P<policy_id>[^/]+)/config$"):
            url_paths[url] = response.dispatch
        operations = Operations(kind)
        for verb in ("create", "get", "update", "delete"):
            setattr(response, f"{verb}_{name}", _method(getattr(operations, verb)))
        setattr(response, f"get_{name}_config", _method(operations.config))
        setattr(response, f"list_{plural_name}", _method(operations.list))


def check(backend: Any, behavior: dict[str, Any]) -> None:
    """Raises NoSuch…Policy for a policy that a behavior names and that is not there."""
    for kind, (_path, _plural, key) in KINDS.items():
        named = behavior.get(key)
        if named and named not in MANAGED[kind] and named not in _own(backend, kind):
            raise PolicyError(f"NoSuch{kind}", f"The {kind} {named} does not exist.")


def _own(backend: Any, kind: str) -> dict[str, Policy]:
    policies: dict[str, dict[str, Policy]] = backend.__dict__.setdefault("policies", {})
    return policies.setdefault(kind, {})


class Operations:
    """What can be done with policies of one kind; `response` is moto's."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.key = KINDS[kind][2]

    def create(self, response: Any) -> ActionResult:
        """Create…Policy."""
        config = response._get_param(f"{self.kind}Config")
        own = _own(response.backend, self.kind)
        if any(each.config["Name"] == config["Name"] for each in own.values()):
            raise PolicyError(f"{self.kind}AlreadyExists", f"A {self.kind} named {config['Name']} already exists.")
        policy = Policy(self.kind, config)
        own[policy.id] = policy
        return ActionResult({self.kind: self._shown(policy), "ETag": policy.etag, "Location": policy.id})

    def get(self, response: Any) -> ActionResult:
        """Get…Policy."""
        policy = self._find(response)
        return ActionResult({self.kind: self._shown(policy), "ETag": policy.etag})

    def config(self, response: Any) -> ActionResult:
        """Get…PolicyConfig."""
        policy = self._find(response)
        return ActionResult({f"{self.kind}Config": policy.config, "ETag": policy.etag})

    def update(self, response: Any) -> ActionResult:
        """Update…Policy."""
        policy = self._matched(response, "IllegalUpdate")
        policy.config = response._get_param(f"{self.kind}Config")
        policy.etag, policy.changed_at = random_id(), time.time()
        return self.get(response)

    def delete(self, response: Any) -> EmptyResult:
        """Delete…Policy, which a distribution must not name any more."""
        policy = self._matched(response, "IllegalDelete")
        for distribution in response.backend.distributions.values():
            others = distribution.raw["CacheBehaviors"].get("Items") or []
            if any(each.get(self.key) == policy.id for each in [distribution.raw["DefaultCacheBehavior"], *others]):
                raise PolicyError(
                    f"{self.kind}InUse", f"The {self.kind} is attached to distribution {distribution.id}."
                )
        del _own(response.backend, self.kind)[policy.id]
        return EmptyResult()

    def list(self, response: Any) -> ActionResult:
        """List…Policies."""
        wanted = response._get_param("Type")
        own = _own(response.backend, self.kind).values()
        rows = [{"Type": "custom", self.kind: self._shown(policy)} for policy in own]
        managed = [ManagedPolicy(self.kind, identifier) for identifier in MANAGED[self.kind]]
        rows += [{"Type": "managed", self.kind: self._shown(policy)} for policy in managed]
        found = [each for each in rows if wanted in (None, each["Type"])]
        return ActionResult({f"{self.kind}List": {"MaxItems": 100, "Quantity": len(found), "Items": found or None}})

    def _shown(self, policy: Policy) -> dict[str, Any]:
        changed = utcfromtimestamp(policy.changed_at)
        return {"Id": policy.id, "LastModifiedTime": changed, f"{self.kind}Config": policy.config}

    def _find(self, response: Any) -> Policy:
        identifier = response._get_param("Id")
        if identifier in MANAGED[self.kind]:
            return ManagedPolicy(self.kind, identifier)
        found = _own(response.backend, self.kind).get(identifier)
        if found is None:
            raise PolicyError(f"NoSuch{self.kind}", f"The {self.kind} does not exist.")
        return found

    def _matched(self, response: Any, refusal: str) -> Policy:
        policy, given = self._find(response), response._get_param("IfMatch")
        if policy.managed:
            raise PolicyError(refusal, f"The {self.kind} {policy.id} is managed by AWS.")
        if not given:
            raise PolicyError("InvalidIfMatchVersion", "The If-Match version is missing or not valid for the resource.")
        if given != policy.etag:
            raise PolicyError(
                "PreconditionFailed", "The precondition in one or more of the request fields evaluated to false."
            )
        return policy


def _method(operation: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def call(self: Any) -> Any:
        return operation(self)

    return call

"""WAF: scopes where they belong, capacity, AWS's own groups, associations that exist, and logs where AWS takes them.

https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateWebACL.html
https://docs.aws.amazon.com/waf/latest/APIReference/API_PutLoggingConfiguration.html
https://docs.aws.amazon.com/waf/latest/APIReference/API_ListResourcesForWebACL.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.cloudfront.models import cloudfront_backends
from moto.logs.models import logs_backends
from moto.wafv2.exceptions import WAFNonexistentItemException, WAFv2ClientError
from moto.wafv2.models import GLOBAL_REGION, FakeWebACL, WAFV2Backend
from moto.wafv2.responses import WAFV2Response

from localcloud.cloud import Cloud
from localcloud.services import elbv2_traffic, wafv2_rules

HOME = "us-east-1"
PREFIX = "aws-waf-logs-"
_SCOPED = (
    "create_web_acl", "get_web_acl", "list_web_ac_ls", "update_web_acl", "delete_web_acl", "create_ip_set", "get_ip_set",
    "list_ip_sets", "update_ip_set", "delete_ip_set", "create_rule_group", "list_rule_groups", "create_regex_pattern_set",
    "list_regex_pattern_sets", "list_logging_configurations",
)  # fmt: skip


def install(cloud: Cloud) -> None:
    """Patch moto's WAF."""
    del cloud
    response: Any = WAFV2Response
    for name in _SCOPED:
        setattr(response, name, _at_home(getattr(response, name)))
    response.check_capacity = _at_home(_check_capacity)
    response.list_available_managed_rule_groups = _at_home(_managed_groups)
    response.describe_managed_rule_group = _at_home(_describe_group)
    response.list_resources_for_web_acl = _resources
    for name in ("put_logging_configuration", "get_logging_configuration", "delete_logging_configuration"):
        setattr(response, name, _in_its_region(getattr(response, name)))
    backend: Any = WAFV2Backend
    backend.create_web_acl = _create(backend.create_web_acl)
    backend.update_web_acl = _update(backend.update_web_acl)
    backend.delete_web_acl = _delete(backend.delete_web_acl)
    backend.associate_web_acl = _associate(backend.associate_web_acl)
    backend.put_logging_configuration = _put_logging(backend.put_logging_configuration)
    backend.list_logging_configurations = _list_logging
    acl: Any = FakeWebACL
    acl.capacity = property(
        lambda self: wafv2_rules.capacity([rule.to_dict() for rule in self.rules]), lambda self, value: None
    )


def error(code: str, message: str) -> WAFv2ClientError:
    """An answer of WAF that is an error."""
    return WAFv2ClientError(code, message)


def _at_home(plain: Callable[..., Any]) -> Callable[..., Any]:
    """What is for CloudFront is done in us-east-1: https://docs.aws.amazon.com/waf/latest/developerguide/how-aws-waf-works-resources.html"""

    def checked(self: Any) -> Any:
        if self._get_param("Scope") == "CLOUDFRONT" and self.region != HOME:
            raise error(
                "WAFInvalidParameterException",
                "Error reason: The scope is not valid., field: SCOPE_VALUE, parameter: CLOUDFRONT",
            )
        if self._get_param("Scope") == "CLOUDFRONT":
            self.region = GLOBAL_REGION
        return plain(self)

    return checked


def _in_its_region(plain: Callable[..., Any]) -> Callable[..., Any]:
    """moto keeps the ACLs of distributions apart, and their logging has to stand with them."""

    def moved(self: Any) -> Any:
        body = json.loads(self.body)
        arn = body.get("ResourceArn") or body["LoggingConfiguration"]["ResourceArn"]
        if ":global/" in arn:
            self.region = GLOBAL_REGION
        return plain(self)

    return moved


def _create(plain: Callable[..., Any]) -> Callable[..., Any]:
    def create_web_acl(self: Any, name: str, *rest: Any) -> Any:
        wafv2_rules.check(rest[5] or [])
        if any(acl.name == name for acl in self.wacls.values()):
            raise error(
                "WAFDuplicateItemException",
                "AWS WAF couldn't perform the operation because some resource in your request is a duplicate of an existing one.",
            )
        return plain(self, name, *rest)

    return create_web_acl


def _update(plain: Callable[..., Any]) -> Callable[..., Any]:
    def update_web_acl(self: Any, name: str, _id: str, default_action: Any, rules: Any, *rest: Any) -> Any:
        wafv2_rules.check(rules or [])
        return plain(self, name, _id, default_action, rules or [], *rest)

    return update_web_acl


def _delete(plain: Callable[..., Any]) -> Callable[..., Any]:
    def delete_web_acl(self: Any, name: str, scope: str, _id: str, lock_token: str) -> None:
        found = next((acl for acl in self.wacls.values() if acl.id == _id), None)
        if found is not None and (_associated(found) or _distributions(found.arn)):
            raise error(
                "WAFAssociatedItemException",
                "AWS WAF couldn't perform the operation because your resource is being used by another resource or it's "
                "associated with another resource.",
            )
        plain(self, name, scope, _id, lock_token)
        if found is not None:
            self.logging_configurations.pop(found.arn, None)

    return delete_web_acl


def _associated(acl: Any) -> list[str]:
    """What is gone is not associated any more."""
    living = {balancer.arn for balancer in elbv2_traffic.balancers()}
    acl.associated_resources = [arn for arn in acl.associated_resources if ":loadbalancer/" not in arn or arn in living]
    return list(acl.associated_resources)


def _distributions(arn: str) -> list[str]:
    return [
        distribution.arn
        for partitions in cloudfront_backends.values()
        for backend in list(dict.values(partitions))
        for distribution in list(backend.distributions.values())
        if distribution.distribution_config.WebACLId == arn
    ]


def _associate(plain: Callable[..., Any]) -> Callable[..., Any]:
    def associate_web_acl(self: Any, web_acl_arn: str, resource_arn: str) -> None:
        if ":global/" in web_acl_arn:
            raise error(
                "WAFInvalidParameterException",
                "Error reason: The web ACL is not REGIONAL: a distribution names its web ACL itself., field: WEB_ACL",
            )
        if ":loadbalancer/" in resource_arn:
            balancer = next((each for each in elbv2_traffic.balancers() if each.arn == resource_arn), None)
            if balancer is None:
                raise WAFNonexistentItemException
            balancer.activate()
            if balancer.state != "active":
                raise error(
                    "WAFUnavailableEntityException",
                    "AWS WAF couldn't retrieve a resource that you specified for this operation. Retry your request.",
                )
        if web_acl_arn in self.wacls:
            for acl in self.wacls.values():
                acl.associated_resources = [arn for arn in acl.associated_resources if arn != resource_arn]
        plain(self, web_acl_arn, resource_arn)

    return associate_web_acl


def _resources(self: Any) -> Any:
    arn = self._get_param("WebACLArn")
    found = self.wafv2_backend.wacls.get(arn)
    if found is None:
        raise WAFNonexistentItemException
    kind = self._get_param("ResourceType") or "APPLICATION_LOAD_BALANCER"
    wanted = {"APPLICATION_LOAD_BALANCER": ":loadbalancer/app/", "API_GATEWAY": ":apigateway:"}.get(
        kind, f":{kind.lower()}"
    )
    return 200, {}, json.dumps({"ResourceArns": [each for each in _associated(found) if wanted in each]})


def _put_logging(plain: Callable[..., Any]) -> Callable[..., Any]:
    def put_logging_configuration(self: Any, arn: str, log_destination_configs: list[str], *rest: Any) -> Any:
        if arn not in self.wacls:
            raise WAFNonexistentItemException
        for destination in log_destination_configs:
            name = destination.split(":log-group:")[-1].split(":::")[-1].split("deliverystream/")[-1].split(":")[0]
            if not name.startswith(PREFIX):
                raise error(
                    "WAFInvalidParameterException",
                    f"Error reason: The name begins with {PREFIX}., field: LOG_DESTINATION, parameter: {destination}",
                )
            region = arn.split(":")[3]
            if ":log-group:" in destination and name not in logs_backends[self.account_id][region].groups:
                raise error(
                    "WAFLogDestinationPermissionIssueException",
                    f"Unable to deliver logs to the configured destination {destination}.",
                )
        return plain(self, arn, log_destination_configs, *rest)

    return put_logging_configuration


def _list_logging(self: Any, scope: str, limit: Any = None, next_marker: Any = None) -> Any:
    del limit, next_marker
    found = [
        each for arn, each in self.logging_configurations.items() if (":global/" in arn) == (scope == "CLOUDFRONT")
    ]
    return found, None


def _check_capacity(self: Any) -> Any:
    rules = self._get_param("Rules") or []
    wafv2_rules.check(rules)
    return 200, {}, json.dumps({"Capacity": wafv2_rules.capacity(rules)})


def _managed_groups(self: Any) -> Any:
    rows = [
        {"VendorName": "AWS", "Name": name, "VersioningSupported": True, "Description": ""}
        for name in sorted(wafv2_rules.MANAGED)
    ]
    return 200, {}, json.dumps({"ManagedRuleGroups": rows})


def _describe_group(self: Any) -> Any:
    name = self._get_param("Name")
    if self._get_param("VendorName") != "AWS" or name not in wafv2_rules.MANAGED:
        raise WAFNonexistentItemException
    return 200, {}, json.dumps({"Capacity": wafv2_rules.MANAGED[name], "Rules": [], "AvailableLabels": []})

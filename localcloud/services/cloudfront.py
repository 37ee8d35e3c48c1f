"""CloudFront: what was configured is what is answered; entity tags count; deployments take time; policies are there.

https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateDistribution.html
https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_UpdateDistribution.html
https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DeleteDistribution.html
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from typing import Any

from moto.cloudfront.models import CloudFrontBackend, Invalidation, random_id
from moto.cloudfront.responses import CloudFrontResponse
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcfromtimestamp

from localcloud.cloud import Cloud
from localcloud.services import cloudfront_checks, cloudfront_policies

#: AWS seconds from a change until all edges have it: "3-15 minutes".
DEPLOY_SECONDS = 300
INVALIDATE_SECONDS = 60


class CloudFrontError(ServiceException):
    """An answer of CloudFront that is an error."""


def install(cloud: Cloud) -> None:
    """Patch moto's CloudFront."""
    backend: Any = CloudFrontBackend
    response: Any = CloudFrontResponse
    backend.create_distribution_with_tags = _create(cloud, backend.create_distribution_with_tags)
    backend.update_distribution = _update(cloud, backend.update_distribution)
    backend.delete_distribution = _delete
    for name in ("create_distribution", "create_distribution_with_tags", "get_distribution", "update_distribution"):
        setattr(response, name, _whole(getattr(response, name)))
    response.get_distribution_config = _get_config
    response.list_distributions = _list
    _install_controls(backend, response)
    cloudfront_policies.extend(response)
    invalidation: Any = Invalidation
    invalidation.status = property(lambda self: _invalidated(cloud, self), lambda self, value: None)


def _invalidated(cloud: Cloud, self: Any) -> str:
    since = time.time() - self.create_time.replace(tzinfo=None).timestamp() + time.timezone
    return "Completed" if since >= cloud.seconds(INVALIDATE_SECONDS) else "InProgress"


def _status(distribution: Any) -> str:
    return "Deployed" if time.time() >= distribution.deployed_at else "InProgress"


def match(etag: str | None, found: Any) -> None:
    """Raises InvalidIfMatchVersion without an entity tag, PreconditionFailed for another than the current one."""
    if not etag:
        raise CloudFrontError("InvalidIfMatchVersion", "The If-Match version is missing or not valid for the resource.")
    if etag != found.etag:
        raise CloudFrontError(
            "PreconditionFailed",
            "The request failed because it didn't meet the preconditions in one or more request-header fields.",
        )


def _settle(cloud: Cloud, distribution: Any, config: dict[str, Any]) -> None:
    distribution.raw = cloudfront_checks.complete(config)
    distribution.changed_at = time.time()
    distribution.deployed_at = time.time() + cloud.seconds(DEPLOY_SECONDS)
    distribution.etag = random_id()


def _create(cloud: Cloud, plain: Callable[..., Any]) -> Callable[..., Any]:
    def create_distribution_with_tags(self: Any, distribution_config: dict[str, Any], tags: Any) -> Any:
        config = copy.deepcopy(distribution_config)
        cloudfront_checks.check(self, config, None)
        distribution, location, _etag = plain(self, distribution_config, tags)
        _settle(cloud, distribution, config)
        return distribution, location, distribution.etag

    return create_distribution_with_tags


def _update(cloud: Cloud, plain: Callable[..., Any]) -> Callable[..., Any]:
    def update_distribution(self: Any, dist_config: dict[str, Any], _id: str, if_match: Any) -> Any:
        found, _ = self.get_distribution(_id)
        match(if_match, found)
        config = copy.deepcopy(dist_config)
        if config["CallerReference"] != found.raw["CallerReference"]:
            raise CloudFrontError(
                "IllegalUpdate", "The update contains modifications that are not allowed: CallerReference."
            )
        cloudfront_checks.check(self, config, _id)
        distribution, location, _etag = plain(self, dist_config=dist_config, _id=_id, if_match=if_match)
        _settle(cloud, distribution, config)
        return distribution, location, distribution.etag

    return update_distribution


def _delete(self: Any, distribution_id: str, if_match: Any) -> None:
    found, _ = self.get_distribution(distribution_id)
    match(if_match, found)
    if found.raw["Enabled"] or _status(found) != "Deployed":
        raise CloudFrontError(
            "DistributionNotDisabled", "The distribution you are trying to delete has not been disabled."
        )
    del self.distributions[distribution_id]


def _whole(plain: Callable[..., ActionResult]) -> Callable[..., ActionResult]:
    """moto keeps a part of the configuration; here it is answered as it was given."""

    def answer(self: Any) -> ActionResult:
        result: Any = plain(self).result
        found = result["Distribution"]
        return ActionResult({**result, "Distribution": {**_summary(found), "DistributionConfig": found.raw}})

    return answer


def _summary(found: Any) -> dict[str, Any]:
    none = {"Enabled": False, "Quantity": 0}
    return {
        "Id": found.id,
        "ARN": found.arn,
        "Status": _status(found),
        "LastModifiedTime": utcfromtimestamp(found.changed_at),
        "InProgressInvalidationBatches": 0,
        "DomainName": found.domain_name,
        "ActiveTrustedSigners": none,
        "ActiveTrustedKeyGroups": none,
    }


def _get_config(self: Any) -> ActionResult:
    found, _ = self.backend.get_distribution(self._get_param("Id"))
    return ActionResult({"DistributionConfig": found.raw, "ETag": found.etag})


def _list(self: Any) -> ActionResult:
    found = list(self.backend.distributions.values())
    rows = [{**each.raw, **_summary(each), "Staging": False, "ETag": each.etag} for each in found]
    listed = {"Marker": "", "MaxItems": 100, "IsTruncated": False, "Quantity": len(rows), "Items": rows or None}
    return ActionResult({"DistributionList": listed})


def _install_controls(backend: Any, response: Any) -> None:
    plain_create, plain_update = backend.create_origin_access_control, backend.update_origin_access_control

    def create(self: Any, config_dict: dict[str, str]) -> Any:
        if any(each.name == config_dict.get("Name") for each in self.origin_access_controls.values()):
            raise CloudFrontError(
                "OriginAccessControlAlreadyExists",
                f"An origin access control named {config_dict.get('Name')} already exists.",
            )
        return plain_create(self, config_dict)

    def update(self: Any) -> ActionResult:
        found = self.backend.get_origin_access_control(self._get_param("Id"))
        match(self._get_param("IfMatch"), found)
        plain_update(self.backend, found.id, self._get_param("OriginAccessControlConfig", {}))
        found.etag = random_id()
        return ActionResult(
            {"OriginAccessControl": {"Id": found.id, "OriginAccessControlConfig": found}, "ETag": found.etag}
        )

    def delete(self: Any) -> EmptyResult:
        found = self.backend.get_origin_access_control(self._get_param("Id"))
        match(self._get_param("IfMatch"), found)
        for distribution in self.backend.distributions.values():
            if any(origin.get("OriginAccessControlId") == found.id for origin in distribution.raw["Origins"]["Items"]):
                raise CloudFrontError(
                    "OriginAccessControlInUse",
                    f"The origin access control is in use by distribution {distribution.id}.",
                )
        del self.backend.origin_access_controls[found.id]
        return EmptyResult()

    backend.create_origin_access_control = create
    response.update_origin_access_control, response.delete_origin_access_control = update, delete

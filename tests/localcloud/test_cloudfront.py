"""CloudFront of the local cloud, through boto3: deployments in time, entity tags, and what AWS refuses."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.localcloud.conftest import RunningCloud
from tests.localcloud.edge_support import make_certificate, make_zone, refused, wait_until

OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"


def config(name: str, **more: Any) -> dict[str, Any]:
    origin = {"Id": "web", "DomainName": "origin.cf.example"}
    custom = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    return {
        "CallerReference": name,
        "Comment": name,
        "Enabled": True,
        "Origins": {"Quantity": 1, "Items": [{**origin, "CustomOriginConfig": custom}]},
        "DefaultCacheBehavior": {
            "TargetOriginId": "web",
            "ViewerProtocolPolicy": "redirect-to-https",
            "CachePolicyId": OPTIMIZED,
        },
        **more,
    }


@pytest.fixture(scope="module")
def cdn(cloud: RunningCloud) -> Any:
    return cloud.client("cloudfront", "us-east-1")


@pytest.fixture(scope="module")
def zone(cloud: RunningCloud) -> str:
    return make_zone(cloud, "cf.example")


def aliased(certificate: str, *names: str) -> dict[str, Any]:
    shown = {"ACMCertificateArn": certificate, "SSLSupportMethod": "sni-only", "MinimumProtocolVersion": "TLSv1.2_2021"}
    return {"Aliases": {"Quantity": len(names), "Items": list(names)}, "ViewerCertificate": shown}


def test_a_distribution_is_deployed_in_time_and_removed_when_disabled(cdn: Any) -> None:
    made = cdn.create_distribution(DistributionConfig=config("life"))
    identifier = made["Distribution"]["Id"]
    assert made["Distribution"]["Status"] == "InProgress"

    def status() -> str:
        return str(cdn.get_distribution(Id=identifier)["Distribution"]["Status"])

    wait_until(lambda: status() == "Deployed")
    with refused("DistributionNotDisabled"):
        cdn.delete_distribution(Id=identifier, IfMatch=made["ETag"])
    found = cdn.get_distribution_config(Id=identifier)
    off = {**found["DistributionConfig"], "Enabled": False}
    with refused("PreconditionFailed"):
        cdn.update_distribution(Id=identifier, IfMatch="E0000000000000", DistributionConfig=off)
    changed = cdn.update_distribution(Id=identifier, IfMatch=found["ETag"], DistributionConfig=off)
    assert changed["ETag"] != found["ETag"]
    with refused("DistributionNotDisabled"):
        cdn.delete_distribution(Id=identifier, IfMatch=changed["ETag"])
    wait_until(lambda: status() == "Deployed")
    with refused("PreconditionFailed"):
        cdn.delete_distribution(Id=identifier, IfMatch=found["ETag"])
    cdn.delete_distribution(Id=identifier, IfMatch=changed["ETag"])
    with refused("NoSuchDistribution"):
        cdn.get_distribution(Id=identifier)


def test_names_need_an_issued_certificate_of_us_east_1(cloud: RunningCloud, cdn: Any, zone: str) -> None:
    with refused("InvalidViewerCertificate", "must attach"):
        cdn.create_distribution(DistributionConfig=config("bare", Aliases={"Quantity": 1, "Items": ["www.cf.example"]}))
    elsewhere = make_certificate(cloud, zone, "www.cf.example")
    with refused("InvalidViewerCertificate", "us-east-1"):
        cdn.create_distribution(DistributionConfig=config("elsewhere", **aliased(elsewhere, "www.cf.example")))
    here = make_certificate(cloud, zone, "www.cf.example", "us-east-1")
    with refused("InvalidViewerCertificate", "doesn't cover"):
        cdn.create_distribution(DistributionConfig=config("uncovered", **aliased(here, "other.cf.example")))
    made = cdn.create_distribution(DistributionConfig=config("named", **aliased(here, "www.cf.example")))[
        "Distribution"
    ]
    with refused("CNAMEAlreadyExists"):
        cdn.create_distribution(DistributionConfig=config("again", **aliased(here, "www.cf.example")))
    users = cloud.client("acm", "us-east-1").describe_certificate(CertificateArn=here)["Certificate"]["InUseBy"]
    assert users == [made["ARN"]]


def test_what_it_names_has_to_exist_and_is_kept(cloud: RunningCloud, cdn: Any) -> None:
    control = cdn.create_origin_access_control(
        OriginAccessControlConfig={
            "Name": "buckets",
            "SigningProtocol": "sigv4",
            "SigningBehavior": "always",
            "OriginAccessControlOriginType": "s3",
        }
    )
    identifier = control["OriginAccessControl"]["Id"]

    def wanted(access: str) -> dict[str, Any]:
        bucket = {
            "Id": "web",
            "DomainName": "b.s3.eu-west-1.amazonaws.com",
            "S3OriginConfig": {"OriginAccessIdentity": ""},
            "OriginAccessControlId": access,
        }
        return config("buckets", Origins={"Quantity": 1, "Items": [bucket]})

    with refused("InvalidOriginAccessControl"):
        cdn.create_distribution(DistributionConfig=wanted("E0000000000000"))
    made = cdn.create_distribution(DistributionConfig=wanted(identifier))["Distribution"]
    kept = cdn.get_distribution_config(Id=made["Id"])["DistributionConfig"]["Origins"]["Items"][0]
    assert kept["OriginAccessControlId"] == identifier
    with refused("OriginAccessControlInUse"):
        cdn.delete_origin_access_control(Id=identifier, IfMatch=control["ETag"])
    broken = copy.deepcopy(config("policy"))
    broken["DefaultCacheBehavior"]["CachePolicyId"] = "00000000-0000-0000-0000-000000000000"
    with refused("NoSuchCachePolicy"):
        cdn.create_distribution(DistributionConfig=broken)
    with refused("InvalidWebACLId"):
        cdn.create_distribution(
            DistributionConfig=config("acl", WebACLId="arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/x/y")
        )


def test_policies_are_there_and_those_of_aws(cdn: Any) -> None:
    managed = cdn.list_cache_policies(Type="managed")["CachePolicyList"]["Items"]
    assert OPTIMIZED in [each["CachePolicy"]["Id"] for each in managed]
    found = cdn.get_cache_policy(Id=OPTIMIZED)
    assert found["CachePolicy"] in [each["CachePolicy"] for each in managed]
    key = cdn.get_cache_policy_config(Id=OPTIMIZED)["CachePolicyConfig"]["ParametersInCacheKeyAndForwardedToOrigin"]
    assert (key["EnableAcceptEncodingBrotli"], key["CookiesConfig"]) == (True, {"CookieBehavior": "none"})
    with refused("IllegalDelete"):
        cdn.delete_cache_policy(Id=OPTIMIZED, IfMatch=found["ETag"])
    with refused("IllegalUpdate"):
        cdn.update_cache_policy(
            Id=OPTIMIZED, IfMatch=found["ETag"], CachePolicyConfig=found["CachePolicy"]["CachePolicyConfig"]
        )
    headers = {"Name": "headers", "SecurityHeadersConfig": {"ContentTypeOptions": {"Override": True}}}
    made = cdn.create_response_headers_policy(ResponseHeadersPolicyConfig=headers)
    identifier = made["ResponseHeadersPolicy"]["Id"]
    with refused("ResponseHeadersPolicyAlreadyExists"):
        cdn.create_response_headers_policy(ResponseHeadersPolicyConfig=headers)
    with refused("PreconditionFailed"):
        cdn.update_response_headers_policy(Id=identifier, IfMatch="E0", ResponseHeadersPolicyConfig=headers)
    changed = cdn.update_response_headers_policy(
        Id=identifier, IfMatch=made["ETag"], ResponseHeadersPolicyConfig={**headers, "Comment": "more"}
    )
    named = copy.deepcopy(config("headers"))
    named["DefaultCacheBehavior"]["ResponseHeadersPolicyId"] = identifier
    cdn.create_distribution(DistributionConfig=named)
    with refused("ResponseHeadersPolicyInUse"):
        cdn.delete_response_headers_policy(Id=identifier, IfMatch=changed["ETag"])

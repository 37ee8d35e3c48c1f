"""Four phases of the modules of CloudFront, and that their kinds see what was changed."""

from __future__ import annotations

import pytest

from tests.localcloud.conftest import RunningCloud
from tests.localcloud.edge_support import TAGS, make_certificate, make_zone, plan, seen, wait_until
from tests.localcloud.modules import four_phases, run_module


@pytest.fixture(scope="module")
def zone(cloud: RunningCloud) -> str:
    return make_zone(cloud, "edge.example")


def test_a_distribution_is_what_was_asked_for(cloud: RunningCloud, zone: str) -> None:
    cdn, region = cloud.client("cloudfront", "us-east-1"), {"region": "us-east-1"}
    control = {"description": "words", "origin_type": "s3", "signing": "always"}
    made = four_phases(cloud, "cloudfront_origin_access_control", {"name": "creator-test-buckets", **region, **control})
    assert plan(cloud, "cloudfront_origin_access_control", "creator-test-buckets", control, "us-east-1") == []
    headers = {
        "strict_transport_security": {"max_age": 63072000, "subdomains": True, "preload": False},
        "content_type_options": True,
        "frame_options": "DENY",
        "referrer_policy": "same-origin",
        "content_security_policy": "default-src 'self'",
        "removed_headers": ["server"],
    }
    policy = four_phases(
        cloud, "cloudfront_response_headers_policy", {"name": "creator-test-headers", **region, **headers}
    )
    assert plan(cloud, "cloudfront_response_headers_policy", "creator-test-headers", headers, "us-east-1") == []
    certificate = make_certificate(cloud, zone, "cdn.edge.example", "us-east-1")
    tag = [{"Key": "Name", "Value": "creator-test-cloudfront-1"}]
    cloud.client("acm", "us-east-1").add_tags_to_certificate(CertificateArn=certificate, Tags=tag)
    ids = {
        "creator-test-buckets": made.result["origin_access_control"]["id"],
        "creator-test-headers": policy.result["response_headers_policy"]["id"],
        "creator-test-cloudfront-1": certificate,
    }
    behavior = {
        "origin": "web",
        "methods": ["GET", "HEAD"],
        "viewer_protocol": "redirect-to-https",
        "compress": True,
        "cache_policy": "Managed-CachingDisabled",
        "origin_request_policy": "Managed-AllViewer",
        "response_headers_policy": "creator-test-headers",
    }
    static = {**behavior, "origin": "static", "path": "/static/*", "cache_policy": "Managed-CachingOptimized"}
    desired = {
        "enabled": True,
        "aliases": ["cdn.edge.example"],
        "price_class": "PriceClass_100",
        "http_version": "http2and3",
        "ipv6": True,
        "certificate": "creator-test-cloudfront-1",
        "minimum_tls": "TLSv1.2_2021",
        "web_acl": "",
        "default_root_object": "",
        "origins": [
            {"id": "web", "domain": "origin.edge.example", "access_control": ""},
            {"id": "static", "domain": "b.s3.eu-west-1.amazonaws.com", "access_control": "creator-test-buckets"},
        ],
        "default_behavior": behavior,
        "behaviors": [static],
        "error_pages": {"503": {"path": "/errors/503.html", "status": "503", "ttl": 10}},
        "tags": TAGS,
    }
    arguments = {"name": "creator-test", **region, **desired, "ids": ids}
    identifier = four_phases(cloud, "cloudfront_distribution", arguments).result["distribution"]["id"]
    wait_until(lambda: plan(cloud, "cloudfront_distribution", "creator-test", desired, "us-east-1") == [])
    answer = cdn.get_distribution_config(Id=identifier)
    changed = {**answer["DistributionConfig"], "PriceClass": "PriceClass_All", "IsIPV6Enabled": False}
    cdn.update_distribution(Id=identifier, IfMatch=answer["ETag"], DistributionConfig=changed)
    found = seen(plan(cloud, "cloudfront_distribution", "creator-test", desired, "us-east-1"))
    assert [attribute for attribute in found if attribute != "status"] == ["ipv6", "price_class"]
    four_phases(cloud, "cloudfront_distribution", arguments)
    logged = {"bucket": "creator-test-logs", "format": "json"}
    arn = cdn.get_distribution(Id=identifier)["Distribution"]["ARN"]
    four_phases(cloud, "cloudfront_logging", {"name": "creator-test", **region, **logged, "distribution": arn})
    delivered = {**logged, "distribution": "creator-test", "delivered": True}
    assert plan(cloud, "cloudfront_logging", "creator-test", delivered, "us-east-1") == []
    four_phases(cloud, "cloudfront_logging", {"name": "creator-test", **region, "format": "parquet"})
    assert seen(plan(cloud, "cloudfront_logging", "creator-test", delivered, "us-east-1")) == ["format"]
    four_phases(cloud, "cloudfront_logging", {"name": "creator-test", **region, "state": "absent"})
    gone = {"name": "creator-test", **region, "state": "absent"}
    assert run_module(cloud, "cloudfront_distribution", gone).writes == ["UpdateDistribution"]
    wait_until(lambda: not run_module(cloud, "cloudfront_distribution", gone).result["pending"])
    assert run_module(cloud, "cloudfront_distribution", gone).result["changed"] is False
    four_phases(
        cloud, "cloudfront_origin_access_control", {"name": "creator-test-buckets", **region, "state": "absent"}
    )
    four_phases(
        cloud, "cloudfront_response_headers_policy", {"name": "creator-test-headers", **region, "state": "absent"}
    )

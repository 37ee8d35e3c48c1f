# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The distribution of the edge as resources: what CloudFront serves from where, and what it adds to answers. Pure.

https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DistributionConfig.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

#: Paths of the buckets, and the bucket's key among the inputs.
BUCKETS = {"/static/*": "static", "/media/*": "media", "/errors/*": "static"}
READS = ["GET", "HEAD"]
ALL = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]


def distribution_resources(
    settings: Mapping[str, Any], certificate: str, aliases: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """The distribution, its access to buckets, its headers and its logs; nothing where it is not enabled."""
    wanted, prefix = settings["distribution"], settings["prefix"]
    if not wanted["enabled"]:
        return
    yield {
        "kind": "cloudfront_origin_access_control",
        "name": f"{prefix}-buckets",
        "properties": {"description": "Buckets of the platform", "origin_type": "s3", "signing": "always"},
    }
    yield {
        "kind": "cloudfront_response_headers_policy",
        "name": f"{prefix}-headers",
        "properties": _headers(wanted),
    }
    yield {
        "kind": "cloudfront_distribution",
        "name": prefix,
        "properties": {
            "enabled": True,
            "aliases": list(aliases),
            "price_class": wanted["price_class"],
            "http_version": "http2and3",
            "ipv6": True,
            "certificate": certificate,
            "minimum_tls": "TLSv1.2_2021",
            "web_acl": f"{prefix}-cloudfront" if "cloudfront" in settings["firewall"]["places"] else "",
            "default_root_object": "",
            "origins": _origins(settings),
            "default_behavior": _behavior(prefix, "load-balancer", ALL, "Managed-CachingDisabled", "Managed-AllViewer"),
            "behaviors": [
                {"path": path, **_behavior(prefix, bucket, READS, "Managed-CachingOptimized", "")}
                for path, bucket in BUCKETS.items()
            ],
            # A page of ours instead of CloudFront's when nothing behind it answers.
            "error_pages": {
                code: {"path": "/errors/503.html", "status": "503", "ttl": 10} for code in ("502", "503", "504")
            },
            "status": "Deployed",
        },
    }

    yield {
        "kind": "cloudfront_logging",
        "name": prefix,
        "properties": {
            "distribution": prefix,
            "bucket": settings["inputs"]["logs_bucket"],
            "format": "json",
            "delivered": True,
        },
    }


def _origins(settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    buckets = [
        {
            "id": bucket,
            "domain": f"{settings['inputs'][f'{bucket}_bucket']}.s3.{settings['region']}.amazonaws.com",
            "access_control": f"{settings['prefix']}-buckets",
        }
        for bucket in sorted(set(BUCKETS.values()))
    ]
    # The name is in the load balancer's certificate, so that CloudFront's connection to it is verified.
    return [{"id": "load-balancer", "domain": f"origin.{settings['domain']}", "access_control": ""}, *buckets]


def _behavior(prefix: str, origin: str, methods: Sequence[str], cache: str, request: str) -> dict[str, Any]:
    return {
        "origin": origin,
        "methods": list(methods),
        "viewer_protocol": "redirect-to-https",
        "compress": True,
        "cache_policy": cache,
        "origin_request_policy": request,
        "response_headers_policy": f"{prefix}-headers",
    }


def _headers(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """https://owasp.org/www-project-secure-headers/"""
    return {
        "strict_transport_security": {"max_age": 63072000, "subdomains": True, "preload": wanted["hsts_preload"]},
        "content_type_options": True,
        "frame_options": "DENY",
        "referrer_policy": "strict-origin-when-cross-origin",
        "content_security_policy": wanted["content_security_policy"],
        "removed_headers": ["server", "x-powered-by"],
    }

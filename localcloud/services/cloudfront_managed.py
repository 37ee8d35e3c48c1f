"""CloudFront's managed policies: id, name and what is in them. Every account has them.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-response-headers-policies.html
"""

from __future__ import annotations

from typing import Any


def _parts(headers: str, cookies: str, queries: str, *named: str) -> dict[str, Any]:
    """The three parts that a cache key and a request to an origin have; `named` are headers."""
    shown = {"Headers": {"Quantity": len(named), "Items": list(named)}} if named else {}
    return {
        "HeadersConfig": {"HeaderBehavior": headers, **shown},
        "CookiesConfig": {"CookieBehavior": cookies},
        "QueryStringsConfig": {"QueryStringBehavior": queries},
    }


def _cache(least: int, usual: int, most: int, compressed: bool, parts: dict[str, Any]) -> dict[str, Any]:
    """A cache policy; times in seconds."""
    key = {"EnableAcceptEncodingGzip": compressed, "EnableAcceptEncodingBrotli": compressed, **parts}
    return {"MinTTL": least, "DefaultTTL": usual, "MaxTTL": most, "ParametersInCacheKeyAndForwardedToOrigin": key}


_ORIGIN_HEADERS = ("host", "origin", "x-http-method-override", "x-http-method", "x-method-override")
_CORS_HEADERS = ("origin", "access-control-request-headers", "access-control-request-method")
_SECURITY = {
    "XSSProtection": {"Override": False, "Protection": True, "ModeBlock": True},
    "FrameOptions": {"Override": False, "FrameOption": "SAMEORIGIN"},
    "ReferrerPolicy": {"Override": False, "ReferrerPolicy": "strict-origin-when-cross-origin"},
    "ContentTypeOptions": {"Override": True},
    "StrictTransportSecurity": {
        "Override": False,
        "IncludeSubdomains": False,
        "Preload": False,
        "AccessControlMaxAgeSec": 31536000,
    },
}
_YEAR = 31536000
_NONE = _parts("none", "none", "none")

#: {kind of policy: {id: its …PolicyConfig}}
MANAGED: dict[str, dict[str, dict[str, Any]]] = {
    "CachePolicy": {
        "658327ea-f89d-4fab-a63d-7e88639e58f6": {
            "Name": "Managed-CachingOptimized",
            **_cache(1, 86400, _YEAR, True, _NONE),
        },
        "4135ea2d-6df8-44a3-9df3-4b5a84be39ad": {"Name": "Managed-CachingDisabled", **_cache(0, 0, 0, False, _NONE)},
        "83da9c7e-98b4-4e11-a168-04f0df8e2c65": {
            "Name": "Managed-UseOriginCacheControlHeaders",
            **_cache(0, 0, _YEAR, True, _parts("whitelist", "all", "none", *_ORIGIN_HEADERS)),
        },
    },
    "OriginRequestPolicy": {
        "216adef6-5c7f-47e4-b989-5492eafa07d3": {"Name": "Managed-AllViewer", **_parts("allViewer", "all", "all")},
        "b689b0a8-53d0-40ab-baf2-68738e2966ac": {
            "Name": "Managed-AllViewerExceptHostHeader",
            **_parts("allExcept", "all", "all", "host"),
        },
        "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf": {
            "Name": "Managed-CORS-S3Origin",
            **_parts("whitelist", "none", "none", *_CORS_HEADERS),
        },
    },
    "ResponseHeadersPolicy": {
        "67f7725c-6f97-4210-82d7-5512b31e9d03": {
            "Name": "Managed-SecurityHeadersPolicy",
            "SecurityHeadersConfig": _SECURITY,
        }
    },
}

"""Distributions, between our words and CloudFront's."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.cloudfront.configuration import new_config
from ansible_collections.creator.platform.plugins.module_utils.aws.cloudfront.distribution import (
    absent,
    normalize,
    present,
    project,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import ChangeError, Found

IDS = {
    "cache": "c1",
    "headers": "h1",
    "buckets": "o1",
    "cert": "arn:aws:acm:us-east-1:1:certificate/1",
    "acl": "arn:acl",
}
NAMES = {identifier: name for name, identifier in IDS.items()}
BEHAVIOR = {
    "origin": "web",
    "methods": ["HEAD", "GET"],
    "viewer_protocol": "redirect-to-https",
    "compress": True,
    "cache_policy": "cache",
    "origin_request_policy": "",
    "response_headers_policy": "headers",
}
WANTED: dict[str, Any] = {
    "enabled": True,
    "aliases": ["b.example", "a.example"],
    "price_class": "PriceClass_100",
    "http_version": "http2and3",
    "ipv6": True,
    "certificate": "cert",
    "minimum_tls": "TLSv1.2_2021",
    "web_acl": "acl",
    "default_root_object": "",
    "origins": [
        {"id": "web", "domain": "origin.example", "access_control": ""},
        {"id": "static", "domain": "b.s3.eu-west-1.amazonaws.com", "access_control": "buckets"},
    ],
    "default_behavior": BEHAVIOR,
    "behaviors": [{"path": "/static/*", **BEHAVIOR, "origin": "static"}],
    "error_pages": {"503": {"path": "/errors/503.html", "status": "503", "ttl": 10}},
    "tags": {},
}
PARAMS = {"name": "creator-test", "ids": IDS, "purge_tags": True}


def found(**changes: Any) -> Found:
    config = {**new_config("creator-test", normalize(WANTED), IDS), **changes}
    facts = {"id": "E1", "arn": "arn", "etag": "tag", "config": config, "status": "Deployed"}
    return Found(project(config, {}, NAMES), facts)


def test_what_is_sent_is_read_back() -> None:
    config = new_config("creator-test", normalize(WANTED), IDS)
    seen = normalize(project(config, {}, NAMES))
    wanted = normalize(WANTED)
    for row in (seen["default_behavior"], *seen["behaviors"]):
        row["origin_request_policy"] = row["origin_request_policy"] or ""
    assert seen == wanted


def test_a_change_keeps_what_we_have_no_word_for() -> None:
    have = found(Restrictions={"GeoRestriction": {"RestrictionType": "none"}}, PriceClass="PriceClass_All")
    ((method, parameters),) = present(PARAMS, {"price_class": "PriceClass_100"}, have).calls
    assert method == "update_distribution"
    assert parameters["IfMatch"] == "tag"
    assert parameters["DistributionConfig"]["PriceClass"] == "PriceClass_100"
    assert parameters["DistributionConfig"]["Restrictions"] == {"GeoRestriction": {"RestrictionType": "none"}}


def test_it_is_disabled_then_awaited_then_removed() -> None:
    first = absent(PARAMS, found())
    assert first.calls[0][1]["DistributionConfig"]["Enabled"] is False
    assert first.pending
    waiting = found(Enabled=False)
    busy = absent(PARAMS, Found(waiting.properties, {**waiting.facts, "status": "InProgress"}))
    assert (busy.calls, bool(busy.pending)) == ([], True)
    last = absent(PARAMS, waiting)
    assert last.calls == [("delete_distribution", {"Id": "E1", "IfMatch": "tag"})]
    assert not last.pending


def test_what_nobody_knows_is_refused() -> None:
    with pytest.raises(ChangeError, match="nothing says what other is"):
        present(PARAMS, {"certificate": "other"}, found())
    with pytest.raises(ChangeError, match="to make it needs origins, default_behavior"):
        present(PARAMS, {}, None)

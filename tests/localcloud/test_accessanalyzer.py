"""IAM Access Analyzer as added."""

from __future__ import annotations

from typing import Any

import pytest


def test_an_analyzer_is_made_tagged_found_and_removed(cloud: Any) -> None:
    client = cloud.client("accessanalyzer")
    arn = client.create_analyzer(analyzerName="a", type="ACCOUNT", tags={"x": "1"})["arn"]
    assert arn == "arn:aws:access-analyzer:eu-west-1:123456789012:analyzer/a"
    client.tag_resource(resourceArn=arn, tags={"y": "2", "z": "3"})
    client.untag_resource(resourceArn=arn, tagKeys=["x", "z"])
    assert client.list_tags_for_resource(resourceArn=arn)["tags"] == {"y": "2"}
    (found,) = client.list_analyzers()["analyzers"]
    assert (found["name"], found["status"], found["tags"]) == ("a", "ACTIVE", {"y": "2"})
    assert cloud.client("accessanalyzer", "eu-central-1").list_analyzers()["analyzers"] == []
    with pytest.raises(client.exceptions.ConflictException):
        client.create_analyzer(analyzerName="a", type="ACCOUNT")
    with pytest.raises(client.exceptions.ServiceQuotaExceededException):
        client.create_analyzer(analyzerName="b", type="ACCOUNT")
    client.delete_analyzer(analyzerName="a")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_analyzer(analyzerName="a")


def test_an_analyzer_outlives_the_cloud(cloud: Any) -> None:
    cloud.client("accessanalyzer").create_analyzer(analyzerName="kept", type="ACCOUNT")
    cloud.down()
    cloud.up()
    assert cloud.client("accessanalyzer").get_analyzer(analyzerName="kept")["analyzer"]["type"] == "ACCOUNT"

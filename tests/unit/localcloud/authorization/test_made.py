"""What tags and deliveries of a request are judged on, beside the request itself."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.authorization import checks
from localcloud.authorization.resources import Place

PLACE = Place("eu-west-1", "123456789012")
RDS = "arn:aws:rds:eu-west-1:123456789012"
WAF = "arn:aws:wafv2:eu-west-1:123456789012:regional"
LOGS = "arn:aws:logs:eu-west-1:123456789012"
TAGS = [{"Key": "platform", "Value": "creator"}]


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "action", "expected"),
    [
        ("eks", "CreateCluster", {"name": "c", "tags": {"a": "b"}}, "eks:TagResource",
         ["arn:aws:eks:eu-west-1:123456789012:cluster/c"]),
        ("acm", "RequestCertificate", {"DomainName": "a.example", "Tags": TAGS}, "acm:AddTagsToCertificate",
         ["arn:aws:acm:eu-west-1:123456789012:certificate/*"]),
        ("guardduty", "CreateDetector", {"Enable": True, "Tags": {"a": "b"}}, "guardduty:TagResource",
         ["arn:aws:guardduty:eu-west-1:123456789012:detector/*"]),
        ("kms", "CreateKey", {"Tags": TAGS}, "kms:TagResource", ["*"]),
        ("rds", "CreateDBInstance", {"DBInstanceIdentifier": "d", "DBSubnetGroupName": "s", "Tags": TAGS},
         "rds:AddTagsToResource", [f"{RDS}:db:d"]),
        ("rds", "CreateDBSnapshot", {"DBInstanceIdentifier": "d", "DBSnapshotIdentifier": "s", "Tags": TAGS},
         "rds:AddTagsToResource", [f"{RDS}:snapshot:s"]),
        ("rds", "RestoreDBInstanceToPointInTime",
         {"SourceDBInstanceIdentifier": "d", "TargetDBInstanceIdentifier": "copy", "Tags": TAGS},
         "rds:AddTagsToResource", [f"{RDS}:db:copy"]),
        ("wafv2", "CreateWebACL",
         {"Scope": "REGIONAL", "Name": "w", "Tags": TAGS,
          "Rules": [{"Statement": {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "Common"}}}]},
         "wafv2:CreateWebACL", [f"{WAF}/webacl/w/*", f"{WAF}/managedruleset/*/*"]),
        ("wafv2", "CreateWebACL",
         {"Scope": "REGIONAL", "Name": "w", "Tags": TAGS,
          "Rules": [{"Statement": {"IPSetReferenceStatement": {"ARN": f"{WAF}/ipset/i/1"}}}, {"SearchString": b"/healthz"}]},
         "wafv2:CreateWebACL", [f"{WAF}/webacl/w/*", f"{WAF}/ipset/i/1"]),
        ("wafv2", "PutLoggingConfiguration", {"LoggingConfiguration": {"ResourceArn": f"{WAF}/webacl/w/1"}},
         "wafv2:PutLoggingConfiguration", [f"{WAF}/webacl/w/1"]),
        ("logs", "PutDeliverySource", {"name": "s"}, "logs:PutDeliverySource", [f"{LOGS}:delivery-source:s"]),
        ("logs", "CreateDelivery",
         {"deliverySourceName": "s", "deliveryDestinationArn": f"{LOGS}:delivery-destination:d"},
         "logs:CreateDelivery", [f"{LOGS}:delivery-destination:d", f"{LOGS}:delivery-source:s"]),
    ],
)  # fmt: skip
def test_resources(service: str, operation: str, parameters: dict[str, Any], action: str, expected: list[str]) -> None:
    (check,) = [each for each in checks.of(service, operation, parameters, PLACE) if each.action == action]
    assert sorted(check.resources) == sorted(expected)


def test_tags_of_a_firewall_are_not_those_of_its_rules() -> None:
    rules = [{"Statement": {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "Common"}}}]
    parameters = {"Scope": "REGIONAL", "Name": "w", "Rules": rules, "Tags": TAGS}
    found = {check.action: check.resources for check in checks.of("wafv2", "CreateWebACL", parameters, PLACE)}
    assert found["wafv2:TagResource"] == (f"{WAF}/webacl/w/*",)

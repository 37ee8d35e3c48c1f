"""Rules of WAF: what they cost in capacity units, and which are none.

https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statements-list.html
https://docs.aws.amazon.com/waf/latest/developerguide/limits.html
"""

from __future__ import annotations

from typing import Any

from moto.wafv2.exceptions import WAFv2ClientError

MOST_CAPACITY = 5000
LEAST_RATE = 10
WINDOWS = (60, 120, 300, 600)
MANAGED = {
    "AWSManagedRulesACFPRuleSet": 50,
    "AWSManagedRulesATPRuleSet": 50,
    "AWSManagedRulesAdminProtectionRuleSet": 100,
    "AWSManagedRulesAmazonIpReputationList": 25,
    "AWSManagedRulesAnonymousIpList": 50,
    "AWSManagedRulesBotControlRuleSet": 50,
    "AWSManagedRulesCommonRuleSet": 700,
    "AWSManagedRulesKnownBadInputsRuleSet": 200,
    "AWSManagedRulesLinuxRuleSet": 200,
    "AWSManagedRulesPHPRuleSet": 100,
    "AWSManagedRulesSQLiRuleSet": 200,
    "AWSManagedRulesUnixRuleSet": 100,
    "AWSManagedRulesWindowsRuleSet": 200,
    "AWSManagedRulesWordPressRuleSet": 100,
}
_UNITS = {
    "ByteMatchStatement": 2,
    "GeoMatchStatement": 1,
    "IPSetReferenceStatement": 1,
    "LabelMatchStatement": 1,
    "RegexMatchStatement": 3,
    "RegexPatternSetReferenceStatement": 25,
    "SizeConstraintStatement": 1,
    "SqliMatchStatement": 20,
    "XssMatchStatement": 40,
}


def check(rules: list[dict[str, Any]]) -> None:
    """Raises WAFInvalidParameterException, WAFNonexistentItemException or WAFLimitsExceededException."""
    priorities = [rule["Priority"] for rule in rules]
    if len(set(priorities)) < len(priorities):
        raise _invalid("Two rules have the same priority", "RULE_PRIORITY", priorities)
    for rule in rules:
        reference = {"ManagedRuleGroupStatement", "RuleGroupReferenceStatement"} & set(rule["Statement"])
        wanted, other = ("OverrideAction", "Action") if reference else ("Action", "OverrideAction")
        if not rule.get(wanted) or rule.get(other):
            raise _invalid(f"A rule of this kind has {wanted} and no {other}", "RULE", rule["Name"])
        _check_statement(rule["Statement"])
    used = capacity(rules)
    if used > MOST_CAPACITY:
        raise WAFv2ClientError(
            "WAFLimitsExceededException",
            f"The rules need {used} capacity units, and a web ACL has at most {MOST_CAPACITY}.",
        )


def capacity(rules: list[dict[str, Any]]) -> int:
    """The units that the rules need."""
    return sum(_units(rule["Statement"]) for rule in rules)


def _units(statement: dict[str, Any]) -> int:
    total = 0
    for kind, content in statement.items():
        if kind == "ManagedRuleGroupStatement":
            total += MANAGED.get(content["Name"], 0)
        elif kind == "RateBasedStatement":
            total += 2 + _units(content.get("ScopeDownStatement") or {})
        elif kind in {"AndStatement", "OrStatement"}:
            total += 1 + sum(_units(each) for each in content["Statements"])
        elif kind == "NotStatement":
            total += 1 + _units(content["Statement"])
        else:
            total += _UNITS.get(kind, 1)
    return total


def _check_statement(statement: dict[str, Any]) -> None:
    rate = statement.get("RateBasedStatement")
    if rate and rate["Limit"] < LEAST_RATE:
        raise _invalid(f"The limit is at least {LEAST_RATE}", "RATE_BASED_STATEMENT", rate["Limit"])
    if rate and rate.get("EvaluationWindowSec", 300) not in WINDOWS:
        raise _invalid(f"The window is one of {WINDOWS}", "RATE_BASED_STATEMENT", rate["EvaluationWindowSec"])
    group = statement.get("ManagedRuleGroupStatement")
    if group and (group["VendorName"] != "AWS" or group["Name"] not in MANAGED):
        raise WAFv2ClientError(
            "WAFNonexistentItemException",
            f"AWS WAF couldn't perform the operation because the rule group {group['VendorName']} {group['Name']} doesn't exist.",
        )


def _invalid(reason: str, field: str, parameter: Any) -> WAFv2ClientError:
    return WAFv2ClientError(
        "WAFInvalidParameterException", f"Error reason: {reason}., field: {field}, parameter: {parameter}"
    )

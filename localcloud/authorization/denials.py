"""Refusals in AWS's words: code, status and sentence of each service. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

from __future__ import annotations

from localcloud.authorization.evaluation import EXPLICIT_DENY, Decision

#: boto3 service -> code and status, where they are not those of the protocol.
_CODES = {
    "ec2": ("UnauthorizedOperation", 403),
    "sns": ("AuthorizationError", 403),
    "sqs": ("AccessDenied", 403),
    "cloudwatch": ("AccessDenied", 403),
}
_PROTOCOLS = {
    "json": ("AccessDeniedException", 400),
    "rest-json": ("AccessDeniedException", 403),
    "smithy-rpc-v2-cbor": ("AccessDeniedException", 400),
}


def code(service: str, protocol: str) -> tuple[str, int]:
    """Code and HTTP status of a refusal."""
    return _CODES.get(service) or _PROTOCOLS.get(protocol) or ("AccessDenied", 403)


def sentence(service: str, user: str, action: str, resource: str, decision: Decision) -> str:
    """Who may not do what on which resource, and which kind of policy denied it or was silent."""
    shown = f'"{resource}"' if service == "s3" else resource
    start = f"User: {user} is not authorized to perform: {action} on resource: {shown}"
    if decision.outcome == EXPLICIT_DENY:
        article = "an" if decision.kind.startswith("i") else "a"
        text = f"{start} with an explicit deny in {article} {decision.kind}"
    elif service == "sts":
        text = start  # STS gives no reason
    else:
        text = f"{start} because no {decision.kind} allows the {action} action"
    return f"You are not authorized to perform this operation. {text}" if service == "ec2" else text

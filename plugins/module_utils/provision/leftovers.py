# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left of an environment that was removed. Pure: standard library only."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

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
    "rds:snapshot": "is deleted and shown for a while",
    "rds:auto-backup": "is kept by RDS until its retention ends",
}
#: Type of ARN of what people and backup.yml made to outlive the environment, and the kind that an override names it by.
#: A manual snapshot stays until somebody deletes it:
#: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteSnapshot.html
BACKUPS = {"rds:snapshot": "rds_snapshot"}
#: What RDS names its own snapshots with: they go with the instance, or stay with its retained backups until their retention ends.
#: Nobody can delete one by itself.
#: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSnapshot.html
#: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.Retaining.html
AUTOMATED = "rds:"


@dataclass(frozen=True)
class Leftovers:
    """ARNs of what is left, what still waits for its end (ARN to why), and what is kept on purpose.

    kept: backups that nobody named, ARN to what an override calls it. unwanted: ARNs of those that were named, also in `left`.
    """

    left: tuple[str, ...]
    waiting: Mapping[str, str]
    kept: Mapping[str, str] = field(default_factory=dict)
    unwanted: tuple[str, ...] = ()


def judge(arns: Iterable[str], gone: Iterable[str], table: str, unprotected: Collection[str] = ()) -> Leftovers:
    """Parts what is tagged as the environment's.

    gone: ARNs that wait for their end. table: the lock's, held until now. unprotected: backups that shall go too, as an
    override calls them.
    """
    ended = set(gone)
    left, waiting, kept, unwanted = [], {}, {}, []
    for arn in sorted(set(arns)):
        backup = backup_name(arn)
        if arn in ended:
            waiting[arn] = WAITING["rds:auto-backup" if _is_automated(arn) else type_of(arn)]
        elif backup and backup not in unprotected:
            kept[arn] = backup
        elif not arn.endswith(f":table/{table}"):
            left.append(arn)
            unwanted += [arn] if backup else []
    return Leftovers(tuple(left), waiting, kept, tuple(unwanted))


def backup_name(arn: str) -> str:
    """What an override calls a backup, "rds_snapshot <name>"; "" for everything else."""
    kind = BACKUPS.get(type_of(arn))
    return f"{kind} {arn.split(':', 6)[-1]}" if kind and not _is_automated(arn) else ""


def _is_automated(arn: str) -> bool:
    """Whether it is a snapshot that RDS took by itself."""
    return type_of(arn) in BACKUPS and arn.split(":", 6)[-1].startswith(AUTOMATED)


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


def kept_sentence(environment: str, kept: Mapping[str, str], ends: Mapping[str, str]) -> str:
    """What is kept of an environment and how it can be removed too.

    ends: ARN to the day on which its key is deleted, "" when it is deleted already.
    """
    names = sorted(set(kept.values()))
    override = json.dumps({"component_unprotected": names})
    told = (
        f"{environment} was removed, and its backups are kept, because they are data: {', '.join(names)}. To remove them too, "
        f"repeat the run with -e '{override}'"
    )
    if not ends:
        return told
    days = ", ".join(f"{kept[arn]} until {day}" if day else f"{kept[arn]} no more" for arn, day in sorted(ends.items()))
    return (
        f"{told}. The deletion of their keys ends that they can be restored: {days}; to keep them readable, cancel the key's "
        "deletion (aws kms cancel-key-deletion) before that day"
    )

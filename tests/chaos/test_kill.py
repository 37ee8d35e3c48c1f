"""kill -9 of the run, of the local cloud or of both at a random moment: the next run converges and leaves nothing of a drill.

The seed decides what runs, who is killed and when. Seed 0 is killed while the platform is being built from nothing; the
others interrupt a verb that has work to do on a standing platform.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from localcloud.images import push_placeholder

from .conftest import Platform, end_without_cloud, kill_run


def nothing(platform: Platform, seed: int) -> None:
    """The verb has work without any preparation."""


def drift(platform: Platform, seed: int) -> None:
    """Change behind the plan's back what provision.yml has to mend."""
    ec2 = platform.client("ec2")
    ours = [{"Name": "tag:platform", "Values": ["creator"]}]
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets(Filters=ours)["Subnets"]]
    ec2.create_tags(Resources=subnets, Tags=[{"Key": "component", "Value": f"drift-{seed}"}])
    s3 = platform.client("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        s3.put_bucket_tagging(Bucket=bucket["Name"], Tagging={"TagSet": [{"Key": "drift", "Value": str(seed)}]})


def new_release(platform: Platform, seed: int) -> None:
    """Push a new image of one service, as CI would."""
    ecr = platform.client("ecr")
    names = [repository["repositoryName"] for repository in ecr.describe_repositories()["repositories"]]
    push_placeholder(ecr, sorted(names)[0], f"chaos-{seed}", f"chaos-{seed}")


#: Verb, its arguments, what gives it work to do, and for about how many seconds it works.
WORK: list[tuple[str, list[str], Callable[[Platform, int], None], float]] = [
    ("provision", [], drift, 30.0),
    ("deploy", [], new_release, 10.0),
    ("backup", ["-e", "backup_force=true"], nothing, 8.0),
    ("restore_drill", [], nothing, 20.0),
]


def test_next_run_converges(platform: Platform, seed: int) -> None:
    chance = random.Random(seed)
    playbook, arguments, prepare, lasts = ("site", [], nothing, 90.0) if seed == 0 else WORK[seed % len(WORK)]
    victim = chance.choice(["run", "cloud", "both"])
    moment = chance.uniform(1.0, lasts)

    prepare(platform, seed)
    run = platform.start(playbook, *arguments)
    time.sleep(moment)
    if victim != "run":
        platform.kill_cloud()
    if victim != "cloud":
        kill_run(run)
    else:
        end_without_cloud(platform, run)

    platform.cloud("up")
    platform.play("site", "-e", "platform_lock_wait=180")  # nobody gives back the lock of a run whose cloud went too
    if seed % 5 == 0:
        platform.play("drift")  # an exit code other than 0 is a plan that is not empty
    assert platform.evidence_of("drill")["verdict"] == "succeeded"
    assert platform.evidence_of("rollout")["verdict"] == "succeeded"
    instances = platform.client("rds").describe_db_instances()["DBInstances"]
    assert [instance["DBInstanceIdentifier"] for instance in instances] == ["creator-local-database"]
    status = platform.status()
    counts = {row["kind"]: row["count"] for row in status["resources"]}
    assert counts["rds instance"] == 1
    assert all(process["alive"] for process in status["processes"])
    databases = [process["name"] for process in status["processes"] if process["name"].startswith("postgres-")]
    assert len(databases) == 1, f"a database of a drill still runs: {databases}"

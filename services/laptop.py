"""Makes what the services need in the local cloud that the environment points at, and prints their variables for `eval`.

Run again it makes nothing new. For a laptop only: the password is in this file, and there is no protection of anything.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import ClientError

NAME, USER = "laptop", "keeper"
PASSWORD = "laptop-only"  # noqa: S105 # pragma: allowlist secret


def database() -> dict[str, str]:
    """The variables of an instance, made where there is none."""
    rds = boto3.client("rds")
    with contextlib.suppress(rds.exceptions.DBInstanceAlreadyExistsFault):
        rds.create_db_instance(
            DBInstanceIdentifier=NAME,
            Engine="postgres",
            DBInstanceClass="db.t4g.micro",
            AllocatedStorage=20,
            MasterUsername=USER,
            MasterUserPassword=PASSWORD,
            DBName="creator",
        )
    for _attempt in range(300):
        found = rds.describe_db_instances(DBInstanceIdentifier=NAME)["DBInstances"][0]
        if found["DBInstanceStatus"] == "available":
            break
        time.sleep(0.2)
    else:
        raise SystemExit(f"database {NAME} is {found['DBInstanceStatus']} after a minute")
    state = Path(os.environ["LOCALCLOUD_STATE"])
    tls = json.loads((state / "state.json").read_text())["postgresql_tls"]
    trust = {"DATABASE_CA_FILE": str(state / "ca.pem")} if tls else {"DATABASE_SSLMODE": "disable"}
    return trust | {
        "DATABASE_HOST": found["Endpoint"]["Address"],
        "DATABASE_PORT": str(found["Endpoint"]["Port"]),
        "DATABASE_NAME": "creator",
        "DATABASE_USER": USER,
        "DATABASE_PASSWORD": PASSWORD,
    }


def bucket() -> dict[str, str]:
    """The variable of a bucket, made where there is none."""
    s3, name = boto3.client("s3"), f"{NAME}-media"
    try:
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})
    except ClientError as error:
        if error.response["Error"]["Code"] != "BucketAlreadyOwnedByYou":
            raise
    return {"MEDIA_BUCKET": name}


def queues() -> dict[str, str]:
    """The variables of the queues with their dead-letter queues, made where there are none."""
    sqs, made = boto3.client("sqs"), {}
    for name in ("renders", "notifications"):
        dead = sqs.create_queue(QueueName=f"{NAME}-{name}-dlq")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3})
        url = sqs.create_queue(QueueName=f"{NAME}-{name}", Attributes={"RedrivePolicy": redrive})["QueueUrl"]
        made[f"{name.upper()}_QUEUE_URL"] = url
    return made


if __name__ == "__main__":
    address = urlsplit(os.environ.get("AWS_ENDPOINT_URL", ""))
    if address.hostname != "127.0.0.1" or "LOCALCLOUD_STATE" not in os.environ:
        sys.exit('this is for a local cloud: eval "$(.venv/bin/python -m localcloud env)" first')
    for variable, value in {**database(), **bucket(), **queues()}.items():
        print(f"export {variable}='{value}'")

"""The master password that RDS keeps in Secrets Manager and rotates itself, and what others may not do with its secret.

API reference: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html,
https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_managed.html (a managed rotation has no function),
https://docs.aws.amazon.com/secretsmanager/latest/userguide/service-linked-secrets.html (its value and its life are RDS's),
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotationRulesType.html (schedule and duration).
"""

from __future__ import annotations

import functools
import json
import re
import secrets
import time
import uuid
from collections.abc import Callable
from typing import Any

from moto.rds.models import DBInstance
from moto.secretsmanager.exceptions import InvalidParameterException, InvalidRequestException
from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend
from moto.secretsmanager.responses import SecretsManagerResponse

from localcloud.rds import errors
from localcloud.rds.records import InstanceRecord, record_of
from localcloud.rds.service import Rds

#: "RDS rotates the secret every seven days by default"
ROTATION_DAYS = 7
SERVICE = "rds"
#: What only RDS does with its secrets.
_CLOSED = ("put_secret_value", "update_secret", "delete_secret", "update_secret_version_stage", "cancel_rotate_secret")
_RATE = re.compile(r"rate\((\d+) (hour|day)s?\)")
_CRON = re.compile(r"cron\(\S+( \S+){5}\)")


def install(rds: Rds) -> None:
    """Let Secrets Manager ask RDS for a rotation, and leave RDS's secrets to RDS."""
    _rotate_through_rds(rds)
    for name in _CLOSED:
        setattr(SecretsManagerResponse, name, _closed(name, getattr(SecretsManagerResponse, name)))
    plain = FakeSecret.to_dict

    @functools.wraps(plain)
    def to_dict(self: FakeSecret) -> dict[str, Any]:
        found = plain(self)
        if "RotationRules" in found and self.owning_service == SERVICE:
            found["RotationRules"] |= vars(self).get("localcloud_rules", {})
            del found["RotationLambdaARN"]
        return found

    FakeSecret.to_dict = to_dict  # type: ignore[method-assign]


def _closed(name: str, plain: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(plain)
    def answer(self: SecretsManagerResponse) -> Any:
        asked = self._get_param("SecretId")
        secret = self.backend.secrets.get(asked) if asked else None
        if isinstance(secret, FakeSecret) and secret.owning_service == SERVICE:
            raise InvalidRequestException(
                f"You can't perform {name} on secret {secret.name}: it is managed by {SERVICE}, use the APIs of that service."
            )
        return plain(self)

    return answer


def _rotate_through_rds(rds: Rds) -> None:
    plain = SecretsManagerBackend.rotate_secret

    @functools.wraps(plain)
    def rotate_secret(self: SecretsManagerBackend, secret_id: str, *args: Any, **kwargs: Any) -> str:
        secret = self.secrets.get(secret_id)
        if not isinstance(secret, FakeSecret) or secret.owning_service != SERVICE:
            return plain(self, secret_id, *args, **kwargs)
        if kwargs.get("rotation_lambda_arn"):
            raise InvalidParameterException(f"A secret that is managed by {SERVICE} is rotated without a function.")
        rules = _rules(kwargs.get("rotation_rules") or {})
        db = next(db for db in rds.instances() if (record_of(db).managed_secret or {}).get("SecretArn") == secret.arn)
        if kwargs.get("rotate_immediately", True):
            if db.status != "available":
                raise InvalidRequestException(
                    f"{db.db_instance_identifier} is {db.status}: its secret cannot be rotated."
                )
            rotate(rds, db)
            rds.touched()
        if rules:
            vars(secret)["localcloud_rules"] = rules
            secret.auto_rotate_after_days = rules["AutomaticallyAfterDays"]
            secret.next_rotation_date = int(time.time()) + 86400 * secret.auto_rotate_after_days
        return secret.to_short_dict()

    SecretsManagerBackend.rotate_secret = rotate_secret  # type: ignore[method-assign]


def _rules(asked: dict[str, Any]) -> dict[str, Any]:
    """RotationRules as they are kept; InvalidParameterException for those that are none."""
    if not asked:
        return {}
    if "AutomaticallyAfterDays" in asked and "ScheduleExpression" in asked:
        raise InvalidParameterException("You can't specify both AutomaticallyAfterDays and ScheduleExpression.")
    expression = asked.get("ScheduleExpression", "")
    rate = _RATE.fullmatch(expression)
    if expression and not rate and not _CRON.fullmatch(expression):
        raise InvalidParameterException(f"The schedule expression {expression} is invalid.")
    days = int(asked.get("AutomaticallyAfterDays") or (rate[1] if rate and rate[2] == "day" else 1))
    if not 1 <= days <= 1000:
        raise InvalidParameterException("RotationRules.AutomaticallyAfterDays must be within 1-1000.")
    return {**asked, "AutomaticallyAfterDays": days}


def rotate(rds: Rds, db: DBInstance) -> None:
    """A new master password, in force first and then current in the secret."""
    rds.launch(db, "modify", password=rotate_password(db))
    db.status = "resetting-master-credentials"


def manage_password(rds: Rds, db: DBInstance, kms_key_id: str | None) -> str:
    """Have Secrets Manager keep the master password, as `ManageMasterUserPassword` asks for; the password.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
    """
    backend = db.backend
    password = secrets.token_urlsafe(24)
    secret = backend.secretsmanager.create_managed_secret(
        service_name="rds",
        secret_id=f"rds!db-{secrets.token_hex(16)}",
        secret_string=json.dumps({"username": db.master_username, "password": password}),
        description=f"The secret associated with the primary RDS DB instance: {db.arn}",
        kms_key_id=kms_key_id,
        tags=[{"Key": "aws:rds:primaryDBInstanceArn", "Value": db.arn}],
    )
    secret.rotation_requested = secret.rotation_enabled = True
    secret.auto_rotate_after_days = ROTATION_DAYS
    secret.next_rotation_date = int(time.time()) + 86400 * ROTATION_DAYS
    record_of(db).managed_secret = {
        "SecretArn": secret.arn,  # pragma: allowlist secret
        "SecretStatus": "active",  # pragma: allowlist secret
        "KmsKeyId": kms_key_id or "alias/aws/secretsmanager",
    }
    db.manage_master_user_password = False  # moto's own handling of it keeps another password
    rds.cloud.touched("secretsmanager")
    return password


def rotate_password(db: DBInstance) -> str:
    """The next master password of an instance whose password is managed; `keep_password` keeps it once it is in force."""
    record: InstanceRecord = record_of(db)
    if record.managed_secret is None:
        raise errors.combination("You can rotate the master user password of instances that manage it only.")
    record.managed_secret = {**record.managed_secret, "SecretStatus": "rotating"}  # pragma: allowlist secret
    return secrets.token_urlsafe(24)


def keep_password(rds: Rds, db: DBInstance, password: str) -> None:
    """Make a password that is in force the current version of the managed secret."""
    record: InstanceRecord = record_of(db)
    if record.managed_secret is None:
        return
    backend = db.backend.secretsmanager
    arn = record.managed_secret["SecretArn"]
    content = json.dumps({"username": db.master_username, "password": password})
    secret = backend.secrets[arn]
    assert isinstance(secret, FakeSecret)  # noqa: S101 - RDS never makes a replica
    if secret.versions[str(secret.default_version_id)]["secret_string"] != content:
        now = int(time.time())
        name = str(uuid.uuid4())
        version = {"secret_string": content, "createdate": now, "version_id": name, "version_stages": ["AWSCURRENT"]}
        secret.reset_default_version(version, name)
        secret.last_rotation_date = secret.last_changed_date = now
        secret.next_rotation_date = secret.last_rotation_date + 86400 * secret.auto_rotate_after_days
    record.managed_secret = {**record.managed_secret, "SecretStatus": "active"}  # pragma: allowlist secret
    rds.cloud.touched("secretsmanager")


def forget_managed_password(rds: Rds, db: DBInstance) -> None:
    """Remove the managed secret of an instance, if it has one."""
    record: InstanceRecord = record_of(db)
    if record.managed_secret is not None:
        db.backend.secretsmanager.delete_secret(
            record.managed_secret["SecretArn"], recovery_window_in_days=None, force_delete_without_recovery=True
        )
        record.managed_secret = None
        rds.cloud.touched("secretsmanager")

"""Changes behind our back in the record of what was done, and in the watch over it."""

from __future__ import annotations

from tests.localcloud.drift import Change, World

OWN_ACCOUNT = ("local", "dev", "staging", "prod")


def stop(world: World) -> None:
    world.client("cloudtrail").stop_logging(Name=f"{world.prefix}-audit")


def validation(world: World) -> None:
    world.client("cloudtrail").update_trail(Name=f"{world.prefix}-audit", EnableLogFileValidation=False)


def retention(world: World) -> None:
    world.client("logs").put_retention_policy(
        logGroupName=f"/creator/{world.environment}/audit/trail", retentionInDays=1
    )


def public(world: World) -> None:
    world.client("s3").put_public_access_block(
        Bucket=f"{world.prefix}-audit-{world.account}",
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": False,
            "RestrictPublicBuckets": True,
        },
    )


def recording(world: World) -> None:
    world.client("config").stop_configuration_recorder(ConfigurationRecorderName=f"{world.prefix}-recorder")


def rule(world: World) -> None:
    source = {"Owner": "AWS", "SourceIdentifier": "ROOT_ACCOUNT_MFA_ENABLED"}
    world.client("config").put_config_rule(
        ConfigRule={
            "ConfigRuleName": f"{world.prefix}-root-factor",
            "Description": "The root user has a second factor",
            "Source": source,
            "MaximumExecutionFrequency": "Three_Hours",
        }
    )


def detector(world: World) -> None:
    client = world.client("guardduty")
    (identifier,) = client.list_detectors()["DetectorIds"]
    client.update_detector(DetectorId=identifier, Features=[{"Name": "S3_DATA_EVENTS", "Status": "DISABLED"}])


def budget(world: World) -> None:
    limit = {"Amount": "99999", "Unit": "USD"}
    kind = {"TimeUnit": "MONTHLY", "BudgetType": "COST"}
    world.client("budgets", "us-east-1").update_budget(
        AccountId=world.account, NewBudget={"BudgetName": f"{world.prefix}-monthly", "BudgetLimit": limit, **kind}
    )


def role(world: World) -> None:
    document = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'
    world.client("iam").put_role_policy(
        RoleName=f"{world.prefix}-trail", PolicyName="stranger", PolicyDocument=document
    )


CHANGES = [
    Change("cloudtrail_trail", "logging", "somebody hides", stop, "{prefix}-audit", OWN_ACCOUNT),
    Change("cloudtrail_trail", "validation", "somebody alters records", validation, "{prefix}-audit", OWN_ACCOUNT),
    Change(
        "logs_group",
        "retention_days",
        "somebody saves money",
        retention,
        "/creator/{environment}/audit/trail",
        OWN_ACCOUNT,
    ),
    Change("s3_bucket", "public_access_block", "somebody opens it", public, "{prefix}-audit-{account}", OWN_ACCOUNT),
    Change("config_recorder", "recording", "somebody saves money", recording, "{prefix}-recorder", OWN_ACCOUNT),
    Change("config_rule", "frequency", "somebody wants it sooner", rule, "{prefix}-root-factor", OWN_ACCOUNT),
    Change("guardduty_detector", "features", "somebody saves money", detector, "detector", OWN_ACCOUNT),
    Change("budgets_budget", "amount", "somebody raises the limit", budget, "{prefix}-monthly", OWN_ACCOUNT),
    Change("iam_role", "policies", "somebody gives a role more", role, "{prefix}-trail", OWN_ACCOUNT),
]

"""Changes behind our back on the search domain, its logs, and who may write them."""

from __future__ import annotations

import json
import time
from typing import Any

from tests.localcloud.drift import Change, World


def _update(**change: Any) -> Any:
    def apply(world: World) -> None:
        client = world.client("opensearch")
        for _ in range(240):  # one change after the other: OpenSearch refuses a second one
            if not client.describe_domain(DomainName=world.prefix)["DomainStatus"]["Processing"]:
                break
            time.sleep(0.5)
        client.update_domain_config(DomainName=world.prefix, **change)

    return apply


def _everybody(world: World) -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "es:*", "Resource": "*"}
    _update(AccessPolicies=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))(world)


def _retag(world: World) -> None:
    client = world.client("opensearch")
    arn = client.describe_domain(DomainName=world.prefix)["DomainStatus"]["ARN"]
    client.add_tags(ARN=arn, TagList=[{"Key": "team", "Value": "x"}])


def _let_everything_write(world: World) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "es.amazonaws.com"},
        "Action": "logs:*",
        "Resource": "*",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    world.client("logs").put_resource_policy(policyName=f"{world.prefix}-search", policyDocument=document)


def _keep_logs_for_a_day(world: World) -> None:
    name = f"/aws/opensearch/{world.prefix}/search-slow-logs"
    world.client("logs").put_retention_policy(logGroupName=name, retentionInDays=1)


_WINDOW = {"Enabled": True, "OffPeakWindow": {"WindowStartTime": {"Hours": 11, "Minutes": 0}}}
_OLD_TLS = {"EnforceHTTPS": True, "TLSSecurityPolicy": "Policy-Min-TLS-1-0-2019-07"}
CHANGES = [
    Change("opensearch_domain", "access_policy", "a script had no credentials", _everybody, "{prefix}"),
    Change(
        "opensearch_domain",
        "tls_policy",
        "an old client cannot do better",
        _update(DomainEndpointOptions=_OLD_TLS),
        "{prefix}",
    ),
    Change(
        "opensearch_domain", "off_peak_hour", "updates came at night", _update(OffPeakWindowOptions=_WINDOW), "{prefix}"
    ),
    Change(
        "opensearch_domain",
        "auto_software_update",
        "an update hurt once",
        _update(SoftwareUpdateOptions={"AutoSoftwareUpdateEnabled": False}),
        "{prefix}",
    ),
    Change("opensearch_domain", "tags", "a tool tags by itself", _retag, "{prefix}"),
    Change("logs_resource_policy", "policy", "somebody was in a hurry", _let_everything_write, "{prefix}-search"),
    Change("logs_group", "retention_days", "logs cost too much", _keep_logs_for_a_day),
]

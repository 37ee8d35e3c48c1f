# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a web ACL logs what it judged, and what it does not write down. Standard library only.

https://docs.aws.amazon.com/waf/latest/APIReference/API_LoggingConfiguration.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.steps import ChangeError, Found, Steps


def project(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """Properties of a LoggingConfiguration: the name of the log group and the headers that are redacted."""
    (destination, *_others) = configuration["LogDestinationConfigs"]
    fields = configuration.get("RedactedFields") or []
    return {
        "log_group": destination.split(":log-group:")[-1].removesuffix(":*")
        if ":log-group:" in destination
        else destination,
        "redacted_headers": sorted(
            field["SingleHeader"]["Name"].lower() for field in fields if "SingleHeader" in field
        ),
    }


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """The step towards the desired logging. Raises ChangeError when there is no such web ACL."""
    have = dict(found.properties) if found else {}
    wanted = {**have, **desired}
    if "redacted_headers" in wanted:
        wanted["redacted_headers"] = sorted(name.lower() for name in wanted["redacted_headers"])
    if found and wanted == have:
        return Steps([], have, have)
    if not wanted.get("log_group"):
        raise ChangeError(f"{params['web_acl']} logs nowhere yet, and to make it log needs log_group")
    account = params["web_acl"].split(":")
    group = f"arn:{account[1]}:logs:{account[3]}:{account[4]}:log-group:{wanted['log_group']}"
    configuration = {
        "ResourceArn": params["web_acl"],
        "LogDestinationConfigs": [group],
        "RedactedFields": [{"SingleHeader": {"Name": name}} for name in wanted.get("redacted_headers", [])],
    }
    return Steps([("put_logging_configuration", {"LoggingConfiguration": configuration})], have, wanted)


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """The step that ends the logging."""
    return Steps([("delete_logging_configuration", {"ResourceArn": params["web_acl"]})], found.properties, {})

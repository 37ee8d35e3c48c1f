# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An EKS add-on: what it is and the update that leads to what it should be. Standard library only.

https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateAddon.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def project(addon: Mapping[str, Any]) -> dict[str, Any]:
    """Properties of an Addon as DescribeAddon answers it."""
    return {
        "version": addon.get("addonVersion", ""),
        "configuration": configuration(addon.get("configurationValues")),
        "service_account_role_arn": addon.get("serviceAccountRoleArn") or "",
        "tags": {name: value for name, value in (addon.get("tags") or {}).items() if not name.startswith("aws:")},
    }


def configuration(values: Any) -> dict[str, Any]:
    """The configuration values as a dictionary; EKS takes and gives JSON text. ValueError when it is not JSON."""
    if not values:
        return {}
    return dict(values) if isinstance(values, Mapping) else dict(json.loads(values))


def differences(desired: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Names of the desired properties (None: leave alone) that differ, tags left out."""
    return sorted(
        name for name, value in desired.items() if name != "tags" and value is not None and value != found.get(name)
    )


def request(cluster: str, name: str, desired: Mapping[str, Any], resolve_conflicts: str) -> dict[str, Any]:
    """Parameters that CreateAddon and UpdateAddon share."""
    result: dict[str, Any] = {"clusterName": cluster, "addonName": name, "resolveConflicts": resolve_conflicts}
    if desired.get("version"):
        result["addonVersion"] = desired["version"]
    if desired.get("configuration") is not None:
        result["configurationValues"] = json.dumps(desired["configuration"], sort_keys=True)
    if desired.get("service_account_role_arn"):
        result["serviceAccountRoleArn"] = desired["service_account_role_arn"]
    return result

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

from ansible_collections.creator.platform.plugins.module_utils.aws.eks.tagging import tag_calls
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Steps, merged, with_tags


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


#: EKS takes an update of an add-on in these states; DEGRADED is how one without nodes waits for them.
SETTLED = ("ACTIVE", "DEGRADED", "CREATE_FAILED", "UPDATE_FAILED")


def present(
    cluster: str,
    name: str,
    desired: Mapping[str, Any],
    found: Mapping[str, Any] | None,
    *,
    resolve_conflicts: str | None,
    purge_tags: bool,
) -> Steps:
    """Steps towards the desired add-on, none while an update is under way.

    Without `resolve_conflicts`: OVERWRITE on the first installation, PRESERVE on updates, so that what a team changed in
    the cluster stays.
    """
    if found is None:
        create = request(cluster, name, desired, resolve_conflicts or "OVERWRITE")
        create["tags"] = dict(desired.get("tags") or {})
        return Steps(
            [("create_addon", create)], {}, {key: value for key, value in desired.items() if value is not None}
        )
    before = project(found)
    changed = differences(desired, before)
    calls = tag_calls(found["addonArn"], before["tags"], desired.get("tags"), purge_tags)
    pending = changed
    if changed and found.get("status") in SETTLED:
        calls.append(("update_addon", request(cluster, name, desired, resolve_conflicts or "PRESERVE")))
        pending = []
    after = merged(before, desired, changed)
    after["tags"] = with_tags(before["tags"], desired.get("tags"), purge_tags)
    return Steps(calls, before, after, pending)


def absent(cluster: str, name: str, found: Mapping[str, Any] | None, *, preserve: bool) -> Steps:
    """Steps that remove the add-on; with `preserve` its objects stay in the cluster."""
    if found is None or found.get("status") == "DELETING":
        return Steps()
    return Steps(
        [("delete_addon", {"clusterName": cluster, "addonName": name, "preserve": preserve})], project(found), {}
    )

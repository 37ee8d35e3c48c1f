# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A CloudWatch dashboard: its body and the call that writes it. Standard library only.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found, Steps


def project(body: str) -> dict[str, Any]:
    """Properties of a dashboard from its text."""
    return {"body": json.loads(body)}


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Steps towards the body; left alone when it is not given and there is a dashboard."""
    before = dict(found.properties) if found else {}
    after = {**({"body": {"widgets": []}} if not found else before), **desired}
    if before == after:
        return Steps([], before, after)
    request = {"DashboardName": params["name"], "DashboardBody": json.dumps(after["body"], sort_keys=True)}
    return Steps([("put_dashboard", request)], before, after)


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """Steps that remove the dashboard."""
    return Steps([("delete_dashboards", {"DashboardNames": [params["name"]]})], found.properties, {})

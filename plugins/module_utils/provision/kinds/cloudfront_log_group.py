# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Log groups of what stands in us-east-1 for CloudFront; their names end with it.

https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.provision.kinds import logs_group
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Resource, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Log groups that are named or tagged as the component's, of those named for CloudFront."""
    return [found for found in logs_group.read(client, scope) if found.name.endswith("-cloudfront")]


KIND = replace(logs_group.KIND, name="cloudfront_log_group", read=read, home="us-east-1")

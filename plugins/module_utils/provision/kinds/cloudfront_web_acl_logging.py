# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logging of the web ACLs of distributions, in us-east-1.

https://docs.aws.amazon.com/waf/latest/APIReference/API_LoggingConfiguration.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.wafv2.listing import CLOUDFRONT
from ansible_collections.creator.platform.plugins.module_utils.provision.kinds import wafv2_logging
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Resource, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Logging of the web ACLs for CloudFront that are named or tagged as the component's."""
    return wafv2_logging.read_place(client, scope, CLOUDFRONT)


KIND = replace(wafv2_logging.KIND, name="cloudfront_web_acl_logging", read=read, home="us-east-1")

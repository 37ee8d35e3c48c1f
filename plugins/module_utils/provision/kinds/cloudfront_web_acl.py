# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Web ACLs of distributions: as those of load balancers, in us-east-1.

https://docs.aws.amazon.com/waf/latest/developerguide/how-aws-waf-works-resources.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.wafv2.listing import CLOUDFRONT
from ansible_collections.creator.platform.plugins.module_utils.provision.kinds import wafv2_web_acl
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Resource, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Web ACLs for CloudFront that are named or tagged as the component's, under the environment's prefix."""
    return wafv2_web_acl.read_place(client, scope, CLOUDFRONT)


KIND = replace(wafv2_web_acl.KIND, name="cloudfront_web_acl", read=read, home="us-east-1")

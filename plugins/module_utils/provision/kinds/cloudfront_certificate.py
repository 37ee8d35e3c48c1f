# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates of distributions: CloudFront takes them from us-east-1 only. Their names say that they are for it.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.provision.kinds import acm_certificate
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Resource, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Certificates that are named or tagged as the component's, of those named for CloudFront."""
    prefix = f"{scope.platform}-{scope.environment}-cloudfront-"
    return [found for found in acm_certificate.read_all(client, scope) if found.name.startswith(prefix)]


KIND = replace(acm_certificate.KIND, name="cloudfront_certificate", read=read, home="us-east-1")

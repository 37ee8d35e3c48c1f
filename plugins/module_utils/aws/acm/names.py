# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of certificates: ACM has none, so ours are in the tag Name. Raises what boto3 raises."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once, optional


def certificate_tags(client: Any, arn: str) -> dict[str, str]:
    """Tags of a certificate, without those AWS itself sets (aws:…); none of one that is gone."""
    answer = optional(client, "list_tags_for_certificate", ("ResourceNotFoundException",), CertificateArn=arn)
    rows = answer["Tags"] if answer else []
    return {row["Key"]: row.get("Value", "") for row in rows if not row["Key"].startswith("aws:")}


def certificate_names(client: Any, arns: Iterable[str]) -> dict[str, str]:
    """Name by ARN, of the certificates of the client's account and region that have one."""
    asked = sorted(arn for arn in arns if ":acm:" in arn)
    found = zip(asked, at_once(lambda arn: certificate_tags(client, arn), asked), strict=True)
    return {arn: tags["Name"] for arn, tags in found if tags.get("Name")}

# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of certificates: ACM has none, so ours are in the tag Name. Raises what boto3 raises."""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.reading import optional


def certificate_tags(client: Any, arn: str) -> dict[str, str]:
    """Tags of a certificate, without those AWS itself sets (aws:…); none of one that is gone."""
    answer = optional(client, "list_tags_for_certificate", ("ResourceNotFoundException",), CertificateArn=arn)
    rows = answer["Tags"] if answer else []
    return {row["Key"]: row.get("Value", "") for row in rows if not row["Key"].startswith("aws:")}

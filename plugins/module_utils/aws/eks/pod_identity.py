# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pod identity association. Standard library only.

https://docs.aws.amazon.com/eks/latest/APIReference/API_PodIdentityAssociation.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def project(association: Mapping[str, Any]) -> dict[str, Any]:
    """Properties of a PodIdentityAssociation."""
    return {
        "role_arn": association.get("roleArn", ""),
        "tags": {name: value for name, value in (association.get("tags") or {}).items() if not name.startswith("aws:")},
    }

# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account's password policy, by whatever name it is asked for: an account has one, and it is never surplus.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountPasswordPolicy.html
"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.iam.password_policy import project
from ansible_collections.creator.platform.plugins.module_utils.aws.reading import optional
from ansible_collections.creator.platform.plugins.module_utils.provision.model import PRIMARY, Kind, Resource, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """The policy once for each name that is desired; without one of its own an account has AWS's default."""
    if not scope.names:
        return []
    answer = optional(client, "get_account_password_policy", ("NoSuchEntity",))
    properties = project(answer["PasswordPolicy"] if answer else None)
    return [Resource("iam_password_policy", name, properties, scope.region) for name in scope.names]


KIND = Kind("iam_password_policy", "iam", read, home=PRIMARY)

# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The public access block of an account, named after its account.

It is read only when it is desired, so a destroyed environment leaves the account as closed as it was.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.reading import optional
from ansible_collections.creator.platform.plugins.module_utils.aws.s3.account import ABSENT, project, reachable
from ansible_collections.creator.platform.plugins.module_utils.provision.model import (
    PRIMARY,
    Kind,
    Resource,
    Rules,
    Scope,
)


def read(client: Any, scope: Scope) -> list[Resource]:
    """The blocks of the named accounts (one)."""
    found = []
    for account in scope.names:
        answer = optional(reachable(client), "get_public_access_block", ABSENT, AccountId=account)
        if answer is not None:
            properties = project(answer["PublicAccessBlockConfiguration"])
            found.append(Resource("s3_account_public_access_block", account, properties, scope.region))
    return found


KIND = Kind("s3_account_public_access_block", "s3control", read, Rules(), home=PRIMARY)

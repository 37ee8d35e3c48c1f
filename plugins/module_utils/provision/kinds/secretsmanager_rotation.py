# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When RDS rotates the master passwords that it keeps in Secrets Manager, named after their instances.

It goes with its instance: a schedule that is not desired is never removed.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.secretsmanager.rotation import project, select
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import pages
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Schedules of the named instances."""
    if not scope.names:
        return []
    found = pages(client, "list_secrets", "SecretList", Filters=[{"Key": "owning-service", "Values": ["rds"]}])
    secrets = {name: select(found, name) for name in scope.names}
    return [
        Resource("secretsmanager_rotation", name, project(secret), scope.region, {"arn": secret["ARN"]})
        for name, secret in secrets.items()
        if secret is not None
    ]


KIND = Kind("secretsmanager_rotation", "secretsmanager", read, Rules())

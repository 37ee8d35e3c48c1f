# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The records of an environment's releases, all of them as one resource: they come with deployments and go together.

Nothing desires them, so a component has this kind in a removal only. They are one row of its plan, however many there are.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws import release_store
from ansible_collections.creator.platform.plugins.module_utils.provision.model import PRIMARY, Kind, Resource, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """The environment's store of releases, named by its path; nothing when it is empty."""
    path = release_store.folder(scope.platform, scope.environment)
    found = release_store.names(client, path)
    return [Resource("release_records", path, {}, scope.region, {"names": found})] if found else []


KIND = Kind("release_records", "ssm", read, home=PRIMARY)

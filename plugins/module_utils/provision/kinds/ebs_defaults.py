# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an account has once a region for volumes, snapshots, images and instance metadata.

It is read only when it is desired, so a destroyed environment leaves the account as closed as it was.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.ebs.defaults import QUESTIONS, project
from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """The settings of the scope's region, under each name that is desired (one: it is the account's)."""
    if not scope.names:
        return []
    answers = dict(
        zip(QUESTIONS, at_once(lambda question: getattr(client, question)(), QUESTIONS.values()), strict=True)
    )
    return [Resource("ebs_defaults", name, project(answers), scope.region) for name in scope.names]


KIND = Kind("ebs_defaults", "ec2", read, Rules())

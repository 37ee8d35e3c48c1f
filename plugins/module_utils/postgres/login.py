# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A database's address and login from a module's options: the one place where secret and target meet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.secrets import read_login
from ansible_collections.creator.platform.plugins.module_utils.postgres.connection import Target


def target(options: Mapping[str, Any], secrets: Callable[[], Any]) -> Target:
    """The Target that `options` (postgres.options) describe; `secrets` makes a Secrets Manager client when one is needed.

    Raises AwsError when the secret cannot be read.
    """
    user, password = options["user"], options["password"]
    if options["secret"]:
        user, password = read_login(secrets(), options["secret"])
    return Target(
        options["host"], options["port"], options["database"], user, password, ca_file=options["ca_file"] or ""
    )

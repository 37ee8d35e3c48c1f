# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options by which modules are told where a database is. Standard library only."""

from __future__ import annotations

from typing import Any


def target_options() -> dict[str, Any]:
    """Suboptions of an argument spec for one database: address, and a secret or a user with password."""
    return {
        "type": "dict",
        "required": True,
        "options": {
            "host": {"type": "str", "required": True},
            "port": {"type": "int", "required": True},
            "database": {"type": "str", "required": True},
            "secret": {"type": "str", "no_log": False},
            "user": {"type": "str"},
            "password": {"type": "str", "no_log": True},
            "ca_file": {"type": "path"},
        },
        "required_together": [("user", "password")],
        "required_one_of": [("secret", "user")],
        "mutually_exclusive": [("secret", "user")],
    }

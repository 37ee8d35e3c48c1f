# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arguments by which actions are told where the platform is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.web.entry import Entry


def entry_options(*, required: bool = True) -> dict[str, Any]:
    """Argument specs of url, address and ca_file: the documentation fragment creator.platform.cluster.entry."""
    return {
        "url": {"type": "str", "required": required},
        "address": {"type": "str", "default": ""},
        "ca_file": {"type": "path", "default": ""},
    }


def entry_of(args: Mapping[str, Any]) -> Entry:
    """The entry that such arguments say."""
    return Entry(args["url"].rstrip("/"), args["address"], args["ca_file"])

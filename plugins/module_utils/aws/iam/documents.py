# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What roles and policies of IAM share: documents, and several of them at once by name. Standard library only."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from ansible_collections.creator.platform.plugins.module_utils.aws.steps import ChangeError

#: Properties by name.
Named = Mapping[str, Mapping[str, Any]]


def document_of(document: str | Mapping[str, Any]) -> Any:
    """A document as IAM answers it: text in the encoding of URLs, or what boto3 has made of that."""
    return json.loads(unquote(document)) if isinstance(document, str) else document


def text_of(document: Mapping[str, Any]) -> str:
    """A document as it is sent, without white space."""
    return json.dumps(document, separators=(",", ":"))


def by_name(kind: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """{name: the rest of its row}. Raises ChangeError, which calls them `kind`, for a name that is given more than once."""
    names = [row["name"] for row in rows]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ChangeError(f"{kind} {', '.join(twice)} is given more than once: give each once")
    return {row["name"]: {key: value for key, value in row.items() if key != "name"} for row in rows}


def require_path(kind: str, name: str, wanted: str, found: str) -> None:
    """Raises ChangeError for another path, which IAM cannot change."""
    if found != wanted:
        raise ChangeError(
            f"{kind} {name} has the path {found}, which cannot become {wanted}: remove the {kind} first, or give {found}"
        )


def difference(wanted: Named, found: Named) -> dict[str, dict[str, Any]]:
    """{before, after}: by name the properties that change; all of what is created. Both in the same canonical form.

    A property that `found` lacks is unknown, which is null in the diff.
    """
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name, shall in wanted.items():
        have = found.get(name)
        differing = [key for key in shall if have is None or have.get(key) != shall[key]]
        if differing:
            before[name] = {key: have.get(key) for key in differing} if have else {}
            after[name] = {key: shall[key] for key in differing}
    return {"before": before, "after": after}

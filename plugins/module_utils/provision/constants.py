# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables that only put others together, such as a prefix, worked out once. Standard library only.

Ansible renders a variable anew wherever it is named, and what that names again: of the 700 templates of identity's resources
more than 400 are two names put together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

#: Text with names of variables in double braces, and no other part of Jinja's language.
_PARTS = re.compile(r"(?:[^{}\n]|\{\{ ?\w+ ?\}\})+")
_NAME = re.compile(r"\{\{ ?(\w+) ?\}\}")


def constants(texts: Mapping[str, str], templates: Mapping[str, str]) -> dict[str, str]:
    """The values of those `templates` that are made of nothing but `texts`, and of one another; both by name of variable.

    A template with a filter, a test or anything else that only Jinja knows is not among them, nor one that names a variable
    which is in neither, or itself.
    """
    known, found = dict(texts), dict[str, str]()
    waiting = dict(templates)
    while ready := {name: text for name in waiting if (text := together(waiting[name], known)) is not None}:
        waiting = {name: text for name, text in waiting.items() if name not in ready}
        found |= ready
        known |= ready
    return found


def together(template: str, known: Mapping[str, str]) -> str | None:
    """What a template says that only puts `known` texts together; None for any other."""
    if _PARTS.fullmatch(template) is None or not all(name in known for name in _NAME.findall(template)):
        return None
    return _NAME.sub(lambda part: known[part[1]], template)

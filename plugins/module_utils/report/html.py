# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Markup that cannot be broken by its content: whatever is not Markup is escaped. Standard library only."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from typing import TypeAlias

# HTML elements without content: https://html.spec.whatwg.org/multipage/syntax.html#void-elements
_VOID = frozenset({"br", "hr", "img", "meta"})
_BLANKS = "\n\t\u202f"


class Markup(str):
    """Text that is HTML already. Only `element`, `join` and constants of the page make it."""

    __slots__ = ()


Content: TypeAlias = "str | Markup | int | float | Iterable[Content] | None"


def escaped(value: str) -> Markup:
    """The text as HTML, safe in content and in quoted attributes.

    Characters that are not seen (controls, text direction marks, lone surrogates) become a visible sign.
    """
    if not value.isprintable():
        value = "".join(char if char in _BLANKS or char.isprintable() else "\ufffd" for char in value)
    return Markup(html.escape(value, quote=True))


def join(content: Content) -> Markup:
    """Content, nested as it may be, as HTML; None is nothing."""
    if content is None:
        return Markup("")
    if isinstance(content, Markup):
        return content
    if isinstance(content, str):
        return escaped(content)
    if isinstance(content, (int, float)):
        return Markup(content)
    return _joined(content)


def _joined(contents: Iterable[Content]) -> Markup:
    return Markup("".join(join(item) for item in contents))


def element(name: str, attributes: Mapping[str, str | int | float | None] | None = None, *content: Content) -> Markup:
    """An element. Attributes with the value None are left out, values are escaped."""
    given = "".join(f' {key}="{escaped(str(value))}"' for key, value in (attributes or {}).items() if value is not None)
    if name in _VOID:
        return Markup(f"<{name}{given}>")
    return Markup(f"<{name}{given}>{join(content)}</{name}>")

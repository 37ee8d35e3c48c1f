# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small pictures that need nothing but the standard library."""

from __future__ import annotations

import struct
import zlib


def picture(width: int = 64, height: int = 36, tint: tuple[int, int, int] = (0, 0, 128)) -> bytes:
    """A PNG of that size, the same for the same tint, whose parts are 0 to 255. https://www.w3.org/TR/png-3/"""
    red, green, blue = tint
    rows = b"".join(
        b"\0" + bytes(value % 256 for x in range(width) for value in (red + x * 4, green + y * 7, blue))
        for y in range(height)
    )

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")

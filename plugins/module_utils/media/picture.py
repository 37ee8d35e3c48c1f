# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small pictures that need nothing but the standard library."""

from __future__ import annotations

import struct
import zlib


def picture(width: int = 64, height: int = 36, tint: tuple[int, int, int] = (0, 0, 128)) -> bytes:
    """A PNG of that size, the same for the same tint, whose parts are 0 to 255. https://www.w3.org/TR/png-3/

    Raises ValueError for one of more than 65535 bytes.
    """
    red, green, blue = tint
    rows = b""
    for y in range(height):
        row = bytearray(1 + 3 * width)  # the first byte says that the row is not filtered
        row[1::3] = bytes((red + x * 4) % 256 for x in range(width))
        row[2::3] = bytes([(green + y * 7) % 256]) * width
        row[3::3] = bytes([blue]) * width
        rows += row
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", _stored(rows)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _stored(content: bytes) -> bytes:
    """A zlib stream without compression, in which versions of zlib differ. https://www.rfc-editor.org/rfc/rfc1950"""
    length = len(content)
    if length > 0xFFFF:
        raise ValueError(f"a picture of {length} bytes does not fit into one block of 65535")
    return (
        b"\x78\x01\x01"
        + struct.pack("<HH", length, length ^ 0xFFFF)
        + content
        + struct.pack(">I", zlib.adler32(content))
    )

# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told of a program that failed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from ansible_collections.creator.platform.plugins.module_utils.oci import command, debian
from ansible_collections.creator.platform.plugins.module_utils.oci.command import ImageError


def test_the_last_lines_are_told_in_one() -> None:
    assert command.explained("a\n\n b \nc\nd\n") == "b / c / d"
    assert command.explained("") == ""
    assert len(command.explained("x" * 5000)) <= 600


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("write /x: no space left on device\n", "the disk is full"),
        ("OSError: [Errno 28] No space left on device\nand\nthree\nmore\nlines", "the disk is full"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "lock again"),
        ("ERROR: No matching distribution found for pillow==12", "same version"),
        ("E: Temporary failure resolving 'mirror'", "configure apt"),
    ],
)
def test_what_to_do_is_told_where_it_is_known(said: str, advice: str) -> None:
    assert advice in command.explained(said)


def test_a_program_that_fails_is_told_with_its_words() -> None:
    assert command.run([sys.executable, "-c", "print(1)"], "print").stdout == "1\n"
    with pytest.raises(ImageError, match="could not print: it is broken"):
        command.run([sys.executable, "-c", "raise SystemExit('it is broken')"], "print")
    with pytest.raises(ImageError, match="could not print: exit code 3"):
        command.run([sys.executable, "-c", "raise SystemExit(3)"], "print")
    with pytest.raises(ImageError, match="could not print"):
        command.run(["/none"], "print")


def test_a_missing_program_is_told_with_its_package() -> None:
    with pytest.raises(ImageError, match="no-such-program not found: `apt-get install its-package`"):
        command.found("no-such-program", "its-package")


def test_sources_of_packages(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="names no source of packages"):
        debian.sources(tmp_path)
    below = tmp_path / "sources.list.d"
    below.mkdir()
    (tmp_path / "sources.list").write_text("# deb nothing\n")
    (below / "own.list").write_text("deb http://mirror.example.com/debian bookworm main\n")
    (below / "debian.sources").write_text("Types: deb\nURIs: http://mirror.example.com/debian\n")
    (below / "old.list.disabled").write_text("deb http://old.example.com/debian bookworm main\n")
    assert debian.sources(tmp_path) == [below / "own.list", below / "debian.sources"]

# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an image is built of: the digest changes with all that goes in, and with nothing else."""

from __future__ import annotations

import dataclasses
import re

import pytest
from ansible_collections.creator.platform.plugins.module_utils.image.source import (
    File,
    Inputs,
    SourceError,
    chosen,
    pinned,
    tag_of,
)
from hypothesis import given
from hypothesis import strategies as st

DIGITS = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"
INPUTS = Inputs(
    (File("app/b.py", "b" * 64), File("app/a.sh", "a" * 64, executable=True)),
    "Containerfile",
    {"SERVICE": "api", "REVISION": "1"},
    f"sha256:{DIGITS}",
    1764400000,
    "linux/amd64",
)


@pytest.mark.parametrize(
    "change",
    [
        {"files": (*INPUTS.files, File("app/c.py", "c" * 64))},
        {"files": INPUTS.files[:1]},
        {"files": (File("app/b.py", "b" * 64), File("app/a.sh", "a" * 64))},
        {"files": (File("app/b.py", "c" * 64), INPUTS.files[1])},
        {"containerfile": "Other"},
        {"arguments": {"SERVICE": "web", "REVISION": "1"}},
        {"arguments": {"SERVICE": "api"}},
        {"base": f"sha256:{'0' * 64}"},
        {"epoch": 1764400001},
        {"platform": "linux/arm64"},
    ],
)
def test_the_digest_changes_with_everything_that_goes_in(change: dict[str, object]) -> None:
    assert dataclasses.replace(INPUTS, **change).digest() != INPUTS.digest()


@given(st.permutations(INPUTS.files), st.permutations(list(INPUTS.arguments.items())))
def test_the_digest_knows_no_order(files: list[File], arguments: list[tuple[str, str]]) -> None:
    same = dataclasses.replace(INPUTS, files=tuple(files), arguments=dict(arguments))
    assert same.digest() == INPUTS.digest()
    assert re.fullmatch("[0-9a-f]{64}", same.digest())


def test_lines_name_every_file() -> None:
    assert INPUTS.lines()[-2:] == [f"app/a.sh 755 sha256:{'a' * 64}", f"app/b.py 644 sha256:{'b' * 64}"]


@pytest.mark.parametrize(
    "reference", [f"registry.example.com:5000/python@sha256:{DIGITS}", f"python:3.11@sha256:{DIGITS}"]
)
def test_a_pinned_base_is_taken(reference: str) -> None:
    assert pinned(reference) == reference


@pytest.mark.parametrize(
    "reference", ["", "python", "python:3.11", "python@sha256:5f70", f"@sha256:{DIGITS}", f"a b@sha256:{DIGITS}"]
)
def test_a_base_that_is_not_pinned_is_refused(reference: str) -> None:
    with pytest.raises(SourceError, match="expected a name with a digest"):
        pinned(reference)


@given(st.from_regex(r"[0-9a-f]{40}", fullmatch=True), st.from_regex(r"[0-9a-f]{64}", fullmatch=True))
def test_the_tag_is_the_revision_and_tells_when_it_is_not(revision: str, digest: str) -> None:
    assert tag_of(revision, digest, modified=False) == revision
    assert tag_of(revision, digest, modified=True) == f"{revision}-{digest[:12]}"


@pytest.mark.parametrize("revision", ["", "-1", "a/b", "a b", "a" * 129])
def test_a_revision_that_can_be_no_tag_is_refused(revision: str) -> None:
    with pytest.raises(SourceError, match="revision"):
        tag_of(revision, DIGITS, modified=False)


def test_chosen_are_files_and_what_is_below_folders() -> None:
    paths = ["app/a.py", "app/sub/b.py", "app/__pycache__/a.pyc", "apples/c.py", "d.txt"]
    assert chosen(paths, ["app", "d.txt"]) == ("app/a.py", "app/sub/b.py", "d.txt")
    assert chosen(paths, ["app/", "app/a.py"]) == ("app/a.py", "app/sub/b.py")
    for wanted in ("none", "ap", "app/__pycache__"):
        with pytest.raises(SourceError, match=f"source {wanted}: "):
            chosen(paths, ["app", wanted])

# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages, as apt, dpkg and Python's metadata tell them."""

from __future__ import annotations

import pytest
from ansible_collections.creator.platform.plugins.module_utils.image.packages import (
    DPKG_STATUS,
    OS_RELEASE,
    WANTED,
    Package,
    PackagesError,
    base_key,
    distribution,
    of_image,
    simulated,
)

STATUS = """\
Package: libc6
Status: install ok installed
Source: glibc
Version: 2.36-9+deb12u14
Architecture: amd64
Description: GNU C Library: Shared libraries
 Contains the standard libraries that are used by nearly all programs.

Package: gone
Status: deinstall ok config-files
Version: 1
Architecture: all

Package: base-files
Status: install ok installed
Version: 12.4
Architecture: amd64

Package: bsdutils
Status: install ok installed
Source: util-linux (2.38.1-5)
Version: 1:2.38.1-5
Architecture: amd64
"""
METADATA = "Metadata-Version: 2.4\nName: Psycopg_Binary\nVersion: 3.3.9\nSummary: C optimisation\n\nName: not.this\n"


def test_packages_of_an_image() -> None:
    files = {
        DPKG_STATUS: STATUS,
        "app/packages/psycopg_binary-3.3.9.dist-info/METADATA": METADATA,
        OS_RELEASE: "ID=debian\n",
    }
    assert of_image(files) == (
        Package("deb", "base-files", "12.4", "amd64"),
        Package("deb", "bsdutils", "1:2.38.1-5", "amd64", "util-linux@2.38.1-5"),
        Package("deb", "libc6", "2.36-9+deb12u14", "amd64", "glibc@2.36-9+deb12u14", "GNU C Library: Shared libraries"),
        Package("pypi", "psycopg-binary", "3.3.9", summary="C optimisation"),
    )


def test_an_image_that_does_not_tell_its_system_has_no_list() -> None:
    with pytest.raises(PackagesError, match="its packages are unknown"):
        of_image({"app/packages/a-1.dist-info/METADATA": METADATA})


def test_a_package_without_a_version_is_an_error() -> None:
    with pytest.raises(PackagesError, match="not installed whole"):
        of_image({DPKG_STATUS: STATUS, "a.dist-info/METADATA": "Name: a\n"})


@pytest.mark.parametrize(
    ("path", "read"),
    [
        (DPKG_STATUS, True),
        (OS_RELEASE, True),
        ("app/packages/a-1.dist-info/METADATA", True),
        ("a-1.dist-info/METADATA", True),
        ("app/packages/a-1.dist-info/RECORD", False),
        ("var/lib/dpkg/status-old", False),
    ],
)
def test_only_what_tells_packages_is_read(path: str, read: bool) -> None:
    assert bool(WANTED.fullmatch(path)) is read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('ID=debian\nVERSION_ID="12"\n', ("debian", "12")),
        ("ID=debian\n", ("debian", "")),
        ("", ("linux", "")),
    ],
)
def test_distribution(text: str, expected: tuple[str, str]) -> None:
    assert distribution({OS_RELEASE: text}) == expected


def test_what_apt_would_install() -> None:
    said = (
        "Reading package lists...\n"
        "Inst gcc-12-base (12.2.0-14+deb12u1 Debian:12.15/oldstable [amd64])\n"
        "Inst libc6 [2.36-9] (2.36-9+deb12u14 Debian:12.15/oldstable, Debian-Security:12 [amd64]) []\n"
        "Inst tzdata (2026b-0 Debian:12.15/oldstable [all])\n"
        "Inst libc6 (2.36-9+deb12u14 Debian:12.15/oldstable [amd64])\n"
        "Conf libc6 (2.36-9+deb12u14 Debian:12.15/oldstable [amd64])\n"
    )
    assert simulated(said) == (
        "gcc-12-base=12.2.0-14+deb12u1:amd64",
        "libc6=2.36-9+deb12u14:amd64",
        "tzdata=2026b-0:all",
    )
    with pytest.raises(PackagesError, match="no package"):
        simulated("Reading package lists...\n")


def test_a_base_is_kept_under_its_versions() -> None:
    assert base_key(["a=1:all", "b=1:all"], "recipe") == base_key(["b=1:all", "a=1:all"], "recipe")
    assert len({base_key(["a=1:all"], "recipe"), base_key(["a=2:all"], "recipe"), base_key(["a=1:all"], "other")}) == 3

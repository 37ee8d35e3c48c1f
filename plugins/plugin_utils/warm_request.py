# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the warm connection understands: a module call's command and payload, and which variables a running Python cannot take on.

Pure: standard library only. Whatever is not exactly what ansible-core 2.19 to 2.21 writes is UnknownCall, and stays with
the connection `local`.
"""

from __future__ import annotations

import ast
import base64
import binascii
import hashlib
import io
import re
import shlex
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

SHELL = "/bin/sh"
# What ActionBase._low_level_execute_command of ansible-core 2.19 and 2.20 appends to every command of the default shell.
TAIL = " && sleep 0"
# The arguments of _ansiballz_main in ansible/_internal/_ansiballz/_wrapper.py, the same in 2.19, 2.20 and 2.21.
ARGUMENTS = frozenset(
    {
        "zip_data",
        "ansible_module",
        "module_fqn",
        "params",
        "profile",
        "date_time",
        "extensions",
        "rlimit_nofile",
    }
)
# Packages whose __init__ the payload makes up: they hold the version and nothing that a loaded module depends on.
MADE_UP = ("ansible", "ansible.module_utils")
# Read by the interpreter, the loader or the C library when a process starts, and never again.
_STARTUP = re.compile(r"PYTHON\w*|LD_\w+|LC_\w+|LANG|LANGUAGE|MALLOC_\w+|GLIBC_TUNABLES|OPENSSL_CONF|OPENSSL_MODULES")
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)


class UnknownCall(Exception):  # noqa: N818 - no fault: it is left to the connection `local`
    """Not a call that the warm connection makes; the text says why."""


@dataclass(frozen=True)
class Command:
    """A module call's command: the variables set in it, and the interpreter."""

    environment: dict[str, str]
    interpreter: str


@dataclass(frozen=True)
class Payload:
    """An AnsiballZ payload: its module's full name, its code (an ast.Module, as parsed), and {entry: content} of its archive."""

    module: str
    tree: ast.Module
    files: Mapping[str, bytes]

    def modules(self) -> dict[str, bytes]:
        """Source by name of every Python module that the payload brings."""
        return {module_of(entry): content for entry, content in self.files.items() if entry.endswith(".py")}


def understand(command: str) -> Command:
    """The parts of `/bin/sh -c 'NAME=value ... <interpreter>'`, also with ` && sleep 0`. Raises UnknownCall otherwise."""
    try:
        outer = shlex.split(command)
        if outer[:2] != [SHELL, "-c"] or len(outer) != 3:
            raise UnknownCall(f"the command does not begin with {SHELL} -c")
        inner = outer[2].removesuffix(TAIL)
        words = shlex.split(inner)
    except ValueError as error:
        raise UnknownCall(f"the command cannot be taken apart: {error}") from error
    if not words:
        raise UnknownCall("the command is more than a module call")
    environment = {}
    for word in words[:-1]:
        found = _ASSIGNMENT.fullmatch(word)
        if not found:
            raise UnknownCall("the command has words beside variables and an interpreter")
        environment[found[1]] = found[2]
    written = " ".join([*(f"{name}={shlex.quote(value)}" for name, value in environment.items()), words[-1]])
    # Whatever the shell would have expanded, or done beside, does not come out the same.
    if written != inner or shlex.quote(words[-1]) != words[-1]:
        raise UnknownCall("the command has shell syntax beside variables and an interpreter")
    return Command(environment, words[-1])


def open_payload(data: bytes) -> Payload:
    """The payload in a module call's standard input. Raises UnknownCall when it is none, or one to be debugged or covered."""
    try:
        tree = ast.parse(data, "<stdin>")
        arguments = _arguments(tree)
        extensions, module, archive = (_literal(arguments[key]) for key in ("extensions", "module_fqn", "zip_data"))
        with zipfile.ZipFile(io.BytesIO(base64.b64decode(str(archive), validate=True))) as opened:
            files = {name: opened.read(name) for name in opened.namelist()}
    except (SyntaxError, ValueError, binascii.Error, zipfile.BadZipFile) as error:
        raise UnknownCall(f"the input is no AnsiballZ payload: {error}") from error
    if extensions != {}:
        raise UnknownCall("the payload is to be debugged or covered")
    return Payload(str(module), tree, files)


def _arguments(tree: ast.Module) -> dict[str, ast.expr]:
    """Arguments of the call that the payload ends with: `if __name__ == "__main__": _ansiballz_main(...)`."""
    last = tree.body[-1] if tree.body else None
    statement = last.body[0] if isinstance(last, ast.If) and len(last.body) == 1 else None
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id != "_ansiballz_main":
        raise UnknownCall("the input is no AnsiballZ payload")
    arguments = {keyword.arg or "": keyword.value for keyword in call.keywords}
    if call.args or arguments.keys() != ARGUMENTS:
        raise UnknownCall(f"the payload has other arguments than expected: {', '.join(sorted(arguments))}")
    return arguments


def _literal(node: ast.expr) -> object:
    return ast.literal_eval(node)


def module_of(entry: str) -> str:
    """The name of the module in an archive's entry: `a/b.py` and `a/b/__init__.py` are `a.b`."""
    return entry.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def digest(source: bytes) -> str:
    """A checksum of a source file."""
    return hashlib.sha256(source).hexdigest()


def differing(payload: Mapping[str, bytes], loaded: Mapping[str, str]) -> list[str]:
    """Names of loaded modules ({name: digest}) that the payload brings with other content, sorted."""
    return sorted(
        name
        for name, source in payload.items()
        if name in loaded and name not in MADE_UP and digest(source) != loaded[name]
    )


def of_startup(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that only a new process takes on."""
    return {name: value for name, value in environment.items() if _STARTUP.fullmatch(name)}


def startup_difference(wanted: Mapping[str, str], given: Mapping[str, str]) -> list[str]:
    """Names of startup variables that differ between two environments, sorted."""
    one, other = of_startup(wanted), of_startup(given)
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))

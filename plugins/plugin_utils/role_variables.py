# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of the role that a task is in, as an action plugin sees them: templated when asked for, with what it adds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, is_trusted_as_template
from ansible_collections.creator.platform.plugins.module_utils.provision.canonical import plain
from ansible_collections.creator.platform.plugins.module_utils.provision.constants import constants, together

_REQUIRED = object()
ROLES = Path(__file__).resolve().parents[2] / "roles"


class RoleVariables:
    """Variables by name. What is added hides a variable of the same name, also for the templates of others."""

    def __init__(self, templar: Templar, variables: Mapping[str, Any]) -> None:
        self._templar = templar
        self._given = dict(variables)
        self._variables = _with_constants(self._given)

    def add(self, **values: Any) -> None:
        """Make values known to all templates from here on."""
        texts = any(isinstance(each, str) for name, value in values.items() for each in (value, self._given.get(name)))
        self._given.update(values)
        self._variables = _with_constants(self._given) if texts else {**self._variables, **values}

    def value(self, name: str, default: Any = _REQUIRED) -> Any:
        """The value of a variable in plain JSON types, `default` where there is none. Raises AnsibleTemplateError."""
        if name not in self._variables and default is not _REQUIRED:
            return default
        own = self._templar.copy_with_new_env(available_variables=self._variables)
        return plain(own.resolve_variable_expression(name))

    def complaints(self, role: str) -> list[str]:
        """What the entry point main of a role's argument specification says of the variables, [] when they satisfy it."""
        specs = DataLoader().load_from_file(str(ROLES / role / "meta/argument_specs.yml"), trusted_as_template=False)
        options = specs["argument_specs"]["main"].get("options", {})
        given = {name: self.value(name) for name in options if name in self._variables}
        found: list[str] = (
            ArgumentSpecValidator(options).validate(given, validate_role_argument_spec=True).error_messages
        )
        return found


def _with_constants(variables: Mapping[str, Any]) -> dict[str, Any]:
    """The variables, with the value of each that only puts others together, also within lists and mappings."""
    texts, templates = {}, {}
    for name, value in variables.items():
        if isinstance(value, str):
            (templates if _is_template(value) else texts)[name] = str(value)
    found = constants(texts, templates)
    known = texts | found
    return {name: found.get(name) or _filled(value, known) for name, value in variables.items()}


def _filled(value: Any, known: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(each, known) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, known) for each in value]
    if isinstance(value, str) and _is_template(value) and (text := together(value, known)) is not None:
        return text
    return value


def _is_template(value: str) -> bool:
    return "{" in value and is_trusted_as_template(value)

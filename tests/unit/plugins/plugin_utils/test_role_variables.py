# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of a role as an action plugin takes them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleUndefinedVariable
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template
from ansible_collections.creator.platform.plugins.plugin_utils.role_variables import RoleVariables
from hypothesis import given
from hypothesis import strategies as st


def variables(**values: Any) -> RoleVariables:
    trusted = {name: trust_as_template(value) if isinstance(value, str) else value for name, value in values.items()}
    return RoleVariables(Templar(DataLoader()), trusted)


def test_templates_are_resolved_through_each_other() -> None:
    found = variables(a="{{ b + 1 }}", b="{{ c }}", c=2)
    assert found.value("a") == 3


def test_what_is_added_reaches_the_templates_of_others() -> None:
    found = variables(resources="{{ [{'key': component_plan.inputs['keys'].arn}] }}", component_plan={"stale": True})
    found.add(component_plan={"inputs": {"keys": {"arn": "arn:1"}}})
    assert found.value("resources") == [{"key": "arn:1"}]


def test_values_are_plain() -> None:
    found = variables(list="{{ [one, {'a': one}] }}", one="x").value("list")
    assert [each.__class__ for each in (found, found[0], found[1])] == [list, str, dict]


def test_a_default_is_for_what_is_not_there_only() -> None:
    found = variables(empty=[])
    assert found.value("empty", [1]) == []
    assert found.value("other", [1]) == [1]
    with pytest.raises(AnsibleUndefinedVariable):
        found.value("other")


def test_an_undefined_part_is_no_value() -> None:
    with pytest.raises(AnsibleUndefinedVariable):
        variables(resources="{{ [{'key': nowhere.arn}] }}").value("resources")


def test_what_is_added_reaches_what_only_puts_others_together() -> None:
    found = variables(prefix="{{ name }}-", name="before", asked="{{ prefix }}x")
    assert found.value("asked") == "before-x"
    found.add(name="after")
    assert found.value("asked") == "after-x"


def test_a_text_of_others_is_no_template() -> None:
    found = RoleVariables(
        Templar(DataLoader()), {"told": "{{ secret }}", "secret": "s", "asked": trust_as_template("of {{ told }}")}
    )
    assert found.value("asked") == "of {{ secret }}"


PARTS = st.lists(st.sampled_from(["{{ a }}", "{{ b }}", "{{c}}", "-", " ", "x:", "{{ d | upper }}", "{{ a ~ 'x' }}"]))


@given(PARTS, PARTS, st.text("xyz-:/ *", max_size=5))
def test_values_are_those_that_ansible_gives(outer: list[str], inner: list[str], text: str) -> None:
    values = {"a": "{{ b }}{{ d }}", "b": "".join(inner).replace("{{ a }}", "{{ d }}").replace("{{ b }}", "{{ d }}")}
    values |= {"c": "{{ b }}/c", "d": text, "asked": "".join(outer)}
    values["b"] = values["b"].replace("{{c}}", "c").replace("{{ a ~ 'x' }}", "{{ d ~ 'x' }}")
    trusted = {name: trust_as_template(value) for name, value in values.items()}
    expected = Templar(DataLoader(), variables=trusted).resolve_variable_expression("asked")
    assert RoleVariables(Templar(DataLoader()), trusted).value("asked") == expected


def test_the_argument_specification_of_the_role_judges() -> None:
    wrong = variables(registry_keep_images="many").complaints("registry")
    assert any("registry_keep_images" in each for each in wrong)
    assert variables(registry_keep_images=10).complaints("registry") == []

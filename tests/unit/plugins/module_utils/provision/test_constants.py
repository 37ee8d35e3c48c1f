"""Variables that only put others together."""

from __future__ import annotations

import pytest
from ansible_collections.creator.platform.plugins.module_utils.provision.constants import constants

TEXTS = {"platform": "creator", "environment": "dev", "account": "1234", "odd": "{{ platform }}"}


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{{ platform }}-{{ environment }}", "creator-dev"),
        ("{{platform}}", "creator"),
        ("arn:aws:iam::{{ account }}:role/{{ prefix }}-*", "arn:aws:iam::1234:role/creator-dev-*"),
        # A text that is none of ours to render stays what it is.
        ("{{ odd }}", "{{ platform }}"),
        (" {{ platform }} ", " creator "),
    ],
)
def test_what_puts_texts_together_has_a_value(template: str, value: str) -> None:
    assert constants(TEXTS, {"asked": template, "prefix": "{{ platform }}-{{ environment }}"})["asked"] == value


@pytest.mark.parametrize(
    "template",
    [
        "{{ platform | upper }}",
        "{{ platform ~ environment }}",
        "{{ plan.inputs }}",
        "{{ plan['inputs'] }}",
        "{{ missing }}",
        "{{ asked }}",
        "{{ other }}",
        "{% if platform %}x{% endif %}",
        "{# platform #}{{ platform }}",
        "{{ platform }}\n",
        "{{- platform -}}",
        "{{ 'platform' }}",
        "{{ platform }",
        '{"a": {{ platform }}}',
        "",
    ],
)
def test_anything_else_is_left_to_jinja(template: str) -> None:
    assert constants(TEXTS, {"asked": template, "other": "{{ asked }}"}) == {}

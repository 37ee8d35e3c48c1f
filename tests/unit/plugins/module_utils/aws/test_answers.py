"""What a call takes from an earlier answer."""

from __future__ import annotations

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.answers import Answered, filled


def test_an_earlier_answer_fills_a_parameter_and_leaves_the_others() -> None:
    answers = [{"KeyMetadata": {"KeyId": "k"}}, {"KeyMetadata": {"KeyId": "other"}}]
    wanted = {"TargetKeyId": Answered(("KeyMetadata", "KeyId")), "AliasName": "alias/a"}
    assert filled(wanted, answers) == {"TargetKeyId": "k", "AliasName": "alias/a"}
    assert filled({"a": Answered(("KeyMetadata", "KeyId"), 1)}, answers) == {"a": "other"}


def test_a_path_that_the_answer_has_not_is_an_error() -> None:
    with pytest.raises(KeyError):
        filled({"a": Answered(("KeyId",))}, [{}])

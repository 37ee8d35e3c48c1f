"""Parameters of the engine."""

from __future__ import annotations

import pytest

from localcloud.rds.parameters import Parameter, _parse, canonical

LINE = "work_mem\tuser\tResource Usage / Memory\tINTEGER\t4096\t64\t2147483647\tSets the memory.\tLong text."


def test_a_line_of_the_server_is_a_parameter() -> None:
    found = _parse(LINE)
    assert found == Parameter("work_mem", "integer", False, True, "Sets the memory.", low="64", high="2147483647")
    assert found.allowed == "64-2147483647"


@pytest.mark.parametrize(("context", "static"), [("postmaster", True), ("sighup", False), ("superuser", False)])
def test_what_needs_a_restart_is_static(context: str, static: bool) -> None:
    found = _parse(LINE.replace("\tuser\t", f"\t{context}\t"))
    assert found is not None
    assert found.static is static


def test_a_line_of_another_shape_is_none() -> None:
    assert _parse("") is None
    assert _parse("a\tb") is None


@pytest.mark.parametrize(
    ("kind", "value", "refused"),
    [
        ("boolean", "1", False),
        ("boolean", "on", False),
        ("boolean", "2", True),
        ("integer", "64", False),
        ("integer", "63", True),
        ("integer", "lots", True),
        ("integer", "{DBInstanceClassMemory/32768}", False),
        ("integer", "GREATEST({DBInstanceClassMemory/63963136},64)", False),
        ("string", "anything", False),
    ],
)
def test_values_outside_of_the_allowed_are_refused(kind: str, value: str, refused: bool) -> None:
    parameter = Parameter("p", kind, False, True, "", low="64", high="100")
    assert parameter.refuses(value) is refused


def test_values_of_a_list_are_held_to_it() -> None:
    parameter = Parameter("p", "string", False, True, "", values=("none", "all"))
    assert parameter.allowed == "none,all"
    assert parameter.refuses("some")


def test_booleans_are_compared_in_one_form() -> None:
    parameter = Parameter("p", "boolean", False, True, "")
    assert [canonical(parameter, value) for value in ("on", "true", "1", "off", "0")] == ["1", "1", "1", "0", "0"]
    assert canonical(Parameter("p", "string", False, True, ""), "on") == "on"

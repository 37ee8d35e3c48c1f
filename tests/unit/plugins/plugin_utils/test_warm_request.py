"""What the warm connection understands, and what it leaves to `local`."""

from __future__ import annotations

import base64
import io
import shlex
import zipfile

import pytest
from ansible_collections.creator.platform.plugins.plugin_utils.warm_request import (
    Command,
    UnknownCall,
    differing,
    digest,
    module_of,
    open_payload,
    startup_difference,
    understand,
)
from hypothesis import given
from hypothesis import strategies as st

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
VALUES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)


def written(environment: dict[str, str], interpreter: str = "/usr/bin/python3", tail: str = " && sleep 0") -> str:
    """The command as ansible-core writes it; the tail up to 2.20."""
    inner = " ".join([*(f"{name}={shlex.quote(value)}" for name, value in environment.items()), interpreter])
    return "/bin/sh -c " + shlex.quote(inner + tail)


def payload(*, extensions: str = "{}", more: str = "", files: dict[str, str] | None = None) -> bytes:
    """A payload of the same form as ansible-core's."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in (files or {"ansible/__init__.py": ""}).items():
            archive.writestr(name, text)
    data = base64.b64encode(packed.getvalue()).decode()
    return f"""
import datetime
def _ansiballz_main(**kwargs):
    pass
if __name__ == "__main__":
    _ansiballz_main(
ansible_module='x', module_fqn='ansible.modules.x', profile='legacy', date_time=datetime.datetime(2026, 1, 1),
rlimit_nofile=0, params='{{}}', extensions={extensions}, {more}zip_data={data!r},
)
""".encode()


@given(st.dictionaries(NAMES, VALUES, max_size=4), st.sampled_from([" && sleep 0", ""]))
def test_every_environment_is_taken_from_the_command(environment: dict[str, str], tail: str) -> None:
    assert understand(written(environment, tail=tail)) == Command(environment, "/usr/bin/python3")


@pytest.mark.parametrize(
    "command",
    [
        "",
        "/bin/sh -c 'unclosed",
        "/bin/bash -c '/usr/bin/python3 && sleep 0'",
        "/bin/sh -c '/usr/bin/python3 -E && sleep 0'",
        "/bin/sh -c '/usr/bin/python3 /tmp/module.py && sleep 0'",
        "/bin/sh -c 'A=$(date) /usr/bin/python3 && sleep 0'",
        "/bin/sh -c 'A=1;/usr/bin/python3 && sleep 0'",
        "/bin/sh -c 'cd /srv && /usr/bin/python3 && sleep 0'",
        "/bin/sh -c '1A=x /usr/bin/python3 && sleep 0'",
        "/bin/sh -c '$HOME/python3 && sleep 0'",
        "/bin/sh -c 'echo ~root && sleep 0'",
        "/bin/sh -c ' && sleep 0'",
        "sudo -u other /bin/sh -c '/usr/bin/python3 && sleep 0'",
    ],
)
def test_any_other_command_is_left_alone(command: str) -> None:
    with pytest.raises(UnknownCall):
        understand(command)


def test_a_payload_is_opened() -> None:
    found = open_payload(
        payload(files={"ansible/__init__.py": "v = 1", "a/b/__init__.py": "", "a/b/c.py": "x", "d": ""})
    )
    assert found.module == "ansible.modules.x"
    assert found.modules() == {"ansible": b"v = 1", "a.b": b"", "a.b.c": b"x"}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"#!powershell\n$x = 1\n",
        b"print('hello')\n",
        b"if True:\n    other()\n",
        payload(more="surprise=1, "),
        payload(extensions="{'_coverage': {}}"),
        payload().replace(b"zip_data='", b"zip_data='*"),
        payload().replace(b"zip_data='UEs", b"zip_data='VEs"),
        payload().replace(b"extensions={}", b"extensions=open('x')"),
    ],
)
def test_any_other_input_is_left_alone(data: bytes) -> None:
    with pytest.raises(UnknownCall):
        open_payload(data)


@pytest.mark.parametrize(
    ("entry", "name"), [("a/b.py", "a.b"), ("a/b/__init__.py", "a.b"), ("ansible/__init__.py", "ansible")]
)
def test_entries_have_the_names_of_their_modules(entry: str, name: str) -> None:
    assert module_of(entry) == name


@given(st.dictionaries(st.sampled_from(["a", "a.b", "c"]), st.binary(max_size=3)), st.data())
def test_exactly_the_loaded_modules_with_other_content_differ(brought: dict[str, bytes], data: st.DataObject) -> None:
    loaded = {
        name: data.draw(st.binary(max_size=3)) for name in data.draw(st.sets(st.sampled_from(["a", "a.b", "c", "d"])))
    }
    expected = sorted(name for name in brought if name in loaded and loaded[name] != brought[name])
    assert differing(brought, {name: digest(source) for name, source in loaded.items()}) == expected


def test_the_packages_that_a_payload_makes_up_never_differ() -> None:
    assert (
        differing({"ansible": b"x", "ansible.module_utils": b"y"}, {"ansible": "1", "ansible.module_utils": "2"}) == []
    )


@pytest.mark.parametrize("name", ["PYTHONPATH", "PYTHONIOENCODING", "LC_ALL", "LANG", "LD_PRELOAD", "OPENSSL_CONF"])
def test_variables_that_only_a_new_process_takes_on_are_seen(name: str) -> None:
    assert startup_difference({name: "x"}, {}) == [name]
    assert startup_difference({}, {name: "x"}) == [name]
    assert startup_difference({name: "x"}, {name: "x"}) == []


def test_other_variables_do_not_matter() -> None:
    assert startup_difference({"AWS_REGION": "eu-west-1", "HOME": "/srv", "PATH": "/bin", "TZ": "UTC"}, {}) == []

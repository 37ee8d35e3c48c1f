from __future__ import annotations

from ansible_collections.creator.platform.plugins.module_utils.web.entry import Entry
from ansible_collections.creator.platform.plugins.module_utils.web.options import entry_of, entry_options


def test_only_the_start_of_a_load_test_needs_the_url() -> None:
    assert entry_options()["url"]["required"]
    assert not entry_options(required=False)["url"]["required"]


def test_a_slash_at_the_end_of_the_url_does_not_count() -> None:
    given = {"url": "https://dev.creator.example/", "address": "127.0.0.1:8443", "ca_file": "/ca.pem"}
    assert entry_of(given) == Entry("https://dev.creator.example", "127.0.0.1:8443", "/ca.pem")

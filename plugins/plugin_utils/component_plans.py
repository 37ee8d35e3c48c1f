# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plans that the components of a run have made, out of the variables of their hosts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ansible.utils.display import Display
from ansible_collections.creator.platform.plugins.module_utils.provision.canonical import plain
from ansible_collections.creator.platform.plugins.module_utils.provision.document import (
    environment_document,
    with_changes,
)
from ansible_collections.creator.platform.plugins.module_utils.provision.exits import RefusalError
from ansible_collections.creator.platform.plugins.module_utils.provision.render import terminal
from ansible_collections.creator.platform.plugins.plugin_utils.files import revision


def planned_hosts(variables: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """component_plan of each host of the play. Raises RefusalError when one could not be planned."""
    every, active = variables["ansible_play_hosts_all"], variables["ansible_play_hosts"]
    found = {name: variables["hostvars"][name] for name in every}
    missing = [name for name in every if name not in active or "component_plan" not in found[name]]
    if missing:
        raise RefusalError(
            f"{', '.join(missing)} could not be planned, so there is no plan of the environment and nothing was changed: see the "
            "error above"
        )
    return {name: plain(host["component_plan"]) for name, host in found.items()}


def environment_plan(made: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The plan of the environment, with the outputs that differ. Raises ValueError when the hosts are of several."""
    documents = []
    for one in made:
        document, rows = one["plan"], one["output_changes"]
        documents.append(with_changes(document, [*document["changes"], *rows]) if rows else document)
    return environment_document(documents, revision(Path(__file__).parent))


def show(plan: Mapping[str, Any], *, whole: bool) -> None:
    """Show a plan on the terminal, in colour where that can be."""
    display = Display()
    for line, colour in terminal(plan, whole=whole):
        display.display(line, color=colour or None)

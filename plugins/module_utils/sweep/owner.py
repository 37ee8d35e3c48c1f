# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which process runs a drill, and whether it still lives. Standard library only."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from ansible_collections.creator.platform.plugins.module_utils.drill.guards import Owner

_PROGRAMS = frozenset({b"ansible-playbook", b"ansible-runner"})
#: Names, in a module call that no process of its run is above (plugins/connection/warm.py), that run's process.
CONTROLLER = "CREATOR_PLATFORM_CONTROLLER_PID"


def of_this_run() -> Owner:
    """The outermost Ansible process of the run that this module call belongs to."""
    named = os.environ.get(CONTROLLER, "")
    return ancestor(int(named) if named.isdecimal() else os.getpid())


def ancestor(pid: int) -> Owner:
    """The outermost Ansible process above `pid` and with it, or an Owner without pid where /proc does not tell."""
    chosen = 0
    while pid > 1:
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            parent = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, ValueError, IndexError):
            break
        # The program itself or the interpreter's script, not a shell in whose text the word occurs.
        if {os.path.basename(word) for word in command[:2]} & _PROGRAMS:
            chosen = pid
        pid = parent
    started = started_at(chosen)
    return Owner(socket.gethostname(), chosen, started) if chosen and started else Owner(socket.gethostname())


def started_at(pid: int) -> int:
    """Kernel start time of `pid` in clock ticks (proc(5), stat field 22), 0 when it is gone or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return 0
    return 0 if fields[0] == "Z" else int(fields[19])


def alive(owner: Owner) -> bool | None:
    """Whether the owner's process lives; None when this host cannot tell."""
    if not owner.pid or owner.host != socket.gethostname() or not os.path.isdir("/proc/self"):
        return None
    return started_at(owner.pid) == owner.started

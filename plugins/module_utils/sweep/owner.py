# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which process runs a drill, and whether it still lives. Standard library only."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from ansible_collections.creator.platform.plugins.module_utils.drill.guards import Owner


def ancestor(pid: int) -> Owner:
    """The outermost Ansible process above `pid`, or an Owner without pid where /proc does not tell."""
    chosen = 0
    while pid > 1:
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
            parent = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, ValueError, IndexError):
            break
        if b"ansible-playbook" in command or b"ansible-runner" in command:
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

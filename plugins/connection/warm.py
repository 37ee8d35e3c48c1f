# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: warm
short_description: Run modules on the controller in forks of a preloaded process
version_added: 0.1.0
author: creator.platform contributors (@creator-platform)
description:
  - As P(ansible.builtin.local#connection), but a module call is no new Python. A process that has loaded what modules of
    AWS need forks for each call, which saves most of a call's processor time.
  - What it does not know, it does as P(ansible.builtin.local#connection) does, and says why with C(-vvv). That is everything
    but the modules of ansible-core 2.19 to 2.21 in Python, run with the controller's own interpreter and without C(async)
    and C(become). Tasks that set variables which only a new process takes on (C(PYTHON*), C(LC_*), C(LD_*)) are of these.
  - The code that a task sends always wins over what the process has loaded; where the two differ, it is imported anew.
  - There is one process for each run. It starts with the first module call, takes its orders over a socket in Ansible's own
    temporary folder, which is the user's alone, and ends when the run does, also when that is killed.
options:
  collections:
    description:
      - Collections whose C(module_utils) the process may load, once a module needed them.
      - Nothing of them may start threads when it is imported. If something does, all further calls are made as by
        P(ansible.builtin.local#connection).
    type: list
    elements: str
    default: [amazon.aws, community.aws, creator.platform]
    vars:
      - name: ansible_warm_collections
    env:
      - name: CREATOR_PLATFORM_WARM_COLLECTIONS
    ini:
      - section: warm_connection
        key: collections
  pipelining:
    description:
      - Whether modules are sent without files, which a warm call needs. On by default here; C(become) needs it off where
        its command insists on a terminal.
    type: bool
    default: true
    vars:
      - name: ansible_warm_pipelining
    env:
      - name: CREATOR_PLATFORM_WARM_PIPELINING
    ini:
      - section: warm_connection
        key: pipelining
  become_success_timeout:
    description:
      - Seconds to wait for C(become), as for P(ansible.builtin.local#connection).
    type: int
    default: 10
    vars:
      - name: ansible_local_become_success_timeout
  become_strip_preamble:
    description:
      - Whether what C(become) says before the command is left out, as for P(ansible.builtin.local#connection).
    type: bool
    default: true
    vars:
      - name: ansible_local_become_strip_preamble
notes:
  - Needs Linux 5.3 or later (pidfds) with C(/proc); elsewhere it is P(ansible.builtin.local#connection).
  - A module that changes the processor's or the user's limits, or its own memory, changes its fork's only.
seealso:
  - plugin: ansible.builtin.local
    plugin_type: connection
"""

import multiprocessing
import os
import sys
import typing as t

from ansible import constants
from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.connection.local import Connection as LocalConnection
from ansible.utils.collection_loader import AnsibleCollectionConfig
from ansible.utils.display import Display
from ansible_collections.creator.platform.plugins.plugin_utils.warm_client import (
    LostServerError,
    Place,
    call,
    connect,
)
from ansible_collections.creator.platform.plugins.plugin_utils.warm_request import UnknownCall, understand

display = Display()


class Connection(LocalConnection):
    """`local`, with warm module calls."""

    # `transport` stays "local": Ansible asks it to know that commands run in the playbook's folder on the controller.

    def exec_command(self, cmd: str, in_data: bytes | None = None, sudoable: bool = True) -> tuple[int, bytes, bytes]:
        """Run a command: exit code, standard output and standard error."""
        if not self._connected:
            self._connect()
        try:
            return self._warm(cmd, in_data)
        except UnknownCall as reason:
            display.vvv(f"WARM not used: {reason}", host=self._play_context.remote_addr)
            return super().exec_command(cmd, in_data=in_data, sudoable=sudoable)
        except LostServerError as error:
            raise AnsibleConnectionFailure(f"{error}; what the module did is not known. Run again") from error

    def _warm(self, cmd: str, in_data: bytes | None) -> tuple[int, bytes, bytes]:
        if not in_data:
            raise UnknownCall("the command has no module as its input")
        if self.become:
            raise UnknownCall("become needs a process of another user")
        command = understand(cmd)
        if _identity(command.interpreter) != _identity(sys.executable):
            raise UnknownCall(f"the interpreter {command.interpreter} is not the controller's, {sys.executable}")
        place = self._place()
        folder = os.fsdecode(self.cwd) if self.cwd else os.getcwd()
        with connect(place) as connection:
            display.vvv(f"WARM {cmd}", host=self._play_context.remote_addr)
            return call(connection, in_data, {**os.environ, **command.environment}, folder)

    def _place(self) -> Place:
        parent = multiprocessing.parent_process()
        # Asked of the kernel too: a worker whose controller was killed has another parent.
        if parent is None or parent.pid != os.getppid():
            raise UnknownCall("this is no worker of a running controller")
        if not hasattr(os, "pidfd_open") or not os.path.exists("/proc/self/stat"):
            raise UnknownCall("this system has no pidfds or no /proc")
        roots = tuple(str(path) for path in AnsibleCollectionConfig.collection_paths)
        collections: t.Iterable[str] = self.get_option("collections")
        return Place(constants.DEFAULT_LOCAL_TMP, os.getppid(), roots, tuple(collections))


def _identity(interpreter: str) -> tuple[str, str]:
    """What makes an interpreter: its file, and the folder it is called in, by which it finds its virtual environment."""
    return os.path.realpath(interpreter), os.path.realpath(os.path.dirname(interpreter))

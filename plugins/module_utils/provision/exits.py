# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exit codes of the verbs that mean more than "it failed", as the callback creator.platform.outcome sets them.

Ansible's own are 0 to 5, 99 and 250.
https://github.com/ansible/ansible/blob/stable-2.19/lib/ansible/constants.py
"""

from __future__ import annotations

#: drift.yml: the run itself failed, so whether anything drifted is not known.
ERROR = 1
#: drift.yml: something is not as the variables say.
DRIFT = 2
#: provision.yml: the plan that was approved is not what would be done now.
STALE = 10
#: The environment is locked by another run.
LOCKED = 11
#: provision.yml: this environment takes approved plans only.
UNAPPROVED = 12

#: The key of a failed task's result that names the exit code of the run.
KEY = "platform_exit_code"


class RefusalError(Exception):
    """A run ends before its first change; the text is the whole message, `exit_code` that of the run, None for Ansible's own."""

    def __init__(self, message: str, exit_code: int | None = None) -> None:
        super().__init__(message)
        self.exit_code = exit_code

# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the action plugins that talk to AWS inside Ansible's worker process share.

boto3 is imported here, and this file by the plugins, so that Ansible's main process loads it once and every worker, a fork,
has it. No client, thread or socket is made at import: they would not survive the fork.
"""

from __future__ import annotations

import gc
import os
from typing import Any, ClassVar

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.creator.platform.plugins.module_utils.aws.clients import client_factory, preload
from ansible_collections.creator.platform.plugins.module_utils.aws.errors import AWS_ERRORS, AwsError, explain
from ansible_collections.creator.platform.plugins.module_utils.provision.canonical import plain
from ansible_collections.creator.platform.plugins.module_utils.provision.exits import KEY

# Every run asks STS who it is and reads outputs; the workers find both here.
preload("ssm", "sts")
# Ansible's main process comes here once, before most of its forks. Its collector is kept from touching, and so copying, the
# memory that the forks share, and from running often in forks that end within the second: a fifth of a plan's processor time.
# https://docs.python.org/3/library/gc.html#gc.freeze
gc.freeze()
gc.set_threshold(100_000, 50, 100)


class AwsActionBase(ActionBase):
    """An action that runs `answer(args, task_vars)` in the worker and returns its result; needs no connection."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    ARGUMENTS: ClassVar[dict[str, Any]] = {}
    #: As a module's required_if: (argument, its value, the arguments needed then).
    REQUIRED_IF: tuple[tuple[str, Any, tuple[str, ...]], ...] = ()
    #: Exceptions of the use case whose text is the whole message for the user.
    ERRORS: tuple[type[Exception], ...] = ()

    def answer(self, args: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """The task's result. Raises one of ERRORS, AwsError or what boto3 raises."""
        raise NotImplementedError

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Validate the arguments, answer, and turn a domain error into a failed task with one sentence."""
        del tmp
        result: dict[str, Any] = super().run(task_vars=task_vars)
        _validation, args = self.validate_argument_spec(self.ARGUMENTS, required_if=self.REQUIRED_IF)
        try:
            result.update(self.answer(plain(args), task_vars or {}))
        except AWS_ERRORS as error:
            raise AnsibleActionFail(str(explain(error))) from None  # Ansible would append the cause's text
        except (AwsError, *self.ERRORS) as error:
            code = getattr(error, "exit_code", None)
            raise AnsibleActionFail(str(error), result={KEY: code} if code is not None else {}) from None
        return result

    @property
    def check_mode(self) -> bool:
        """Whether the task runs in check mode."""
        return bool(self._task.check_mode)

    def task_environment(self) -> dict[str, str]:
        """The process's environment with the task's `environment:` over it, as a module would see it."""
        given: dict[str, Any] = {}
        self._compute_environment_string(given)
        return {**os.environ, **{str(key): str(value) for key, value in given.items()}}

    def client_for(self) -> Any:
        """A function (service, region) -> boto3 client for this task's environment."""
        return client_factory(self.task_environment())

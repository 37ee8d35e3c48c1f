# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check an environment before the first change: see plugins/modules/preflight.py for its page."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, ClassVar

from ansible_collections.creator.platform.plugins.module_utils.aws.errors import AWS_ERRORS, AwsError, explain
from ansible_collections.creator.platform.plugins.module_utils.aws.parameters import read_paths
from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once
from ansible_collections.creator.platform.plugins.module_utils.provision.kinds.logs_group import tags_by_arn
from ansible_collections.creator.platform.plugins.module_utils.provision.outputs import folder
from ansible_collections.creator.platform.plugins.module_utils.provision.preflight import (
    START,
    Settings,
    account_problem,
    problems,
)
from ansible_collections.creator.platform.plugins.plugin_utils.aws_action import AwsActionBase


class ActionModule(AwsActionBase):
    """creator.platform.preflight"""

    ARGUMENTS: ClassVar[dict[str, Any]] = {
        "environment": {"type": "str", "required": True},
        "account": {"type": "str", "required": True},
        "region": {"type": "str", "required": True},
        "dr_region": {"type": "str", "required": True},
        "aws": {"type": "dict", "required": True},
        "sandbox": {"type": "str", "default": ""},
        "rehearsal": {"type": "bool", "default": False},
        "platform": {"type": "str", "default": ""},
        "components": {"type": "list", "elements": "str", "default": []},
    }

    def answer(self, args: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """No change; raises AwsError with every problem."""
        del task_vars
        aws = {key: str(value) for key, value in args["aws"].items()}
        names = ("environment", "account", "region", "dr_region", "sandbox", "rehearsal")
        settings = Settings(aws=aws, **{name: args[name] for name in names})
        found = problems(settings, os.environ)
        if found:
            raise AwsError("; ".join(found))
        client_for = self.client_for()
        problem = account_problem(settings.account, self._account(client_for, settings))
        if problem:
            raise AwsError(problem)
        published, tags = _read(client_for, args["platform"], args["components"], settings)
        return {"changed": False, "account": settings.account, "published": published, "log_group_tags": tags}

    @staticmethod
    def _account(client_for: Callable[[str, str], Any], settings: Settings) -> str:
        try:
            return str(client_for("sts", settings.region).get_caller_identity()["Account"])
        except AWS_ERRORS as error:
            if settings.embedded:
                raise AwsError(f"no local cloud answers at {settings.aws['AWS_ENDPOINT_URL']}: {START}") from error
            raise explain(error) from error


def _read(
    client_for: Callable[[str, str], Any], platform: str, components: list[str], settings: Settings
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the components published, and the tags of log groups; both at once, as neither needs the other."""
    if not components:
        return {}, {}
    ssm, logs = client_for("ssm", settings.region), client_for("logs", settings.region)
    paths = [folder(platform, settings.environment, name) for name in components]
    reads = (lambda: read_paths(ssm, paths), lambda: log_group_tags(logs, platform, settings.environment))
    published, tags = at_once(lambda read: read(), reads)
    return published, tags


def log_group_tags(client: Any, platform: str, environment: str) -> dict[str, dict[str, str]]:
    """Tags by ARN; none where they cannot be read: then each component asks for itself, and its plan tells what it lacks."""
    try:
        return tags_by_arn(client, platform, environment)
    except AWS_ERRORS:
        return {}

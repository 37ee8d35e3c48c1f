# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the calls that were decided: with amazon.aws's retries, and its one exception for what AWS refuses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.answers import filled
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Call


def perform(client: Any, calls: Iterable[Call]) -> list[Any]:
    """The answers to `calls`, made in order. Raises AnsibleAWSError that names the operation AWS refused."""
    answers: list[Any] = []
    for method, parameters in calls:
        answers.append(_perform(client, method, filled(parameters, answers)))
    return answers


def _perform(client: Any, method: str, parameters: dict[str, Any]) -> Any:
    handled = AWSErrorHandler.common_error_handler(method.replace("_", " "))
    return handled(AWSRetry.jittered_backoff()(getattr(client, method)))(**parameters)

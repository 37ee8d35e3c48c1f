# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the calls that were decided: with amazon.aws's retries, and its one exception for what AWS refuses."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.answers import filled
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Call


def perform(client: Any, calls: Iterable[Call], settling: Collection[str] = ()) -> list[Any]:
    """The answers to `calls`, made in order. Raises AnsibleAWSError that names the operation AWS refused.

    settling: codes of errors that AWS may give for a moment for what an earlier call made; such a call is repeated for half a
    minute.
    """
    answers: list[Any] = []
    retried = AWSRetry.jittered_backoff()
    if settling:
        retried = AWSRetry.jittered_backoff(retries=8, delay=1, max_delay=8, catch_extra_error_codes=list(settling))
    for method, parameters in calls:
        handled = AWSErrorHandler.common_error_handler(method.replace("_", " "))
        answers.append(handled(retried(getattr(client, method)))(**filled(parameters, answers)))
    return answers

# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of GuardDuty for the module: the answer, or None when there is no such thing. Errors are AnsibleAWSError."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.handling import error_handler

GuarddutyErrors = error_handler(["ResourceNotFoundException"])


@GuarddutyErrors.common_error_handler("read the detector")
@AWSRetry.jittered_backoff()
def find_detector(client: Any) -> Any:
    """The region's detector with its id as `id`, or None."""
    identifiers = client.list_detectors()["DetectorIds"]
    return {**client.get_detector(DetectorId=identifiers[0]), "id": identifiers[0]} if identifiers else None

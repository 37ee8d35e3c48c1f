# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of IAM Access Analyzer for the module. Errors are AnsibleAWSError."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.handling import error_handler

AccessAnalyzerErrors = error_handler(["ResourceNotFoundException"])


@AccessAnalyzerErrors.list_error_handler("read the analyzer")
@AWSRetry.jittered_backoff()
def find_analyzer(client: Any, name: str) -> Any:
    """The AnalyzerSummary, or None."""
    return client.get_analyzer(analyzerName=name)["analyzer"]

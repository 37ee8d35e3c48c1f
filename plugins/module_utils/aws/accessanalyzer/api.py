# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of IAM Access Analyzer for the module. Errors are AccessAnalyzerError."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry


class AccessAnalyzerError(AnsibleAWSError):
    """IAM Access Analyzer refused a read or did not answer."""


class AccessAnalyzerErrorHandler(AWSErrorHandler):
    """Turns botocore's exceptions into AccessAnalyzerError and absence into None."""

    _CUSTOM_EXCEPTION = AccessAnalyzerError

    @classmethod
    def _is_missing(cls) -> Any:
        return is_boto3_error_code("ResourceNotFoundException")


@AccessAnalyzerErrorHandler.list_error_handler("read the analyzer")
@AWSRetry.jittered_backoff()
def find_analyzer(client: Any, name: str) -> Any:
    """The AnalyzerSummary, or None."""
    return client.get_analyzer(analyzerName=name)["analyzer"]

# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""amazon.aws's error handler for a service, by the error codes that mean absence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler


def error_handler(missing: Iterable[str]) -> type[AWSErrorHandler]:
    """A class whose decorators turn botocore's exceptions into AnsibleAWSError, and `missing` codes into the default value."""
    codes = list(missing)

    class ErrorHandler(AWSErrorHandler):
        @classmethod
        def _is_missing(cls) -> Any:
            return is_boto3_error_code(codes)

    return ErrorHandler

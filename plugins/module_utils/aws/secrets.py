# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading a database login from Secrets Manager."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.errors import AWS_ERRORS, AwsError, explain


def read_login(client: Any, secret: str) -> tuple[str, str]:
    """User name and password from a secret with the JSON keys `username` and `password`.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
    Raises AwsError, which never repeats the secret's value.
    """
    try:
        text = client.get_secret_value(SecretId=secret)["SecretString"]
    except AWS_ERRORS as error:
        raise explain(error) from error
    try:
        value = json.loads(text)
        return str(value["username"]), str(value["password"])
    except (ValueError, KeyError, TypeError):
        raise AwsError(
            f"Secret {secret} is not a JSON object with username and password; see the role database."
        ) from None

# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account's password policy. Standard library only.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccountPasswordPolicy.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found, Steps

#: Option, the API's name, and what holds in an account without a policy.
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html#default-policy-details
SETTINGS: dict[str, tuple[str, Any]] = {
    "minimum_length": ("MinimumPasswordLength", 6),
    "require_lowercase": ("RequireLowercaseCharacters", False),
    "require_uppercase": ("RequireUppercaseCharacters", False),
    "require_numbers": ("RequireNumbers", False),
    "require_symbols": ("RequireSymbols", False),
    "allow_change": ("AllowUsersToChangePassword", False),
    "max_age_days": ("MaxPasswordAge", 0),
    "remember": ("PasswordReusePrevention", 0),
    "expiry_needs_administrator": ("HardExpiry", False),
}


def project(policy: Mapping[str, Any] | None) -> dict[str, Any]:
    """Properties of the policy; of an account without one, what AWS does then."""
    return {option: (policy or {}).get(name, default) for option, (name, default) in SETTINGS.items()}


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """The one call that writes the whole policy, when it differs; what is not given stays as it is."""
    del params
    have = project(None) if found is None else found.properties
    after = {**have, **desired}
    if after == have:
        return Steps([], have, after)
    # 0 is "not at all", which the API says by leaving these out
    request = {SETTINGS[option][0]: value for option, value in after.items() if value != 0 or isinstance(value, bool)}
    return Steps([("update_account_password_policy", request)], have, after)

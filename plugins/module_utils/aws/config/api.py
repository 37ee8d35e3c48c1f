# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of AWS Config for the modules: the answer, or None when there is no such thing. Errors are AnsibleAWSError."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.handling import error_handler

ConfigErrors = error_handler(
    ["NoSuchConfigurationRecorderException", "NoSuchDeliveryChannelException", "NoSuchConfigRuleException"]
)


@ConfigErrors.list_error_handler("describe the recorder")
@AWSRetry.jittered_backoff()
def find_recorder(client: Any, name: str) -> Any:
    """The recorder with its status as `recording`, or None."""
    recorder = client.describe_configuration_recorders(ConfigurationRecorderNames=[name])["ConfigurationRecorders"][0]
    states = client.describe_configuration_recorder_status(ConfigurationRecorderNames=[name])
    return {**recorder, "recording": any(row["recording"] for row in states["ConfigurationRecordersStatus"])}


@ConfigErrors.list_error_handler("describe the delivery channel")
@AWSRetry.jittered_backoff()
def find_channel(client: Any, name: str) -> Any:
    """The delivery channel, or None."""
    return client.describe_delivery_channels(DeliveryChannelNames=[name])["DeliveryChannels"][0]


@ConfigErrors.list_error_handler("describe the rule")
@AWSRetry.jittered_backoff()
def find_rule(client: Any, name: str) -> Any:
    """The rule, or None."""
    return client.describe_config_rules(ConfigRuleNames=[name])["ConfigRules"][0]

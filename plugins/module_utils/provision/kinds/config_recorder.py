# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recorders of AWS Config with their delivery channels, by name.

https://docs.aws.amazon.com/config/latest/APIReference/API_DescribeConfigurationRecorders.html
"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.config.recorder import DEFAULTS, project
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import listing
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """The region's recorder when its name begins as the environment's do: 3 reads. A stranger's is not ours to change.

    AWS lets a region have one; creating a second is refused, and the run says so.
    """
    recorders = listing(client, "describe_configuration_recorders", "ConfigurationRecorders")
    ours = [row for row in recorders if row["name"].startswith(f"{scope.platform}-{scope.environment}-")]
    if not ours:
        return []
    states = listing(client, "describe_configuration_recorder_status", "ConfigurationRecordersStatus")
    channels = {row["name"]: row for row in listing(client, "describe_delivery_channels", "DeliveryChannels")}
    recording = {row["name"]: bool(row["recording"]) for row in states}
    return [
        Resource(
            "config_recorder",
            row["name"],
            project({**row, "recording": recording.get(row["name"], False)}, channels.get(row["name"])),
            scope.region,
        )
        for row in ours
    ]


KIND = Kind("config_recorder", "config", read, Rules(defaults={**DEFAULTS, "all_resources": True}))

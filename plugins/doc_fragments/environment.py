# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that modules share which work on one environment of a platform."""

from __future__ import annotations


class ModuleDocFragment:
    """creator.platform.environment"""

    DOCUMENTATION = r"""
options:
  environment:
    description: Name of the environment, the value of the tag C(environment).
    type: str
    required: true
  platform:
    description: Name of the platform, the value of the tag C(platform).
    type: str
    required: true
"""

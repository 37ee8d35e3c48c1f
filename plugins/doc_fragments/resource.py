# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules share that bring one AWS resource to what is described."""

from __future__ import annotations


class ModuleDocFragment:
    """creator.platform.resource"""

    DOCUMENTATION = r"""
attributes:
  check_mode:
    description: Reads only, and tells whether a run would write.
    support: full
  diff_mode:
    description: Shows the properties that a run would change, or the whole of what it creates or removes.
    support: full
options:
  state:
    description: Whether there shall be such a resource.
    type: str
    choices: [present, absent]
    default: present
author: creator.platform contributors (@creator-platform)
"""

    # For what is always there, such as a setting of an account.
    SETTING = r"""
attributes:
  check_mode:
    description: Reads only, and tells whether a run would write.
    support: full
  diff_mode:
    description: Shows the properties that a run would change.
    support: full
author: creator.platform contributors (@creator-platform)
"""

    TAGS = r"""
options:
  tags:
    description: Tags to set; tags of other names are removed unless O(purge_tags=false). Without it tags are left alone.
    type: dict
    aliases: [resource_tags]
  purge_tags:
    description: Whether tags that are not in O(tags) are removed.
    type: bool
    default: true
"""

# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: smoke_test
version_added: 0.1.0
short_description: Ask for a few pages through the load balancer
author: creator.platform contributors (@creator-platform)
description:
  - Each check is a GET that has to be answered with the expected status and text, and with the correlation id that it had.
  - It goes to O(address) and asks for the name in O(url), as C(curl --connect-to) does, so it is the load balancer that is
    tested and no cache before it. The certificate is verified.
  - A check is tried until it succeeds or O(timeout) is over.
  - Runs in Ansible's worker process on the controller.
options:
  checks:
    description: Checks, each with C(name) and C(path), and any of C(status), 200 unless given, and C(contains), text of the body.
    type: list
    elements: dict
    required: true
  release:
    description: What the header C(X-Release) of each answer has to begin with. When empty, any release may answer.
    type: str
    default: ""
  timeout:
    description: Seconds within which a check has to succeed once.
    type: float
    default: 30.0
  interval:
    description: Seconds between two attempts.
    type: float
    default: 1.0
attributes:
  check_mode:
    description: Skipped, after the arguments were checked.
    support: full
  diff_mode:
    description: Changes nothing.
    support: none
extends_documentation_fragment:
  - creator.platform.cluster.entry
"""

EXAMPLES = r"""
- name: Ask for a page
  creator.platform.smoke_test:
    url: https://dev.creator.example
    address: creator-dev-1234567890.eu-west-1.elb.amazonaws.com:443
    checks:
      - {name: a page, path: /, contains: "<title>"}
"""

RETURN = r"""
smoke:
  description: The document with verdict and sentence, and of each check its answer, release, correlation id and attempts.
  returned: when not skipped
  type: dict
"""

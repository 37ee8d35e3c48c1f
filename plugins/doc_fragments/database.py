# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that modules share which connect to one database or wait for RDS."""

from __future__ import annotations


class ModuleDocFragment:
    """creator.platform.database"""

    DOCUMENTATION = r"""
options:
  database:
    description: The database to connect to.
    type: dict
    required: true
    suboptions:
      host:
        description: Host name or address; it must be in the server's certificate when O(database.ca_file) is given.
        type: str
        required: true
      port:
        description: Port.
        type: int
        required: true
      database:
        description: Name of the database.
        type: str
        required: true
      secret:
        description:
          - ARN or name of a secret in Secrets Manager with the JSON keys V(username) and V(password).
          - Give it or O(database.user).
        type: str
      user:
        description: User name.
        type: str
      password:
        description: Password of O(database.user).
        type: str
      ca_file:
        description: File with the certificates that sign the server's. With it the connection is verified (C(verify-full)).
        type: path
requirements:
  - psycopg >= 3
"""

    WAITING = r"""
options:
  poll_delay:
    description: Seconds between two looks.
    type: float
    default: 30
  wait_timeout:
    description: Seconds after which the wait is given up.
    type: int
    default: 3600
"""

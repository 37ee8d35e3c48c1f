# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a cluster may go to another Kubernetes version, and by which steps. Standard library only.

https://docs.aws.amazon.com/eks/latest/userguide/update-cluster.html: the control plane goes first, one minor version at a time,
never back. https://kubernetes.io/releases/version-skew-policy/#kubelet: a node is at most three minor versions older.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

KUBELET_SKEW = 3


@dataclass(frozen=True)
class Upgrade:
    """steps: the versions to go through, the last is the target. blockers: why it must not start, a sentence each.

    warnings: what to look at first, a sentence each. addons: the version of each add-on that is EKS's default then.
    """

    steps: list[str]
    blockers: list[str]
    warnings: list[str]
    addons: dict[str, str] = field(default_factory=dict)


def judge(
    found: str,
    target: str,
    *,
    offered: Sequence[str],
    insights: Sequence[Mapping[str, Any]],
    node_groups: Mapping[str, str],
    addons: Mapping[str, Mapping[str, bool]],
) -> Upgrade:
    """The upgrade from `found` to `target`.

    offered: versions that EKS has. insights: InsightSummary rows of category UPGRADE_READINESS. node_groups: version by
    name. addons: by name, whether each version that fits the target is the default. Raises ValueError
    for what is no version.
    """
    (major, start), (target_major, end) = minor(found), minor(target)
    if (target_major, end) == (major, start):
        return Upgrade([], [], [])
    if target_major != major or end < start:
        sentence = (
            f"it runs {found} and EKS never goes back to {target}: set the version to what runs or to a later one"
        )
        return Upgrade([], [sentence], [])
    steps = [f"{major}.{number}" for number in range(start + 1, end + 1)]
    blockers = [f"EKS does not offer {step}" for step in steps if step not in offered]
    blockers += [
        f"node group {name} has {version}, more than {KUBELET_SKEW} minor versions behind {target}: upgrade it to {found} first"
        for name, version in sorted(node_groups.items())
        if end - minor(version)[1] > KUBELET_SKEW
    ]
    blockers += [
        f"no version of add-on {name} fits {target}" for name, fitting in sorted(addons.items()) if not fitting
    ]
    warnings = []
    for insight in insights:
        status = (insight.get("insightStatus") or {}).get("status", "UNKNOWN")
        reason = (insight.get("insightStatus") or {}).get("reason", "")
        sentence = f"{insight.get('name', 'an insight')} is {status}: {reason}".rstrip(": ")
        if status in ("ERROR", "UNKNOWN"):
            blockers.append(sentence)
        elif status != "PASSING":
            warnings.append(sentence)
    chosen = {
        name: next((version for version, default in fitting.items() if default), next(iter(fitting)))
        for name, fitting in addons.items()
        if fitting
    }
    return Upgrade(steps, blockers, warnings, chosen)


def minor(version: str) -> tuple[int, int]:
    """(major, minor) of a version such as 1.35. Raises ValueError for another text."""
    major, dot, number = version.partition(".")
    if not dot or not major.isdigit() or not number.isdigit():
        raise ValueError(f"{version!r} is no Kubernetes version such as 1.35")
    return int(major), int(number)

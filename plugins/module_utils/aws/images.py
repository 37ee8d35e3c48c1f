# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images of an ECR repository."""

from __future__ import annotations

import re
from typing import Any

#: Tag of what is attached to an image, as its bill of materials: newer than the image, but nothing that could run.
_ATTACHED = re.compile(r"sha256-[0-9a-f]{64}\.\w+")


def newest_digest(client: Any, repository: str) -> str:
    """Digest of the image that was pushed last, "" when there is none. Raises what boto3 raises.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html
    """
    pages = client.get_paginator("describe_images").paginate(repositoryName=repository)
    images = [
        image
        for page in pages
        for image in page["imageDetails"]
        if image.get("imagePushedAt") and not any(_ATTACHED.fullmatch(tag) for tag in image.get("imageTags", []))
    ]
    return max(images, key=lambda image: image["imagePushedAt"])["imageDigest"] if images else ""

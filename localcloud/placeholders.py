"""Push placeholder images: `python -m localcloud.placeholders <repository> ...` prints their digests as a JSON object.

For the local environment's first deploy, before anything was built. Speaks to AWS_ENDPOINT_URL, and to loopback only.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from urllib.parse import urlsplit

import boto3

from localcloud.images import push_placeholder

TAG = "placeholder"


def main(repositories: Sequence[str]) -> int:
    """Push one image to each repository that is named; 2 when the endpoint is not a local one."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
    if urlsplit(endpoint).hostname not in ("127.0.0.1", "localhost"):
        print(f"placeholders go to a local cloud only, AWS_ENDPOINT_URL is {endpoint or 'not set'}", file=sys.stderr)
        return 2
    client = boto3.client("ecr", endpoint_url=endpoint)
    print(json.dumps({name: push_placeholder(client, name, TAG, name) for name in repositories}, sort_keys=True))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

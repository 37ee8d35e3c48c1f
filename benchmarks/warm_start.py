"""Measures the warm start of everything that `make local` built: until a page comes through the load balancer. Prints JSON.

python benchmarks/warm_start.py [--state .localcloud] [--evidence evidence/local]

It stops that local cloud and starts it again; state stays. Without a platform whose services run there is nothing to measure.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import socket
import ssl
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from localcloud import client, lifecycle
from localcloud.cloud import DEFAULT_FACTOR

ROOT = Path(__file__).resolve().parents[1]
#: Seconds after which it does not come any more, and between two looks; how often it has to come in a row.
LONGEST, LOOK, IN_A_ROW = 300.0, 0.25, 5


def main() -> int:
    """Stop, start, wait, tell. 1 when the page does not come."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--state", type=Path, default=ROOT / ".localcloud", help="state folder of the local cloud")
    parser.add_argument("--evidence", type=Path, default=ROOT / "evidence/local", help="evidence of its last run")
    options = parser.parse_args()
    smoke = options.evidence / "smoke.json"
    url = json.loads(smoke.read_text()).get("url") if smoke.exists() else None
    if not url or not options.state.exists():
        print(json.dumps({"seconds": None, "reason": f"no platform whose services run: {smoke} has no url"}))
        return 0
    print(json.dumps(found := measure(options.state, url), indent=2))
    return 0 if found["seconds"]["page"] is not None else 1


def measure(state: Path, url: str) -> dict[str, Any]:
    """Seconds since the start, and resident bytes of all processes of the cloud once the page comes, pods among them."""
    lifecycle.down(state, lambda _text: None)
    began = time.monotonic()
    lifecycle.up(state, port=None, factor=DEFAULT_FACTOR, environ=os.environ, say=lambda _text: None)
    seconds: dict[str, float | None] = {"api": round(time.monotonic() - began, 1), "page": None}
    answered = 0
    while answered < IN_A_ROW and time.monotonic() - began < LONGEST:
        answered = answered + 1 if status_of(state, url) == 200 else 0
        if answered == 1:
            seconds["page"] = round(time.monotonic() - began, 1)
        time.sleep(LOOK)
    if answered < IN_A_ROW:
        seconds["page"] = None
    resident = client.Client(state).call("GET", "status")["resident_bytes"]
    return {
        "seconds": seconds,
        "resident_bytes": resident,
        "processors": os.cpu_count(),
        "load_average": os.getloadavg()[0],
    }


def status_of(state: Path, url: str) -> int:
    """HTTP status of the page through the load balancer's listener on loopback; 0 without an answer."""
    host = urlsplit(url).hostname or ""
    for row in client.Client(state).call("GET", "load-balancers")["listeners"]:
        if row["protocol"] != "HTTPS":
            continue
        connection = http.client.HTTPConnection(host, timeout=5)
        try:
            trust = ssl.create_default_context(cafile=state / "ca.pem")
            plain = socket.create_connection(("127.0.0.1", row["local_port"]), 5)
            connection.sock = trust.wrap_socket(plain, server_hostname=host)
            connection.request("GET", "/")
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())

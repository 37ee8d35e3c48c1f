"""`python -m publishing`: the service that SERVICE names, which is how an image starts the one it was built for."""

from __future__ import annotations

import os
import runpy
import sys

if __name__ == "__main__":
    name = os.environ.get("SERVICE", "")
    if name not in {"api", "web", "worker"}:
        sys.exit(f"SERVICE must be api, web or worker, found {name or 'nothing'}")
    runpy.run_module(f"publishing.{name}", run_name="__main__")

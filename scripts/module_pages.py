"""Write docs/modules/<name>.md from the documentation inside each module; --check only says what is out of date."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "modules"


def described(names: list[str]) -> dict[str, Any]:
    """ansible-doc's JSON for the named modules."""
    done = subprocess.run(
        [str(ROOT / ".venv/bin/ansible-doc"), "--json", "--type", "module", *names],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return dict(json.loads(done.stdout))


def text(value: Any) -> str:
    """One line of prose from a string or a list of them, safe inside a table."""
    parts = value if isinstance(value, list) else [value or ""]
    return " ".join(str(part) for part in parts).replace("\n", " ").replace("|", "\\|").strip()


def table(title: str, rows: dict[str, Any], columns: list[tuple[str, str]]) -> list[str]:
    """A Markdown table of options or return values, sorted by name."""
    lines = [
        f"## {title}",
        "",
        "| name | " + " | ".join(head for head, _ in columns) + " |",
        "|---|" + "---|" * len(columns),
    ]
    for name in sorted(rows):
        cells = [text(rows[name].get(key)) if rows[name].get(key) is not None else "" for _, key in columns]
        lines.append(f"| `{name}` | " + " | ".join(cells) + " |")
    return [*lines, ""]


def page(name: str, doc: dict[str, Any]) -> str:
    """The Markdown page of one module."""
    about = doc["doc"]
    lines = [f"# {name}", "", text(about["short_description"]) + ".", ""]
    lines += [text(line) + "\n" for line in about["description"]]
    lines += table(
        "Options",
        about.get("options") or {},
        [("type", "type"), ("required", "required"), ("default", "default"), ("what it is", "description")],
    )
    lines += ["## Examples", "", "```yaml", (doc.get("examples") or "").strip(), "```", ""]
    lines += table(
        "Returns", doc.get("return") or {}, [("type", "type"), ("when", "returned"), ("what it is", "description")]
    )
    return "\n".join(lines).rstrip() + "\n"


def main() -> int:
    """Return 0 when the pages are written, or with --check when they were true already."""
    names = [f"creator.platform.{path.stem}" for path in sorted((ROOT / "plugins/modules").glob("*.py"))]
    group = set(yaml.safe_load((ROOT / "meta/runtime.yml").read_text())["action_groups"]["aws"][1:])
    pages = {f"{name.rsplit('.', 1)[1]}.md": page(name, doc) for name, doc in described(names).items()}
    index = [
        "# Modules",
        "",
        "Generated from the documentation inside each module by `make docs`.",
        "",
        "| module | |",
        "|---|---|",
    ]
    for file in sorted(pages):
        stem = file.removesuffix(".md")
        index.append(
            f"| [{stem}]({file}) | {pages[file].splitlines()[2]}{' Action group `aws`.' if stem in group else ''} |"
        )
    pages["README.md"] = "\n".join(index) + "\n"
    present = {path.name: path.read_text() for path in FOLDER.glob("*.md")}
    if "--check" in sys.argv:
        stale = sorted(name for name in {*pages, *present} if pages.get(name) != present.get(name))
        print(
            f"docs/modules is out of date, run make docs: {', '.join(stale)}"
            if stale
            else f"{len(pages)} pages are true"
        )
        return 1 if stale else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in set(present) - set(pages):
        (FOLDER / name).unlink()
    for name, content in pages.items():
        (FOLDER / name).write_text(content)
    print(f"{len(pages)} pages written to docs/modules")
    return 0


if __name__ == "__main__":
    sys.exit(main())

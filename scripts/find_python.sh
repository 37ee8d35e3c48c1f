#!/usr/bin/env bash
# Prints the path of a Python that is at least version $1, preferring python3; fails with one sentence when there is none.
# Interpreters that a version manager holds but has not activated are found in its folder, because its shims only fail.
set -u
least=${1:?usage: find_python.sh VERSION}
candidates=(python3 python3.11 python3.12 python3.13 python3.14)
[ -d "${PYENV_ROOT:-$HOME/.pyenv}/versions" ] && candidates+=("${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.*/bin/python3)
for candidate in "${candidates[@]}"; do
  found=$("$candidate" -c 'import sys
wanted = tuple(map(int, sys.argv[1].split(".")))
print(sys.executable) if wanted <= sys.version_info[:2] < (3, 15) else sys.exit(1)' "$least" 2>/dev/null) || continue
  echo "$found"
  exit 0
done
echo "Python $least or later is needed and was not found: install it (Debian: apt-get install python3 python3-venv)." >&2
exit 1

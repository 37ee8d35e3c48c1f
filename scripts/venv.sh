#!/usr/bin/env bash
# venv.sh PYTHON FOLDER REQUIREMENTS STAMP: make or update a virtual environment from a hashed requirements file.
set -eu
python=${1:?no Python 3.11 or later was found: install it (Debian: apt-get install python3 python3-venv)} folder=$2 requirements=$3 stamp=$4
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Python lacks its venv module; installing Debian's package python3-venv."
    apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null
  else
    echo "$python cannot make virtual environments: install its venv module (Debian: apt-get install python3-venv)." >&2
    exit 1
  fi
fi
began=$SECONDS
# A folder without a working Python is what a killed first run leaves behind.
"$folder/bin/python" -m pip --version >/dev/null 2>&1 || { rm -rf "$folder"; "$python" -m venv "$folder"; }
echo "Installing $requirements into $folder (about two minutes the first time) ..."
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r "$requirements"
# Ansible and what it imports, so that no run begins with compiling them: 0.2 s each time. Not its fourteen thousand modules, which
# it never takes from a cache.
"$folder/bin/python" -m compileall -q -j 2 -x '/ansible_(collections|test)/' "$folder"/lib/python3*/site-packages
touch "$stamp"
echo "$folder is ready after $((SECONDS - began)) s."

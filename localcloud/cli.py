"""The command line of the local cloud: `python -m localcloud <command>`.

Exit codes: 0 done; 1 it did not work, and the message says why; 2 refused before the first change, or wrong usage;
3 (`status`, `env`) no cloud runs for this state folder.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from localcloud import lifecycle, places
from localcloud.cloud import DEFAULT_FACTOR

DONE, FAILED, REFUSED, NOT_RUNNING = 0, 1, 2, 3


def say(text: str) -> None:
    """A line of progress, on stderr, so that stdout stays for what a program reads."""
    print(f"local cloud: {text}", file=sys.stderr, flush=True)


def main(arguments: list[str]) -> int:
    """Run one command; the exit code."""
    options = parser().parse_args(arguments)
    state = places.state_folder(options.state, os.environ)
    command: Callable[[Path, argparse.Namespace], int] = options.run
    try:
        return command(state, options)
    except lifecycle.CloudError as error:
        say(str(error))
        return REFUSED
    except (OSError, ValueError) as error:
        say(str(error))
        return FAILED


def parser() -> argparse.ArgumentParser:
    """The argument parser with a help text for everything."""
    top = argparse.ArgumentParser(
        prog="python -m localcloud", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--state", help="state folder (default: LOCALCLOUD_STATE, else .localcloud in the repository)")
    commands = top.add_subparsers(title="commands", required=True, metavar="<command>")

    def add(name: str, run: Callable[[Path, argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        found = commands.add_parser(name, help=text, description=text, parents=[common])
        found.set_defaults(run=run)
        return found

    start = add("up", run_up, "start the cloud; does nothing when it runs; recovers one that was killed")
    start.add_argument("--port", type=int, help="port of the AWS API (default: the last one, or one that is free)")
    start.add_argument(
        "--factor", type=float, default=DEFAULT_FACTOR, help="local seconds per AWS second (default: %(default)s)"
    )
    add("down", run_down, "stop the cloud and every process that belongs to it")
    add("reset", run_reset, "stop the cloud and remove all its state")
    status = add("status", run_status, "show what is emulated and which real processes run")
    status.add_argument("--json", action="store_true", help="as JSON")
    environment = add("env", run_env, "print the variables that point AWS tools at the cloud")
    environment.add_argument("--json", action="store_true", help="as a JSON object")
    logs = add("logs", run_logs, "print a log, or the names of all logs")
    logs.add_argument("name", nargs="?", help="which log (without: list them)")
    logs.add_argument("-f", "--follow", action="store_true", help="wait for further lines")
    return top


def run_up(state: Path, options: argparse.Namespace) -> int:
    """`up`."""
    content = lifecycle.up(state, port=options.port, factor=options.factor, environ=os.environ, say=say)
    say(f"AWS API at {content.endpoint}")
    say(f"state in {state}")
    say(f'use it with: eval "$(python -m localcloud env --state {state})"')
    return DONE


def run_down(state: Path, options: argparse.Namespace) -> int:
    """`down`."""
    stopped = lifecycle.down(state, say)
    say(f"stopped: {', '.join(stopped)}" if stopped else "nothing was running")
    return DONE


def run_reset(state: Path, options: argparse.Namespace) -> int:
    """`reset`."""
    lifecycle.reset(state, say)
    say(f"removed {state}")
    return DONE


def run_status(state: Path, options: argparse.Namespace) -> int:
    """`status`."""
    content = lifecycle.running(state)
    if content is None:
        say(f"no cloud runs for {state}; start it with `up`")
        return NOT_RUNNING
    print(json.dumps({"endpoint": content.endpoint, "state": str(state)}))
    return DONE


def run_env(state: Path, options: argparse.Namespace) -> int:
    """`env`."""
    content = lifecycle.running(state)
    if content is None:
        say(f"no cloud runs for {state}; start it with `up`")
        return NOT_RUNNING
    values = environment_of(state, content)
    if options.json:
        print(json.dumps(values, indent=2, sort_keys=True))
    else:
        for name, value in values.items():
            print(f"export {name}='{value}'")
    return DONE


def environment_of(state: Path, content: places.StateFile) -> dict[str, str]:
    """The variables that point the aws command line, boto3, kubectl (through `aws eks get-token`) and psql at the cloud."""
    return {
        "AWS_ENDPOINT_URL": content.endpoint,
        "AWS_ACCESS_KEY_ID": content.access_key_id,
        "AWS_SECRET_ACCESS_KEY": content.secret_access_key,
        "AWS_DEFAULT_REGION": content.region,
        "AWS_REGION": content.region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "LOCALCLOUD_STATE": str(state),
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": str(state / "ca.pem"),
    }


def run_logs(state: Path, options: argparse.Namespace) -> int:
    """`logs`."""
    names = sorted(path.stem for path in (state / "logs").glob("*.log")) if (state / "logs").is_dir() else []
    if options.name is None:
        print("\n".join(names))
        return DONE
    if options.name not in names:
        say(f"no log {options.name!r} in {state / 'logs'}; there are: {', '.join(names) or 'none'}")
        return FAILED
    with (state / "logs" / f"{options.name}.log").open(errors="replace") as log:
        sys.stdout.write(log.read())
        sys.stdout.flush()
        while options.follow:
            sys.stdout.write(log.read())
            sys.stdout.flush()
            time.sleep(0.3)
    return DONE

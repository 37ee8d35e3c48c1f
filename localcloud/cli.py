"""The command line of the local cloud.

Exit codes: 0 done; 1 it did not work, and the message says why; 2 refused before the first change, or wrong usage;
3 no cloud runs for this state folder (status, env, faults).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from localcloud import client, faults, lifecycle, places, preflight, tables
from localcloud.cloud import DEFAULT_FACTOR
from localcloud.container_nodes import addressing
from localcloud.container_nodes import build as container_build
from localcloud.kubernetes import build, kubeconfig
from localcloud.load_balancer import proxy as load_balancer
from localcloud.registry import build as registry
from localcloud.registry import kubelet

DONE, FAILED, REFUSED, NOT_RUNNING = 0, 1, 2, 3
Command = Callable[[Path, argparse.Namespace], int]


def say(text: str) -> None:
    """Progress and errors, on stderr, so that stdout stays for what a program reads."""
    for line in text.splitlines():
        print(f"local cloud: {line}", file=sys.stderr, flush=True)


def main(arguments: list[str]) -> int:
    """Run one command; the exit code."""
    options = parser().parse_args(arguments)
    state = places.state_folder(options.state, os.environ)
    command: Command = options.run
    try:
        return command(state, options)
    except lifecycle.CloudError as error:
        say(str(error))
        return REFUSED
    except client.NotRunningError as error:
        say(str(error))
        return NOT_RUNNING
    except (client.ClientError, kubeconfig.AccessError, OSError, ValueError) as error:
        say(str(error))
        return FAILED
    except KeyboardInterrupt:
        return 130


def parser() -> argparse.ArgumentParser:
    """The argument parser, with a help text for everything."""
    top = argparse.ArgumentParser(
        prog="python -m localcloud", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--state", help="state folder (default: LOCALCLOUD_STATE, else .localcloud in the repository)")
    commands = top.add_subparsers(title="commands", required=True, metavar="<command>")

    def add(name: str, run: Command, text: str, *, within: Any = commands) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = within.add_parser(
            name, help=text, description=f"{text[0].upper()}{text[1:]}.", parents=[common]
        )
        made.set_defaults(run=run)
        return made

    start = add("up", run_up, "start the cloud; nothing happens when it runs, and one that was killed is recovered")
    start.add_argument("--port", type=_port, help="port of the AWS API (default: the one it had, or one that is free)")
    start.add_argument(
        "--factor", type=_factor, default=DEFAULT_FACTOR, help="local seconds per AWS second (default: %(default)s)"
    )
    start.add_argument(
        "--root-key",
        metavar="ID:SECRET",
        default=os.environ.get(places.ROOT_KEY),
        help=f"a further key of the root user, for programs that bring their own (default: {places.ROOT_KEY}, else none)",
    )
    start.add_argument(
        "--least-free",
        type=int,
        default=preflight.LEAST_FREE // 2**20,
        help="MiB that the disk must have free (default: %(default)s)",
    )
    start.add_argument(
        "--container-nodes",
        type=_container_nodes,
        metavar="|".join(addressing.MODES),
        default=os.environ.get("LOCALCLOUD_CONTAINER_NODES", addressing.MODES[0]),
        help="nodes with real containers for node groups that ask for them: where they can be (Linux, root, parts built), or "
        "not at all (default: LOCALCLOUD_CONTAINER_NODES, else auto)",
    )
    add("down", run_down, "stop the cloud and every process that belongs to it")
    add("reset", run_reset, "stop the cloud and remove all its state")
    add("check", run_check, "say what real AWS credentials and endpoints are in reach; exit code 2 when there are any")
    status = add("status", run_status, "show what is emulated and which real processes run")
    status.add_argument("--json", action="store_true", help="as JSON")
    environment = add("env", run_env, "print the variables that point AWS tools, kubectl and psql at the cloud")
    environment.add_argument("--json", action="store_true", help="as a JSON object")
    logs = add("logs", run_logs, "print a log, or the names of all logs")
    logs.add_argument("name", nargs="?", help="which log (without: list them)")
    logs.add_argument("-f", "--follow", action="store_true", help="wait for further lines")
    building = add(
        "build",
        run_build,
        "build the Kubernetes and registry binaries, where they are not there yet; takes minutes once",
    )
    building.add_argument("--container-nodes", action="store_true", help="and those of the container nodes")
    loading = add("load-image", run_load_image, "import an image archive (OCI or docker save) into the container nodes")
    loading.add_argument(
        "archive", type=Path, help="the archive; its image is known by the full name that the archive gives"
    )
    for name, run, text in (
        ("kubeconfig", run_kubeconfig, "print a kubeconfig for an EKS cluster, which makes its tokens with `token`"),
        ("token", run_token, "print a token for an EKS cluster, as `aws eks get-token` does"),
    ):
        access = add(name, run, text)
        access.add_argument("--cluster-name", required=True, help="name of the EKS cluster")
        access.add_argument("--region", help="region of the cluster (default: the first region)")
    answering = add(
        "credential-provider",
        run_credential_provider,
        "answer a kubelet that asks for the credential of an image: a plug-in of its, see docs/registry.md",
    )
    answering.add_argument(
        "--credentials",
        type=Path,
        metavar="FILE",
        help="file with the credentials in whose name it asks, as an AWS shared credentials file (default: the environment)",
    )
    answering.add_argument(
        "--endpoint", metavar="URL", help="the AWS API as this kubelet reaches it (default: as this machine does)"
    )
    granted = add(
        "permissions",
        run_permissions,
        "show which statements of a role's policies its calls used, and which calls were denied",
    )
    granted.add_argument("--role", required=True, help="name of the role")
    granted.add_argument("--json", action="store_true", help="as JSON")
    trouble = commands.add_parser("faults", help="make calls fail by rule", description="Make calls fail by rule.")
    verbs = trouble.add_subparsers(title="verbs", required=True, metavar="<verb>")
    _fault_arguments(add("add", run_faults_add, "add a rule", within=verbs))
    shown = add("list", run_faults_list, "list the rules, and how many calls each hit", within=verbs)
    shown.add_argument("--json", action="store_true", help="as JSON")
    cleared = add("clear", run_faults_clear, "remove all rules, or one", within=verbs)
    cleared.add_argument("id", nargs="?", help="which rule (without: all)")
    return top


def _fault_arguments(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "kind", choices=list(faults.KINDS), help="; ".join(f"{kind}: {text}" for kind, text in faults.KINDS.items())
    )
    made.add_argument("--service", default="*", help="boto3 name of the service, or a pattern (default: all)")
    made.add_argument(
        "--action", default="*", help="action such as CreateDBInstance, or a pattern such as Describe* (default: all)"
    )
    made.add_argument("--region", default="*", help="region, or a pattern (default: all)")
    made.add_argument(
        "--nth", type=int, default=1, help="the first matching call that is hit (default: 1, the next one)"
    )
    made.add_argument("--probability", type=float, default=1.0, help="of each call from then on, 0 to 1 (default: 1)")
    made.add_argument("--seed", type=int, default=0, help="of the dice for --probability (default: 0)")
    made.add_argument("--count", type=int, default=1, help="how many calls are hit at most (default: 1); 0: no limit")
    made.add_argument("--seconds", type=float, default=1.0, help="how long a delay lasts (default: 1)")
    made.add_argument(
        "--status", type=int, default=500, help="HTTP status of an error: 500, 502, 503 or 504 (default: 500)"
    )


def _factor(text: str) -> float:
    value = float(text)
    if not 0 < value <= 1:
        raise argparse.ArgumentTypeError(f"{text}: expected a number above 0, up to 1 (1: as slow as AWS)")
    return value


def _port(text: str) -> int:
    value = int(text)
    if not 0 < value < 65536:
        raise argparse.ArgumentTypeError(f"{text}: expected a port from 1 to 65535")
    return value


def _container_nodes(text: str) -> bool:
    try:
        return addressing.parse_mode(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def run_up(state: Path, options: argparse.Namespace) -> int:
    """`up`."""
    least = options.least_free * 2**20
    content = lifecycle.up(
        state, port=options.port, factor=options.factor, environ=os.environ, say=say, least_free=least,
        root_key=options.root_key, container_nodes=options.container_nodes,
    )  # fmt: skip
    say(f"AWS API at {content.endpoint}")
    if lacking := registry.missing():
        say(lacking)
    if lacking := load_balancer.obstacle():
        say(lacking)
    say(f"state and logs in {state}")
    say(f'use it with: eval "$(python -m localcloud env --state {state})"')
    return DONE


def run_down(state: Path, options: argparse.Namespace) -> int:
    """`down`."""
    stopped = lifecycle.down(state, say)
    say(f"stopped: {', '.join(stopped)}" if stopped else "nothing was running")
    return DONE


def run_reset(state: Path, options: argparse.Namespace) -> int:
    """`reset`."""
    existed = state.exists()
    lifecycle.reset(state, say)
    say(f"removed {state}" if existed else f"there is no {state}")
    return DONE


def run_check(state: Path, options: argparse.Namespace) -> int:
    """`check`."""
    found = preflight.reach(state, os.environ)
    for text in found:
        say(text)
    return REFUSED if found else DONE


def run_status(state: Path, options: argparse.Namespace) -> int:
    """`status`."""
    found = client.Client(state).call("GET", "status")
    print(json.dumps(found, indent=2) if options.json else tables.status_text(found))
    return DONE


def run_env(state: Path, options: argparse.Namespace) -> int:
    """`env`."""
    values = environment_of(state, client.running(state))
    if options.json:
        print(json.dumps(values, indent=2, sort_keys=True))
    else:
        print("\n".join(f"export {name}='{value}'" for name, value in values.items()))
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
        "AWS_PAGER": "",
        "LOCALCLOUD_STATE": str(state),
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": str(state / "ca.pem"),
    }


def run_build(state: Path, options: argparse.Namespace) -> int:
    """`build`."""
    code = build.main([]) or registry.main(["--optional"])
    return code or (container_build.main() if options.container_nodes else DONE)


def run_load_image(state: Path, options: argparse.Namespace) -> int:
    """`load-image`."""
    client.Client(state).call("POST", "container-nodes/images", {"archive": str(options.archive.absolute())})
    return DONE


def run_kubeconfig(state: Path, options: argparse.Namespace) -> int:
    """`kubeconfig`."""
    print(kubeconfig.kubeconfig(state, options.cluster_name, options.region))
    return DONE


def run_token(state: Path, options: argparse.Namespace) -> int:
    """`token`, in the name of AWS_ACCESS_KEY_ID where that is set, else of the cloud's root user."""
    print(kubeconfig.token(state, options.cluster_name, os.environ, options.region))
    return DONE


def run_credential_provider(state: Path, options: argparse.Namespace) -> int:
    """`credential-provider`, in the name of --credentials or AWS_ACCESS_KEY_ID, else of the cloud's root user."""
    environ = kubeconfig.shared_credentials(options.credentials) if options.credentials else os.environ

    def token(region: str) -> str:
        return kubeconfig.registry_token(state, environ, region, options.endpoint)

    print(kubelet.answer(sys.stdin.read(), token))
    return DONE


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
        while True:
            sys.stdout.write(log.read())
            sys.stdout.flush()
            if not options.follow:
                return DONE
            time.sleep(0.3)


def run_permissions(state: Path, options: argparse.Namespace) -> int:
    """`permissions`."""
    found = client.Client(state).call("GET", f"permissions?{urlencode({'role': options.role})}")
    text = found.pop("text")
    print(json.dumps(found, indent=2) if options.json else text)
    return DONE


def run_faults_add(state: Path, options: argparse.Namespace) -> int:
    """`faults add`."""
    names = ("kind", "service", "action", "region", "nth", "probability", "seed", "seconds", "status")
    rule = {name: getattr(options, name) for name in names}
    added = client.Client(state).call("PUT", "faults", {**rule, "count": options.count or None})
    print("\n".join(added))
    return DONE


def run_faults_list(state: Path, options: argparse.Namespace) -> int:
    """`faults list`."""
    rules = client.Client(state).call("GET", "faults")
    print(json.dumps(rules, indent=2) if options.json else tables.faults_text(rules))
    return DONE


def run_faults_clear(state: Path, options: argparse.Namespace) -> int:
    """`faults clear`."""
    path = f"faults?id={options.id}" if options.id else "faults"
    say(f"removed: {client.Client(state).call('DELETE', path)['removed']}")
    return DONE

# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kubernetes objects of a service that is described as data. Pure: the same description gives the same objects, byte for byte."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.rollout.release import ReleaseError, digest

#: What a service may say, with the value it has when it does not. `None`: the part is left out.
DEFAULTS: dict[str, Any] = {
    "replicas": 2,
    "port": None,
    "command": None,
    "args": None,
    "config": {},
    "outputs": {},
    "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
    "probes": {},
    "hpa": None,
    "pdb": {"max_unavailable": 1},
    "spread": True,
    "max_surge": "25%",
    "max_unavailable": 0,
    "min_ready_seconds": 0,
    "progress_deadline_seconds": 300,
    "termination_grace_seconds": 30,
    "pre_stop_seconds": 0,
    "pod_annotations": {},
    "node_selector": {},
    "tolerations": [],
    "service_account": None,
    "migration": None,
}
#: What a `migration` may say, with the value it has when it does not.
MIGRATION: dict[str, Any] = {"command": None, "args": None, "timeout": 600, "retries": 0}
#: User and group of every container. Without a group it would be root's.
USER = 10001
#: Bytes of one variable of a process's environment that Linux takes: MAX_ARG_STRLEN of linux/binfmts.h.
MOST_BYTES = 131072
_PROBES = ("startup", "readiness", "liveness")
_PROBE_KEYS = {
    "initial_delay": "initialDelaySeconds",
    "period": "periodSeconds",
    "timeout": "timeoutSeconds",
    "failures": "failureThreshold",
    "successes": "successThreshold",
}


def complete(name: str, service: Any, outputs: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """The description with all defaults filled in. Raises ReleaseError for what it cannot mean.

    Its `outputs` name for a variable the output of another component (`database/endpoint_address`); they become `config`,
    unless `config` has a value for the variable: an environment may say what another one takes from an output.
    """
    if not isinstance(service, Mapping):
        raise ReleaseError(f"service {name} must be a mapping of settings, found {service!r}")
    unknown = sorted(set(service) - set(DEFAULTS))
    if unknown:
        raise ReleaseError(
            f"service {name} has an unknown setting {unknown[0]}; known are {', '.join(sorted(DEFAULTS))}"
        )
    full = {**DEFAULTS, **service}
    _check(name, full)
    for variable, value in full["config"].items():
        if len(f"{variable}={value}".encode()) >= MOST_BYTES:
            raise ReleaseError(
                f"service {name}: {variable} is larger than {MOST_BYTES} bytes, with which no process can be started"
            )
    wanted = {
        variable: _output(name, str(reference), outputs)
        for variable, reference in full.pop("outputs").items()
        if variable not in full["config"]
    }
    return {**full, "config": {**wanted, **full["config"]}}


def _output(name: str, reference: str, outputs: Mapping[str, Mapping[str, str]]) -> str:
    component, _slash, key = reference.partition("/")
    value = outputs.get(component, {}).get(key)
    if value is None:
        raise ReleaseError(
            f"service {name} wants the output {reference}, which is not published: provision {component} first"
        )
    return value


def _check(name: str, full: Mapping[str, Any]) -> None:
    for key in ("config", "outputs", "resources", "probes", "pod_annotations", "node_selector"):
        if not isinstance(full[key], Mapping):
            raise ReleaseError(f"service {name}: {key} must be a mapping, found {full[key]!r}")
    if not _whole(full["replicas"]) or full["replicas"] < 1:
        raise ReleaseError(f"service {name}: replicas must be a whole number from 1, found {full['replicas']!r}")
    if full["port"] is not None and not (_whole(full["port"]) and 0 < full["port"] < 65536):
        raise ReleaseError(f"service {name}: port must be a number from 1 to 65535, found {full['port']!r}")
    _check_migration(name, full["migration"])
    hpa = full["hpa"]
    if hpa is not None and (
        not isinstance(hpa, Mapping) or not {"min", "max", "cpu"} <= set(hpa) or hpa["min"] > hpa["max"]
    ):
        raise ReleaseError(f"service {name}: hpa must have min, max and cpu with min not above max, found {hpa!r}")
    for kind, probe in full["probes"].items():
        if kind not in _PROBES:
            raise ReleaseError(f"service {name}: unknown probe {kind}; known are {', '.join(_PROBES)}")
        if not isinstance(probe, Mapping) or ("path" in probe) == ("command" in probe):
            raise ReleaseError(f"service {name}: probe {kind} must have either a path or a command")
        if "path" in probe and full["port"] is None:
            raise ReleaseError(f"service {name}: probe {kind} asks a path, but the service has no port")


def _check_migration(name: str, migration: Any) -> None:
    if migration is None:
        return
    if not isinstance(migration, Mapping) or not (migration.get("command") or migration.get("args")):
        raise ReleaseError(f"service {name}: migration must have a command or args, found {migration!r}")
    unknown = sorted(set(migration) - set(MIGRATION))
    if unknown:
        raise ReleaseError(
            f"service {name}: migration has an unknown setting {unknown[0]}; known are {', '.join(sorted(MIGRATION))}"
        )
    for key, least in (("timeout", 1), ("retries", 0)):
        if key in migration and not (_whole(migration[key]) and migration[key] >= least):
            raise ReleaseError(f"service {name}: migration.{key} must be a whole number from {least}")


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def render(name: str, full: Mapping[str, Any], image: str, namespace: str) -> list[dict[str, Any]]:
    """ConfigMap, Service, Deployment, HorizontalPodAutoscaler and PodDisruptionBudget of a completed description, in that order.

    image: `repository@sha256:…`. With an autoscaler the Deployment names no replicas: they are the autoscaler's.
    """
    labels = _labels(name, namespace)
    selector = {"app.kubernetes.io/name": name}
    config_name, objects = _configuration(name, full, namespace)
    if full["port"] is not None:
        ports = [{"name": "http", "port": 80, "targetPort": "http", "protocol": "TCP"}]
        objects.append(_object("v1", "Service", name, namespace, labels, spec={"selector": selector, "ports": ports}))
    objects.append(_deployment(name, full, image, namespace, labels, config=config_name))
    if full["hpa"]:
        objects.append(_autoscaler(name, full["hpa"], namespace, labels))
    if full["pdb"]:
        # AlwaysAllow: a crashing pod never blocks a drain.
        # https://kubernetes.io/docs/tasks/run-application/configure-pdb/#unhealthy-pod-eviction-policy
        spec = {
            "selector": {"matchLabels": selector},
            "maxUnavailable": full["pdb"]["max_unavailable"],
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
        }
        objects.append(_object("policy/v1", "PodDisruptionBudget", name, namespace, labels, spec=spec))
    return objects


def render_migration(name: str, full: Mapping[str, Any], image: str, namespace: str) -> list[dict[str, Any]]:
    """ConfigMap and Job of a completed description's migration; nothing where it has none.

    The Job is named after its content, so the same release finds what it has migrated before. Its pod bears another name than
    the service's: no Service and no load balancer sends it requests.
    """
    if full["migration"] is None:
        return []
    wanted = {**MIGRATION, **full["migration"]}
    config_name, objects = _configuration(name, full, namespace)
    labels = _labels(f"{name}-migration", namespace)
    container = _container(
        name, {**full, "command": wanted["command"], "args": wanted["args"]}, image, config_name, serves=False
    )
    spec = {
        "backoffLimit": wanted["retries"],
        "activeDeadlineSeconds": wanted["timeout"],
        "template": {
            "metadata": {"labels": labels},
            "spec": {**_pod(full, container), "restartPolicy": "Never"},
        },
    }
    return [*objects, _object("batch/v1", "Job", f"{name}-migration-{digest(spec)[:10]}", namespace, labels, spec=spec)]


def _labels(name: str, namespace: str) -> dict[str, str]:
    return {
        "app.kubernetes.io/name": name,
        "app.kubernetes.io/part-of": namespace,
        "app.kubernetes.io/managed-by": "creator.platform",
    }


def _configuration(name: str, full: Mapping[str, Any], namespace: str) -> tuple[str, list[dict[str, Any]]]:
    """Name of the ConfigMap with the environment of the containers, and the object; `""` and nothing for an empty one."""
    if not full["config"]:
        return "", []
    data = {str(key): _text(value) for key, value in full["config"].items()}
    # Named after its content and immutable: the pod template of an older release still finds the configuration it had.
    made = f"{name}-config-{digest(data)[:10]}"
    return made, [_object("v1", "ConfigMap", made, namespace, _labels(name, namespace), data=data, immutable=True)]


def _object(
    version: str, kind: str, name: str, namespace: str, labels: Mapping[str, str], **rest: Any
) -> dict[str, Any]:
    return {
        "apiVersion": version,
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace, "labels": dict(labels)},
        **rest,
    }


def _deployment(
    name: str, full: Mapping[str, Any], image: str, namespace: str, labels: Mapping[str, str], *, config: str
) -> dict[str, Any]:
    selector = {"app.kubernetes.io/name": name}
    metadata: dict[str, Any] = {"labels": dict(labels)}
    if full["pod_annotations"]:
        metadata["annotations"] = {str(key): _text(value) for key, value in full["pod_annotations"].items()}
    pod = _pod(full, _container(name, full, image, config))
    if full["spread"]:
        pod["topologySpreadConstraints"] = [
            {
                "maxSkew": 1,
                "topologyKey": key,
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": selector},
                "matchLabelKeys": ["pod-template-hash"],
            }
            for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
        ]
    spec: dict[str, Any] = {
        "selector": {"matchLabels": selector},
        "strategy": {
            "type": "RollingUpdate",
            "rollingUpdate": {"maxSurge": full["max_surge"], "maxUnavailable": full["max_unavailable"]},
        },
        "minReadySeconds": full["min_ready_seconds"],
        "progressDeadlineSeconds": full["progress_deadline_seconds"],
        "revisionHistoryLimit": 10,
        "template": {"metadata": metadata, "spec": pod},
    }
    if not full["hpa"]:
        spec["replicas"] = full["replicas"]
    return _object("apps/v1", "Deployment", name, namespace, labels, spec=spec)


def _pod(full: Mapping[str, Any], container: Mapping[str, Any]) -> dict[str, Any]:
    """What the pods of a service and of its migration have in common."""
    pod: dict[str, Any] = {
        "containers": [dict(container)],
        "terminationGracePeriodSeconds": full["termination_grace_seconds"],
        "automountServiceAccountToken": False,
        # Always said: the API server copies it into the old field serviceAccount, from where an account that a later
        # apply no longer names would come back.
        "serviceAccountName": full["service_account"] or "default",
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    }
    if full["node_selector"]:
        pod["nodeSelector"] = {str(key): _text(value) for key, value in full["node_selector"].items()}
    if full["tolerations"]:
        pod["tolerations"] = [dict(each) for each in full["tolerations"]]
    return pod


def _container(
    name: str, full: Mapping[str, Any], image: str, config_name: str, *, serves: bool = True
) -> dict[str, Any]:
    """serves: with a port, probes and a hook at its end."""
    container: dict[str, Any] = {
        "name": name,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "resources": {key: dict(value) for key, value in full["resources"].items()},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }
    if full["port"] is not None and serves:
        container["ports"] = [{"name": "http", "containerPort": full["port"], "protocol": "TCP"}]
    for key in ("command", "args"):
        if full[key]:
            container[key] = [str(part) for part in full[key]]
    if config_name:
        container["envFrom"] = [{"configMapRef": {"name": config_name}}]
    if full["pre_stop_seconds"] and serves:
        # The load balancer goes on sending for a while after the pod was told to end.
        container["lifecycle"] = {"preStop": {"sleep": {"seconds": full["pre_stop_seconds"]}}}
    for kind in _PROBES if serves else ():
        if kind in full["probes"]:
            container[f"{kind}Probe"] = _probe(full["probes"][kind])
    return container


def _probe(probe: Mapping[str, Any]) -> dict[str, Any]:
    ask: dict[str, Any] = (
        {"httpGet": {"path": probe["path"], "port": "http", "scheme": "HTTP"}}
        if "path" in probe
        else {"exec": {"command": [str(part) for part in probe["command"]]}}
    )
    return {**ask, **{_PROBE_KEYS[key]: value for key, value in probe.items() if key in _PROBE_KEYS}}


def _autoscaler(name: str, hpa: Mapping[str, Any], namespace: str, labels: Mapping[str, str]) -> dict[str, Any]:
    spec = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
        "minReplicas": hpa["min"],
        "maxReplicas": hpa["max"],
        "metrics": [
            {
                "type": "Resource",
                "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": hpa["cpu"]}},
            }
        ],
    }
    return _object("autoscaling/v2", "HorizontalPodAutoscaler", name, namespace, labels, spec=spec)


def _text(value: Any) -> str:
    """The text of a configuration value as a container sees it: true and false in lower case."""
    return str(value).lower() if isinstance(value, bool) else str(value)

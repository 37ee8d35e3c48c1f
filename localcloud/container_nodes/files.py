"""Configuration files of the node side as text. Pure: values in, text out.

https://github.com/containerd/containerd/blob/v2.3.7/docs/cri/config.md
https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
https://kubernetes.io/docs/reference/config-api/kube-proxy-config.v1alpha1/
https://docs.haproxy.org/2.6/configuration.html
https://coredns.io/plugins/kubernetes/
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud.container_nodes.addressing import BRIDGE, DNS_DOMAIN, DNS_PORT, NETWORK, Node

#: What a kubelet keeps free, and takes from what pods may ask for.
EVICTION_MIB = 50
#: The image of a pod's sandbox. It is made of busybox and imported into each node: nothing is pulled for it.
PAUSE_IMAGE = "localcloud.creator.platform/pause:1"


@dataclass(frozen=True)
class Forward:
    """One line of the proxy: what listens where, and where it leads. A side in the namespace says so."""

    name: str
    listen: str
    to: str
    listen_inside: bool = False
    to_inside: bool = False


def containerd(
    node: Node, *, root: Path, run: Path, runc: Path, plugins: Path, networks: Path, registries: Path
) -> str:
    """containerd's configuration.

    root: what stays, run: what a restart empties; plugins: folder of the CNI programs, networks: of their configuration;
    registries: folder of hosts.toml files.
    """
    quoted = json.dumps  # a JSON string is a TOML basic string
    return f"""\
version = 3
root = {quoted(str(root))}
state = {quoted(str(run / "state"))}
# Nothing under /opt, no traces, no plug-ins of others.
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.internal.v1.tracing",
  "io.containerd.tracing.processor.v1.otlp", "io.containerd.nri.v1.nri"]

[grpc]
address = {quoted(str(run / "containerd.sock"))}

[plugins."io.containerd.cri.v1.images"]
snapshotter = "overlayfs"

[plugins."io.containerd.cri.v1.images".pinned_images]
sandbox = {quoted(PAUSE_IMAGE)}

[plugins."io.containerd.cri.v1.images".registry]
config_path = {quoted(str(registries))}

[plugins."io.containerd.cri.v1.runtime"]
# Where the process may not lower its score, the sandbox would die with "can't get final child's PID from pipe: EOF".
restrict_oom_score_adj = true
# A profile would be loaded into the machine's kernel and stay there.
disable_apparmor = true
netns_mounts_under_state_dir = true

[plugins."io.containerd.cri.v1.runtime".cni]
bin_dirs = [{quoted(str(plugins))}]
conf_dir = {quoted(str(networks))}

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
BinaryName = {quoted(str(runc))}
Root = {quoted(str(run / "runc"))}
SystemdCgroup = false
"""


def hosts(endpoint: str) -> str:
    """containerd's hosts.toml of a registry that is reached at `endpoint`, and nowhere else.

    As the server, not as a mirror of it: after a refusal of a mirror the name of the image would be looked up in the world, and
    the pod's event would tell of that. https://github.com/containerd/containerd/blob/v2.3.7/docs/hosts.md
    """
    return f'server = {json.dumps(endpoint)}\ncapabilities = ["pull", "resolve"]\n'


def credential_provider(python: Path, *, state: Path, repository: Path, endpoint: str, credentials: Path) -> str:
    """CredentialProviderConfig: for images of ECR the kubelet asks `localcloud credential-provider`.

    python: the interpreter that runs it; repository: where localcloud is; endpoint: the AWS API as the node reaches it;
    credentials: file with those of the node's role.
    https://kubernetes.io/docs/reference/config-api/kubelet-config.v1/#kubelet-config-k8s-io-v1-CredentialProviderConfig
    """
    arguments = ["-m", "localcloud", "credential-provider", "--state", str(state), "--endpoint", endpoint]
    arguments += ["--credentials", str(credentials)]
    provider = {
        "name": python.name,
        "apiVersion": "credentialprovider.kubelet.k8s.io/v1",
        "matchImages": ["*.dkr.ecr.*.amazonaws.com"],
        "defaultCacheDuration": "6h",
        "args": arguments,
        "env": [{"name": "PYTHONPATH", "value": str(repository)}],
    }
    return _json(
        {"apiVersion": "kubelet.config.k8s.io/v1", "kind": "CredentialProviderConfig", "providers": [provider]}
    )


def network(node: Node, *, addresses: Path) -> str:
    """CNI configuration: each pod has a wire of its own to the namespace, which routes. addresses: folder of those given out.

    Wires instead of a bridge: a bridge hands an answer from pod to pod past the translation of a Service's address.
    """
    plugin = {
        "type": "ptp",
        "ipMasq": False,
        "ipam": {
            "type": "host-local",
            "dataDir": str(addresses),
            "ranges": [[{"subnet": node.pods}]],
            "routes": [{"dst": "0.0.0.0/0"}],
        },
    }
    return _json({"cniVersion": "0.4.0", "name": f"pods-{node.index}", "plugins": [plugin]})


def kubelet(
    node: Node,
    *,
    run: Path,
    folder: Path,
    ca: Path,
    certificate: Path,
    key: Path,
    cgroup: str,
    provider_id: str,
    dns: str,
    pods: int,
    reserved: Mapping[str, str],
) -> str:
    """KubeletConfiguration.

    run: as for containerd; folder: the node's own; certificate, key: for the kubelet's port; cgroup: of all its pods;
    dns: address that pods ask for names; pods: how many it takes; reserved: what of the machine is not the node's.
    """
    return _json(
        {
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "kind": "KubeletConfiguration",
            "address": node.address,
            "port": node.kubelet_port,
            "readOnlyPort": 0,
            "healthzPort": 0,
            "authentication": {
                "anonymous": {"enabled": False},
                "webhook": {"enabled": True},
                "x509": {"clientCAFile": str(ca)},
            },
            "authorization": {"mode": "Webhook"},
            "tlsCertFile": str(certificate),
            "tlsPrivateKeyFile": str(key),
            "containerRuntimeEndpoint": f"unix://{run / 'containerd.sock'}",
            "staticPodPath": "",
            "podLogsDir": str(folder / "pod-logs"),
            "volumePluginDir": str(folder / "volume-plugins"),
            "resolvConf": str(folder / "resolv.conf"),
            "clusterDNS": [dns],
            "clusterDomain": DNS_DOMAIN,
            "providerID": provider_id,
            "cgroupDriver": "cgroupfs",
            "cgroupRoot": cgroup,
            "failCgroupV1": False,
            "failSwapOn": False,
            "enforceNodeAllocatable": [],
            "localStorageCapacityIsolation": False,
            "makeIPTablesUtilChains": False,
            "registerNode": True,
            "serializeImagePulls": False,
            "maxPods": pods,
            "systemReserved": dict(reserved),
            # The disk and the memory are those of a machine that others use too: what it has left is no reason to evict.
            "evictionHard": {
                "memory.available": f"{EVICTION_MIB}Mi",
                "nodefs.available": "1%",
                "imagefs.available": "1%",
            },
            "imageGCHighThresholdPercent": 100,
            "nodeStatusUpdateFrequency": "5s",
            "shutdownGracePeriod": "0s",
        }
    )


def corefile(kubeconfig: Path) -> str:
    """CoreDNS's configuration: names of Services and pods of the cluster, and no others, for nothing else is reached."""
    return f"""\
.:{DNS_PORT} {{
    bind {BRIDGE}
    errors
    kubernetes {DNS_DOMAIN} in-addr.arpa ip6.arpa {{
        kubeconfig {kubeconfig}
        pods insecure
        ttl 5
    }}
    loadbalance
}}
"""


def proxy(node: Node, *, kubeconfig: Path) -> str:
    """KubeProxyConfiguration. One serves all nodes, for they share the namespace; nothing of it listens but on its loopback."""
    return _json(
        {
            "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
            "kind": "KubeProxyConfiguration",
            "mode": "nftables",
            "clientConnection": {"kubeconfig": str(kubeconfig)},
            "clusterCIDR": NETWORK,
            "hostnameOverride": node.name,
            "bindAddress": node.address,
            "healthzBindAddress": "127.0.0.1:10256",
            "metricsBindAddress": "127.0.0.1:10249",
            "nodePortAddresses": [f"{node.address}/32"],
            # These limits are the machine's, not the namespace's: leave them.
            "conntrack": {"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
        }
    )


def haproxy(forwards: Iterable[Forward], namespace: str) -> str:
    """HAProxy's configuration: the only way between the namespace and the machine's loopback."""
    lines = [
        "global",
        "    maxconn 2000",
        "    nbthread 1",
        "defaults",
        "    mode tcp",
        "    timeout connect 5s",
        # A watch of the API server may be silent for long.
        "    timeout client 1h",
        "    timeout server 1h",
    ]
    for forward in forwards:
        inside = f" namespace {namespace}"
        lines += [
            f"listen {forward.name}",
            f"    bind {forward.listen}{inside if forward.listen_inside else ''}",
            f"    server to {forward.to}{inside if forward.to_inside else ''}",
        ]
    return "\n".join(lines) + "\n"


def kubeconfig(server: str, *, ca: Path, certificate: Path, key: Path) -> str:
    """A kubeconfig of a client certificate."""
    return _json(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "this", "cluster": {"server": server, "certificate-authority": str(ca)}}],
            "users": [{"name": "this", "user": {"client-certificate": str(certificate), "client-key": str(key)}}],
            "contexts": [{"name": "this", "context": {"cluster": "this", "user": "this"}}],
            "current-context": "this",
        }
    )


def instance_credentials(credentials: Mapping[str, str]) -> str:
    """The file with which the credential provider asks in the name of the node's role; credentials: as AssumeRole gives them.

    https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
    """
    return (
        "[default]\n"
        f"aws_access_key_id = {credentials['AccessKeyId']}\n"
        f"aws_secret_access_key = {credentials['SecretAccessKey']}\n"
        f"aws_session_token = {credentials['SessionToken']}\n"
    )


def in_group(procs: Sequence[str]) -> str:
    """A script that runs its arguments in a control group. procs: its `cgroup.procs` in each hierarchy; one is enough."""
    tries = " || ".join(f"{{ echo 0 > {shlex.quote(path)}; }} 2>/dev/null" for path in procs)
    return f'{{ {tries}; }} && exec "$@"\n'


#: Settings of the whole machine that a kubelet sets where they differ. It is shown these values, and leaves the machine's.
#: https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/kubelet/cm/container_manager_linux.go (setupKernelTunables)
KERNEL_SETTINGS = {
    "vm/overcommit_memory": "1",
    "vm/panic_on_oom": "0",
    "kernel/panic": "10",
    "kernel/panic_on_oops": "1",
    "kernel/keys/root_maxkeys": "1000000",
    "kernel/keys/root_maxbytes": "25000000",
}


def setting_file(path: str) -> str:
    """Name of the file with the value of a kernel setting."""
    return path.replace("/", "-")


def holder(state: Path, settings: Path, name: str) -> str:
    """The script of the first process of the node side's own process and mount namespaces; all others end with it.

    It lays a throw-away layer over what the parts write outside the state folder (/run, /var), shows them the kernel
    settings that they would set, says that it is done, and then only takes leave of ended processes.
    """
    shown = "\n".join(
        f"mount --bind /run/kernel-settings/{setting_file(path)} /proc/sys/{path}" for path in KERNEL_SETTINGS
    )
    folder = shlex.quote(str(state))
    return f"""\
set -eu
cd {folder}
mount --make-rprivate /
mount -t tmpfs -o mode=755 {name} /run
mkdir -p /run/layer/upper /run/layer/work /run/localcloud
cp -r {shlex.quote(str(settings))} /run/kernel-settings
mount -t overlay -o lowerdir=/var,upperdir=/run/layer/upper,workdir=/run/layer/work {name} /var
mkdir -p {folder}
mount --no-canonicalize --bind . {folder}
{shown}
mount --make-rshared /
touch /run/localcloud/ready
cd /
while :; do sleep 86400 & wait; done
"""


def _json(content: Any) -> str:
    return json.dumps(content, indent=2) + "\n"

"""HAProxy's configuration for a description. Pure.

Errors are AWS's: 503 without a target, 502 where a target refuses, closes or answers nonsense, 504 where it is silent.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html
https://docs.haproxy.org/2.6/configuration.html
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field

from localcloud.load_balancer import rules
from localcloud.load_balancer.model import Balancer, Description, Forward, Group, Listener, Target, group_name

#: Seconds within which a target has to take a connection: "10 seconds", not scaled.
CONNECT_SECONDS = 10.0
#: The file with what is known of the servers' health, which a new worker reads: see server_states.
STATES = "servers"
#: Seconds for which a worker that was replaced lives on for connections that do not end.
_LINGER = 3600
#: What a line of the log has, as JSON: read by records.
_LOG = (
    '{"l":"%f","at":"%[var(txn.began)]","state":"%ts","status":%ST,"target_status":"%[var(txn.target)]",'
    '"client":"%ci:%cp","server":"%s","TR":%TR,"Tw":%Tw,"Tc":%Tc,"Tr":%Tr,"Td":%Td,"Ta":%Ta,'
    '"in":%U,"out":%B,"method":"%HM","version":"%HV","uri":"%[var(txn.uri),json(utf8s)]",'
    '"host":"%[var(txn.host),json(utf8s)]","agent":"%[var(txn.agent),json(utf8s)]",'
    '"trace":"%[var(txn.trace),json(utf8s)]","rule":"%[var(txn.rule)]","group":"%[var(txn.group)]",'
    '"done":"%[var(txn.done)]","location":"%[var(txn.location),json(utf8s)]","cipher":"%sslc","tls":"%sslv",'
    '"sni":"%[ssl_fc_sni,json(utf8s)]","certificate":"%[ssl_f_sha1,hex]"}'
)
_OWN = "!{ var(txn.target) -m found }"
_REFUSED = f"{{ status 503 }} {{ var(txn.sent) -m found }} {_OWN}"


@dataclass
class Rendered:
    """The configuration, and the files beside it that it names; some hold keys."""

    text: str
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Changes with any of it."""
        made = hashlib.sha256(self.text.encode())
        for name, content in sorted(self.files.items()):
            made.update(f"{name} {hashlib.sha256(content).hexdigest()}".encode())
        return made.hexdigest()


def render(description: Description, log: int, connect: float = CONNECT_SECONDS) -> Rendered:
    """The configuration; its paths are relative to the folder of the process. log: descriptor that lines of the log go to."""
    made = Rendered("", _error_pages())
    # The proxy says 503 where it gets no connection: which of AWS's two errors that is, the time tells.
    passed = f"date(0,ms),sub(txn.began),div({_milliseconds(connect)}),bool"
    cause = f"%[{passed},iif('{rules.TIMED_OUT}','{rules.BAD_GATEWAY}')]"
    lines = [
        *(f"# namespace {name} {inode}" for name, inode in description.namespaces),
        "global",
        "    maxconn 4000",
        "    nbthread 1",
        f"    hard-stop-after {_LINGER}s",
        f"    log fd@{log} len 8192 format raw local0 info",
        # As ACM: certificates with short keys, and the old protocols of old policies.
        "    ssl-default-bind-ciphers DEFAULT:@SECLEVEL=0",
        f"    server-state-file ./{STATES}",
        "defaults",
        "    mode http",
        "    log global",
        "    option http-server-close",
        "    option dontlognull",
        "    retries 0",
        f"    timeout connect {_milliseconds(connect)}",
        "    load-server-state-from-file global",
        f'    http-error status 503 content-type text/html lf-string "{_escaped(rules.ERROR).format(cause)}"',
        "    http-error status 502 content-type text/html file error-502",
        "    http-error status 504 content-type text/html file error-504",
    ]
    by_name = {group.name: group for group in description.groups}
    idle: dict[str, int] = {}
    for balancer in description.balancers:
        for listener in balancer.listeners:
            own, files = _frontend(balancer, listener, by_name, connect)
            lines += own
            made.files |= files
            for name in _groups_of(listener):
                idle[name] = max(idle.get(name, 0), balancer.idle)
    for group in description.groups:
        if group.name in idle and group.targets:
            lines += _backends(group, idle[group.name])
    made.text = "\n".join(lines) + "\n"
    return made


def server_states(description: Description, known: str) -> str:
    """The file of servers' states: `known` ones as `show servers state` tells them; others wait for their first check to pass.

    "Each new target has to pass one health check":
    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
    """
    rows = [line.split() for line in known.splitlines() if line and line[0].isdigit()]
    found = {(row[1], row[3]): row for row in rows if len(row) >= 25}
    lines = ["1", f"# {_HEADINGS}"]
    for place, group in enumerate(description.groups):
        for number, target in enumerate(group.targets):
            address, _, port = target.to.rpartition(":")
            row = found.get((group.name, target.server)) or [
                *("0", group.name, "0", target.server, address, "0", "0", "1", "1", "0", "1", "0"),
                *(str(group.check.healthy - 1), "6", "0", "0", "0", "-", port, "-", "0", "0", "-", "-", "0"),
            ]
            row = [str(place + 1), row[1], str(number + 1), *row[3:]]
            lines.append(" ".join([*row[:12], str(_standing(row, group)), *row[13:]]))
    return "\n".join(lines) + "\n"


_HEADINGS = (
    "be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change "
    "srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn "
    "srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port"
)


def _standing(row: list[str], group: Group) -> int:
    """The proxy's count of checks, as the thresholds of now allow it: below that of healthy ones a server is down."""
    count, rise, most = int(row[12]), group.check.healthy, group.check.healthy + group.check.unhealthy - 1
    if row[5] == "0":
        return min(count, rise - 1)
    return count if rise <= count <= most else most


def _milliseconds(seconds: float) -> int:
    return max(1, math.ceil(seconds * 1000))


def _error_pages() -> dict[str, bytes]:
    titles = {502: rules.BAD_GATEWAY, 503: rules.UNAVAILABLE, 504: rules.TIMED_OUT}
    return {f"error-{status}": rules.ERROR.format(title).encode() for status, title in titles.items()}


def _escaped(page: str) -> str:
    return page.replace("\r\n", r"\r\n").replace(" ", r"\ ")


def _groups_of(listener: Listener) -> list[str]:
    return [
        group_name(arn)
        for rule in listener.rules
        if isinstance(rule.action, Forward)
        for arn, weight in rule.action.choices
        if weight > 0
    ]


def _frontend(
    balancer: Balancer, listener: Listener, groups: dict[str, Group], connect: float
) -> tuple[list[str], dict[str, bytes]]:
    files: dict[str, bytes] = {}
    lines = [
        f"bind 127.0.0.1:{listener.local_port}{_tls(balancer, listener, files)}",
        f"timeout client {balancer.idle}s",
        f"timeout http-request {balancer.idle}s",
        f"timeout http-keep-alive {balancer.idle}s",
        f"log-format '{_LOG}'",
        "http-request set-var(txn.began) date(0,ms)",
        "http-request set-var(txn.uri) url,bytes(0,2048)",
        "http-request set-var(txn.host) req.hdr(host),host_only,bytes(0,256)",
        "http-request set-var(txn.agent) req.fhdr(user-agent),bytes(0,512)",
        f"http-request set-var(txn.protocol) str({'https' if listener.secure else 'http'})",
        'http-request set-var-fmt(txn.asked) "?%[query]" if { query -m len gt 0 }',
        *_trace(),
        *rules.choosing(listener.rules),
        *_forwarded(balancer, listener),
    ]
    ports = {each.port: each.local_port for each in balancer.listeners}
    for rule in listener.rules:
        own, named = rules.acting(rule, listener, ports)
        lines += own
        files |= named
    lines += _without_targets(listener, groups)
    late = f"{{ var(txn.passed) -m int ge {_milliseconds(connect)} }}"
    lines += [
        "http-request set-var(txn.sent) bool(true)",
        "http-response set-var(txn.target) status",
        "http-after-response set-var(txn.passed) date(0,ms),sub(txn.began)",
        f"http-after-response set-status 504 reason 'Gateway Time-out' if {_REFUSED} {late}",
        f"http-after-response set-status 502 reason 'Bad Gateway' if {_REFUSED}",
        f"http-after-response set-header Server awselb/2.0 if {_OWN}",
    ]
    used = [name for name in dict.fromkeys(_groups_of(listener)) if name in groups and groups[name].targets]
    # "If a target group contains only unhealthy registered targets, the load balancer routes requests to all those targets"
    lines += [
        f"use_backend {name}-open if {{ var(txn.group) -m str {name} }} {{ nbsrv({name}) eq 0 }}" for name in used
    ]
    lines += ["use_backend %[var(txn.group)]"] if used else []
    return [f"frontend {listener.name}", *(f"    {line}" for line in lines)], files


def _tls(balancer: Balancer, listener: Listener, files: dict[str, bytes]) -> str:
    if not listener.secure:
        return ""
    names = []
    for certificate in listener.certificates:
        name = f"certificate-{hashlib.sha256(certificate.content).hexdigest()[:16]}.pem"
        files[name] = certificate.content
        names.append(name)
    listed = f"certificates-{listener.name}"
    files[listed] = "".join(f"{name}\n" for name in names).encode()
    protocols = " alpn h2,http/1.1" if balancer.http2 else " alpn http/1.1"
    return f" ssl crt-list {listed} ssl-min-ver {listener.least_tls} ssl-max-ver {listener.most_tls}{protocols}"


def _trace() -> list[str]:
    """`Root=1-<time>-<random>`; one that is there stays, and gets a `Self`."""
    made = "1-%[var(txn.time),lower]-%[uuid,bytes(24,12)]%[uuid,bytes(24,12)]"
    given = "req.fhdr(x-amzn-trace-id)"
    return [
        'http-request set-var-fmt(txn.time) "%{+X}Ts"',
        f'http-request set-var-fmt(txn.trace) "Self={made};%[{given}]" if {{ {given} -m sub Root= }}',
        f'http-request set-var-fmt(txn.trace) "Root={made};%[{given}]" '
        f"if !{{ var(txn.trace) -m found }} {{ {given} -m found }}",
        f'http-request set-var-fmt(txn.trace) "Root={made}" if !{{ var(txn.trace) -m found }}',
        "http-request set-header X-Amzn-Trace-Id %[var(txn.trace)]",
    ]


def _forwarded(balancer: Balancer, listener: Listener) -> list[str]:
    lines = ["http-request del-header '[^-A-Za-z0-9]' -m reg"] if balancer.drop_invalid else []
    client = "%[src]:%[src_port]" if balancer.client_port else "%[src]"
    if balancer.forwarded_for == "append":
        there = "{ req.fhdr(x-forwarded-for) -m found }"
        several = "{ req.fhdr_cnt(x-forwarded-for) gt 1 }"
        lines += [
            f'http-request set-var-fmt(txn.for) "%[req.fhdr(x-forwarded-for)], {client}" if {there}',
            f'http-request set-var-fmt(txn.for) "{client}" if !{there}',
            # Several of them stay as they are, and get one more: joined to one, all but the last would be lost.
            f'http-request add-header X-Forwarded-For "{client}" if {several}',
            f"http-request set-header X-Forwarded-For %[var(txn.for)] if !{several}",
        ]
    elif balancer.forwarded_for == "remove":
        lines.append("http-request del-header X-Forwarded-For")
    return [
        *lines,
        "http-request set-header X-Forwarded-Proto %[var(txn.protocol)]",
        f"http-request set-header X-Forwarded-Port {listener.port}",
    ]


def _without_targets(listener: Listener, groups: dict[str, Group]) -> list[str]:
    """503 where nothing is registered; 504 where nothing that is registered can be reached: not even tried."""

    def answer(status: int, when: str) -> str:
        return f"http-request return status {status} content-type text/html file error-{status} if {when}"

    lines = [answer(503, "!{ var(txn.group) -m found }")]
    for name in dict.fromkeys(_groups_of(listener)):
        group = groups.get(name)
        if group is None or not group.targets:
            status = 504 if group is not None and group.registered else 503
            lines.append(answer(status, f"{{ var(txn.group) -m str {name} }}"))
    return lines


def _backends(group: Group, idle: int) -> list[str]:
    """Two: one that knows who is healthy, and one for when nobody is."""
    check = group.check
    common = [
        f"balance {'leastconn' if group.least_outstanding else 'roundrobin'}",
        f"timeout server {idle}s",
        f"timeout tunnel {idle}s",
    ]
    sticky = f"cookie AWSALB insert indirect nocache maxidle {math.ceil(group.sticky)}s" if group.sticky else None
    uri = "'" + check.path.replace("'", "'\\''") + "'"
    lines = [
        f"backend {group.name}",
        *common,
        *([sticky] if sticky else []),
        f"timeout check {_milliseconds(check.timeout)}",
        "option httpchk",
        f"http-check send meth GET uri {uri} ver HTTP/1.1 hdr Host health-check hdr User-Agent ELB-HealthChecker/2.0"
        " hdr Connection close",
        f"http-check expect status {check.matcher}",
    ]
    checked = f" check inter {_milliseconds(check.interval)} rise {check.healthy} fall {check.unhealthy}"
    checked += f" port {check.port}" if check.port else ""
    checked += " check-ssl verify none" if check.secure else ""
    checked += f" slowstart {_milliseconds(group.slow_start)}" if group.slow_start else ""
    for target in group.targets:
        cookie = f" cookie {target.server}" if sticky else ""
        via = " check-via-socks4" if target.through else ""
        lines.append(_server(group, target) + checked + via + cookie)
    lines += [f"backend {group.name}-open", *common]
    lines += [_server(group, target) for target in group.targets]
    return [line if line.startswith("backend ") else f"    {line}" for line in lines]


def _server(group: Group, target: Target) -> str:
    inside = f" socks4 {target.through}" if target.through else ""
    return f"server {target.server} {target.to}{inside}{' ssl verify none' if group.secure else ''}"

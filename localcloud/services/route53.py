"""Route 53: changes that take a while, change batches that are all or nothing, health that can be set, failover answers.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetChange.html
https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHealthCheckStatus.html
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.core.utils import utcfromtimestamp
from moto.moto_api._internal import mock_random
from moto.route53.exceptions import NoSuchHealthCheck
from moto.route53.models import FakeZone, HealthCheck, Route53Backend, route53_backends
from moto.route53.responses import Route53
from moto.route53.urls import url_paths

from localcloud.cloud import Cloud
from localcloud.control import ControlError, ControlRequest, route
from localcloud.services import route53_answers, route53_changes, route53_health, route53_traffic

#: AWS seconds until all name servers have a change: "generally within 60 seconds".
SYNC_SECONDS = 45


class Route53Error(ServiceException):
    """An answer of Route 53 that is an error."""


def install(cloud: Cloud) -> None:
    """Patch moto's Route 53."""
    _install_changes(cloud)
    _install_health()
    route53_traffic.install_name_server(cloud)
    backend: Any = Route53Backend
    backend.change_resource_record_sets = route53_changes.change
    backend.create_hosted_zone = _create_zone(backend.create_hosted_zone)
    zone: Any = FakeZone
    zone.get_record_sets = route53_changes.sorted_records
    url_paths[r"{0}/(?P<api_version>[\d_-]+)/testdnsanswer$"] = Route53.dispatch
    patched: Any = Route53
    patched.test_dns_answer = _test_dns_answer

    @route("PUT", "/_localcloud/health-checks")
    def set_health(request: ControlRequest) -> dict[str, str]:
        """Body: {id, healthy: false}."""
        with cloud.lock:
            for partitions in route53_backends.values():
                for each in list(dict.values(partitions)):
                    if found := each.health_checks.get(request.body["id"]):
                        found.healthy = bool(request.body["healthy"])
                        cloud.touched("route53")
                        return {"id": request.body["id"], "healthy": str(found.healthy)}
        raise ControlError(f"no health check {request.body['id']!r}", 404)


def _create_zone(plain: Callable[..., Any]) -> Callable[..., Any]:
    def create_hosted_zone(self: Any, name: str, private_zone: bool, caller_reference: Any = None, **named: Any) -> Any:
        if caller_reference and any(each.caller_reference == caller_reference for each in self.zones.values()):
            raise Route53Error(
                "HostedZoneAlreadyExists",
                f"A hosted zone has already been created with the caller reference {caller_reference}",
            )
        made = plain(self, name.lower(), private_zone, caller_reference=caller_reference, **named)
        for record in made.rrsets:
            if record.type == "SOA":
                # https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html
                first = made.delegation_set.name_servers[0].rstrip(".")
                record.records = [f"{first}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"]
        return made

    return create_hosted_zone


def _install_changes(cloud: Cloud) -> None:
    patched: Any = Route53

    def remember(plain: Callable[..., ActionResult]) -> Callable[..., ActionResult]:
        def answer(self: Any) -> ActionResult:
            result = plain(self)
            changes = self.backend.__dict__.setdefault("changes", {})
            identifier = "C" + mock_random.get_random_string(length=20).upper()
            changes[identifier] = time.time()
            content: Any = result.result
            content["ChangeInfo"] = {**content["ChangeInfo"], "Id": f"/change/{identifier}", "Status": "PENDING"}
            return result

        return answer

    for name in ("create_hosted_zone", "delete_hosted_zone", "change_resource_record_sets"):
        setattr(patched, name, remember(getattr(patched, name)))

    def get_change(self: Any) -> ActionResult:
        identifier = self._get_param("Id").removeprefix("/change/")
        submitted = self.backend.__dict__.setdefault("changes", {}).get(identifier)
        if submitted is None:
            raise Route53Error("NoSuchChange", f"Could not find resource with ID: {identifier}")
        done = time.time() >= submitted + cloud.seconds(SYNC_SECONDS)
        info = {"Id": f"/change/{identifier}", "Status": "INSYNC" if done else "PENDING"}
        return ActionResult({"ChangeInfo": {**info, "SubmittedAt": utcfromtimestamp(submitted)}})

    patched.get_change = get_change


def _install_health() -> None:
    check: Any = HealthCheck
    backend: Any = Route53Backend
    patched: Any = Route53
    plain_init, plain_create, plain_update = check.__init__, backend.create_health_check, backend.update_health_check

    def init(self: Any, health_check_id: str, caller_reference: str, health_check_args: dict[str, Any]) -> None:
        secure = str(health_check_args.get("type", "")).startswith("HTTPS")
        given = dict(health_check_args)
        if given.get("port") is None:
            given["port"] = 443 if secure else 80
        if given.get("enable_sni") is None:
            given["enable_sni"] = secure
        plain_init(self, health_check_id, caller_reference, given)
        self.given = health_check_args
        self.healthy = True

    def create(self: Any, caller_reference: str, health_check_args: dict[str, Any]) -> Any:
        for known in self.health_checks.values():
            if known.caller_reference == caller_reference:
                if getattr(known, "given", None) == health_check_args:
                    return known
                raise Route53Error(
                    "HealthCheckAlreadyExists",
                    f"A health check has already been created with the reference {caller_reference}",
                )
        return plain_create(self, caller_reference, health_check_args)

    def update(self: Any, health_check_id: str, health_check_args: dict[str, Any]) -> Any:
        found = plain_update(self, health_check_id, health_check_args)
        found.health_check_version += 1
        return found

    def delete(self: Any, health_check_id: str) -> None:
        if health_check_id not in self.health_checks:
            raise NoSuchHealthCheck(health_check_id)
        del self.health_checks[health_check_id]

    def status(self: Any) -> ActionResult:
        found = self.backend.get_health_check(self._get_param("HealthCheckId"))
        standing = route53_health.standings.get(found.id)
        good = getattr(found, "healthy", True)
        text = (
            "Success: HTTP Status Code 200, OK"
            if good
            else "Failure: Connection timed out. The endpoint did not answer"
        )
        text = standing.text if good and standing is not None else text
        rows = [
            {
                "Region": region,
                "IPAddress": address,
                "StatusReport": {"Status": text, "CheckedTime": utcfromtimestamp(time.time())},
            }
            for region, address in (
                ("us-east-1", "15.177.2.1"),
                ("eu-west-1", "15.177.34.1"),
                ("ap-southeast-1", "15.177.50.1"),
            )
        ]
        return ActionResult({"HealthCheckObservations": rows})

    check.__init__ = init
    backend.create_health_check, backend.update_health_check, backend.delete_health_check = create, update, delete
    patched.get_health_check_status = status


def _test_dns_answer(self: Any) -> ActionResult:
    """https://docs.aws.amazon.com/Route53/latest/APIReference/API_TestDNSAnswer.html"""
    zone = self.backend.get_hosted_zone(self._get_param("HostedZoneId"))
    name, kind = self._get_param("RecordName"), self._get_param("RecordType")
    code, values = route53_answers.answer(zone, name, kind)
    return ActionResult(
        {
            "Nameserver": zone.delegation_set.name_servers[0] if zone.delegation_set else "",
            "RecordName": name,
            "RecordType": kind,
            "RecordData": values,
            "ResponseCode": code,
            "Protocol": "UDP",
        }
    )

"""IAM Access Analyzer, which moto lacks: analyzers and their tags. Findings are not made up.

https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_CreateAnalyzer.html
https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ListAnalyzers.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-quotas.html (one external access analyzer in a Region)
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from types import ModuleType
from typing import Any
from urllib.parse import unquote

from moto import backend_index, backends
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse, EmptyResult

from localcloud.cloud import Cloud

NAME = "accessanalyzer"
TYPES = frozenset({"ACCOUNT", "ORGANIZATION"})


class Refused(ServiceException):
    """What the service refuses, by its code."""

    def __init__(self, code: str, status: int, message: str) -> None:
        super().__init__(message)
        self.code, self.status = code, status


class AccessAnalyzerBackend(BaseBackend):
    """Analyzers of a Region, by name."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.analyzers: dict[str, dict[str, Any]] = {}

    @property
    def _url_module(self) -> Any:
        return sys.modules[f"moto.{NAME}"]

    def find(self, name: str) -> dict[str, Any]:
        """The analyzer. Raises Refused."""
        if name not in self.analyzers:
            raise Refused("ResourceNotFoundException", 404, f"There is no analyzer with the name {name}.")
        return self.analyzers[name]

    def create(self, name: str, kind: str, tags: dict[str, str]) -> str:
        """The ARN of a new analyzer. Raises Refused."""
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_.-]{0,254}", name) or kind not in TYPES:
            raise Refused("ValidationException", 400, f"analyzer {name!r} of type {kind!r} is none that can be")
        if name in self.analyzers:
            raise Refused("ConflictException", 409, f"An analyzer with the name {name} already exists.")
        if any(each["type"] == kind for each in self.analyzers.values()):
            raise Refused(
                "ServiceQuotaExceededException", 402, f"There can be one analyzer of type {kind} in a Region."
            )
        arn = f"arn:aws:access-analyzer:{self.region_name}:{self.account_id}:analyzer/{name}"
        created = datetime.now(UTC)
        row = {"arn": arn, "name": name, "type": kind, "createdAt": created, "tags": tags, "status": "ACTIVE"}
        self.analyzers[name] = row
        return arn

    def tagged(self, arn: str) -> dict[str, str]:
        """The tags of an analyzer, to be changed. Raises Refused."""
        tags: dict[str, str] = self.find(arn.rsplit("/", 1)[-1])["tags"]
        return tags


accessanalyzer_backends = BackendDict(AccessAnalyzerBackend, NAME)


class AccessAnalyzerResponse(BaseResponse):
    """The service's operations."""

    def __init__(self) -> None:
        super().__init__(service_name=NAME)

    @property
    def _backend(self) -> AccessAnalyzerBackend:
        return accessanalyzer_backends[self.current_account][self.region]

    @property
    def _last(self) -> str:
        return unquote(self.path).split("/", 2)[-1]

    def create_analyzer(self) -> ActionResult:
        """CreateAnalyzer."""
        name, kind = self._get_param("analyzerName"), self._get_param("type")
        return ActionResult({"arn": self._backend.create(name, kind, dict(self._get_param("tags") or {}))})

    def get_analyzer(self) -> ActionResult:
        """GetAnalyzer."""
        return ActionResult({"analyzer": self._backend.find(self._last)})

    def list_analyzers(self) -> ActionResult:
        """ListAnalyzers, of one type or all."""
        kind = self._get_param("type")
        found = [each for _name, each in sorted(self._backend.analyzers.items()) if kind in (None, each["type"])]
        return ActionResult({"analyzers": found})

    def delete_analyzer(self) -> EmptyResult:
        """DeleteAnalyzer."""
        self._backend.find(self._last)
        del self._backend.analyzers[self._last]
        return EmptyResult()

    def list_tags_for_resource(self) -> ActionResult:
        """ListTagsForResource."""
        return ActionResult({"tags": self._backend.tagged(self._last)})

    def tag_resource(self) -> ActionResult:
        """TagResource."""
        self._backend.tagged(self._last).update(self._get_param("tags"))
        return ActionResult({})

    def untag_resource(self) -> ActionResult:
        """UntagResource."""
        tags = self._backend.tagged(self._last)
        for key in self.querystring.get("tagKeys", []):
            tags.pop(key, None)
        return ActionResult({})


def install(cloud: Cloud) -> None:
    """Make it one of moto's services, which are packages with models and URLs."""
    package, library = _package(), backends
    for name in (f"moto.{NAME}", f"moto.{NAME}.models"):
        sys.modules[name] = package
    pattern = (NAME, re.compile(r"https?://access-analyzer\.(.+)\.amazonaws\.com"))
    if pattern not in backend_index.backend_url_patterns:
        backend_index.backend_url_patterns.append(pattern)
    plain = library.list_of_moto_modules

    def listed() -> Iterator[str]:
        yield from plain()
        yield NAME

    library.list_of_moto_modules = listed


def _package() -> ModuleType:
    package: Any = ModuleType(f"moto.{NAME}")
    package.accessanalyzer_backends = accessanalyzer_backends
    package.url_bases = [r"https?://access-analyzer\.(.+)\.amazonaws\.com"]
    dispatch = AccessAnalyzerResponse.dispatch
    package.url_paths = {
        "{0}/analyzer$": dispatch,
        "{0}/analyzer/(?P<name>[^/]+)$": dispatch,
        "{0}/tags/(?P<arn>.+)$": dispatch,
    }
    module: ModuleType = package
    return module

# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the server of the warm connection has loaded, with checksums, and where a payload's other modules come from.

Standard library only.
"""

from __future__ import annotations

import importlib
import os
import sys
import threading
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType
from typing import Any

from ansible_collections.creator.platform.plugins.plugin_utils.warm_request import UnknownCall, digest

ROOTS = ("ansible", "ansible_collections")
# What nearly every module call needs. The rest is learned from the payloads.
FIRST = (
    "ansible.module_utils.basic",
    "ansible.module_utils._internal._ansiballz._loader",
    "boto3",
    "botocore.auth",
    "botocore.httpsession",
    "botocore.parsers",
    "botocore.regions",
    "botocore.retryhandler",
    "botocore.signers",
    "concurrent.futures.thread",
    "zipfile",
)


class Loaded:
    """The modules of Ansible and of collections that the server imported. `digests`: {name: checksum of its source}.

    path: sys.path of an ordinary start. collections: those ("namespace.name") whose module_utils may be learned.
    """

    def __init__(self, path: Sequence[str], collections: Sequence[str]) -> None:
        self.path = list(path)
        self._meta_path: list[Any] = list(sys.meta_path)
        self.digests: dict[str, str] = {}
        self._may_learn = (
            "ansible.module_utils.",
            *(f"ansible_collections.{name}.plugins.module_utils." for name in collections),
        )
        self._changed = self._times()
        self._tried: set[str] = set()
        self.models = Models()
        sys.meta_path.insert(0, RecordingFinder(self.digests))

    def preload(self) -> None:
        """Import what nearly every call needs; what is not installed is left out."""
        for name in FIRST:
            self._load(name)
        self.models.install()

    def learn(self, modules: Sequence[str], models: Sequence[str]) -> None:
        """Load what a call needed, so that the next one finds it. Modules outside the known collections are left out."""
        for name in modules:
            if name.startswith(self._may_learn):
                self._load(name)
        self.models.learn(models)

    def require_current(self) -> None:
        """Raises UnknownCall when a child would not be like a new process: packages were installed, or a thread was started."""
        if self._times() != self._changed:
            raise UnknownCall("Python packages were installed or removed since the server began")
        if threading.active_count() != 1 or len(os.listdir("/proc/self/task")) != 1:
            raise UnknownCall(
                "something that was loaded has started a thread, and a process with threads cannot be forked safely"
            )

    def finders(self, first: Any, *, fresh: bool) -> None:
        """Put a finder first in sys.meta_path; fresh: also drop those that loaded modules added, as six does for six.moves."""
        kept = self._meta_path if fresh else [one for one in sys.meta_path if not isinstance(one, RecordingFinder)]
        sys.meta_path[:] = [first, *kept]

    def _load(self, name: str) -> None:
        if name in self._tried:
            return
        self._tried.add(name)
        before = set(sys.modules)
        try:
            importlib.import_module(name)
        except Exception:
            # A module call imports it itself and answers with what is wrong. Nothing half-loaded may stay for it.
            for added in set(sys.modules) - before:
                if added.partition(".")[0] in ROOTS:
                    del sys.modules[added]

    def _times(self) -> dict[str, int]:
        found = {}
        for folder in self.path:
            try:
                found[folder] = os.stat(folder).st_mtime_ns
            except OSError:
                found[folder] = 0
        return found


class Models:
    """The descriptions of AWS services, large JSON files, that botocore loads for each client."""

    def __init__(self) -> None:
        self._known: dict[str, Any] = {}
        self._folder = ""
        self._load: Callable[[Any, str], Any] | None = None
        #: What a child had to load itself.
        self.lacking: list[str] = []

    def install(self) -> None:
        """Stand before botocore's loader of files, where botocore is installed."""
        loaders = sys.modules.get("botocore.loaders")
        if loaders is None:
            return
        self._folder = os.path.join(os.path.dirname(str(loaders.__file__)), "data", "")
        self._load = loaders.JSONFileLoader.load_file

        def load_file(loader: Any, path: str) -> Any:
            return self.find(loader, path)

        loaders.JSONFileLoader.load_file = load_file

    def find(self, loader: Any, path: str) -> Any:
        """The content of a file. What is known is handed out once in a process: its receiver may change it."""
        found = self._known.pop(path, None)
        if found is None and self._load is not None:
            found = self._load(loader, path)
            if found is not None and path.startswith(self._folder) and path not in self.lacking:
                self.lacking.append(path)
        return found

    def learn(self, paths: Sequence[str]) -> None:
        """Load files of botocore."""
        loaders = sys.modules.get("botocore.loaders")
        for path in paths:
            if loaders is not None and self._load is not None and path not in self._known:
                self._known[path] = self._load(loaders.JSONFileLoader(), path)


class RecordingLoader(SourceFileLoader):
    """Loads a source file and keeps its checksum."""

    def __init__(self, name: str, path: str, digests: dict[str, str]) -> None:
        super().__init__(name, path)
        self._digests = digests

    def get_code(self, fullname: str) -> CodeType | None:
        """The code, from the cache where that is up to date with the file."""
        # Read first: of a file that changes meanwhile the checksum is the old one, which no later payload has.
        self._digests[fullname] = digest(self.get_data(self.get_filename(fullname)))
        return super().get_code(fullname)


class RecordingFinder:
    """Finds modules of Ansible and of collections as usual, in every folder of collections, and keeps their checksums."""

    def __init__(self, digests: dict[str, str]) -> None:
        self._digests = digests

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where the module is; None when it is of neither."""
        parts = name.split(".")
        if parts[0] not in ROOTS:
            return None
        if parts[0] == "ansible_collections" and len(parts) <= 3:
            # The folders above a collection may be in several places; what their __init__ says does not matter.
            spec = ModuleSpec(name, None, is_package=True)
            places = [os.path.join(folder, parts[-1]) for folder in (sys.path if path is None else path)]
            spec.submodule_search_locations = [place for place in places if os.path.isdir(place)]
            return spec
        found = PathFinder.find_spec(name, path, target)
        # A loader of another class does more than to read a file.
        if found is not None and type(found.loader) is SourceFileLoader:  # pylint: disable=unidiomatic-typecheck
            found.loader = RecordingLoader(name, found.loader.path, self._digests)
        return found


class PayloadFinder:
    """In a child: finds modules of Ansible and of collections in the payload's archive, wherever their packages came from."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Where the module is; None when it is of neither."""
        del path
        parents = name.split(".")[:-1]
        if (parents or [name])[0] not in ROOTS:
            return None
        # The payload puts its archive first before it imports anything of it.
        return PathFinder.find_spec(name, [os.path.join(sys.path[0], *parents)], target)

"""Pickles moto's backends: what they share with other backends stays a reference, what cannot be pickled is rebuilt."""

from __future__ import annotations

import copyreg
import hashlib
import io
import pickle
import threading
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

#: The classes behind cryptography's interfaces are not public: one of each tells its type.
_PRIVATE_KEYS = [
    type(key)
    for key in (
        rsa.generate_private_key(65537, 1024),  # noqa: S505 - only its type is used
        ec.generate_private_key(ec.SECP256R1()),
        ed25519.Ed25519PrivateKey.generate(),
    )
]
_LOCK, _RLOCK = type(threading.Lock()), type(threading.RLock())


class LostFactory:
    """Stands for a default factory that cannot be pickled until `restore_factories` puts the live one back."""

    def __call__(self) -> Any:
        """RuntimeError: it should have been put back."""
        raise RuntimeError("this defaultdict came from disk and its default factory is not known")


class Objects:
    """Contents of S3 objects as files named by their SHA-256, so that a change of one object does not write all anew."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._names = {path.name for path in folder.iterdir()}

    def put(self, content: bytes) -> str:
        """Keep `content`; its name."""
        name = hashlib.sha256(content).hexdigest()
        if name not in self._names:
            partial = self._folder / f".{name}"
            partial.write_bytes(content)
            partial.replace(self._folder / name)
            self._names.add(name)
        return name

    def get(self, name: str) -> bytes:
        """The content of that name. Raises FileNotFoundError."""
        return (self._folder / name).read_bytes()

    def sweep(self, used: set[str]) -> int:
        """Remove what no object refers to; how many files."""
        unused = {path.name for path in self._folder.iterdir()} - used
        for name in unused:
            (self._folder / name).unlink()
        self._names -= unused
        return len(unused)


class Pickler(pickle.Pickler):
    """persistent: gives the reference of an object that is not to be pickled, or None."""

    def __init__(self, file: io.BytesIO, persistent: Callable[[Any], Any], objects: Objects) -> None:
        super().__init__(file, 5)
        self._persistent = persistent
        self.dispatch_table = {**copyreg.dispatch_table, **_reducers(objects)}

    def persistent_id(self, obj: Any) -> Any:
        """See pickle."""
        return self._persistent(obj)


class Unpickler(pickle.Unpickler):
    """resolve: gives the object of a reference. Reads only files that this machine's owner wrote (state folder)."""

    def __init__(self, file: io.BytesIO, resolve: Callable[[Any], Any], objects: Objects) -> None:
        super().__init__(file)
        self._resolve = resolve
        self._objects = objects
        #: Names of S3 contents that were met.
        self.used: set[str] = set()

    def persistent_load(self, pid: Any) -> Any:
        """See pickle."""
        if pid[0] == "content":
            self.used.add(pid[1])
            return self._objects.get(pid[1])
        return self._resolve(pid)


class Content:
    """The bytes of an S3 object on their way into a pickle: the pickle holds the name only."""

    def __init__(self, name: str) -> None:
        self.name = name


def restore_factories(loaded: dict[str, Any], live: dict[str, Any]) -> None:
    """Give each top-level defaultdict of a loaded backend the factory of the freshly made backend's same attribute."""
    for name, value in loaded.items():
        if isinstance(value, defaultdict) and isinstance(value.default_factory, LostFactory):
            fresh = live.get(name)
            if isinstance(fresh, defaultdict):
                value.default_factory = fresh.default_factory


def _reducers(objects: Objects) -> dict[type, Callable[[Any], Any]]:
    from moto.s3.models import FakeKey  # noqa: PLC0415 - moto reads the environment when it is imported
    from moto.s3.utils import _VersionedKeyStore  # noqa: PLC0415

    def reduce_key(key: Any) -> Any:
        return _make_bare, (type(key),), _key_state(key, objects), None, None, _set_key_state

    found: dict[type, Callable[[Any], Any]] = {
        _LOCK: lambda lock: (threading.Lock, ()),
        _RLOCK: lambda lock: (threading.RLock, ()),
        FakeKey: reduce_key,
        _VersionedKeyStore: _reduce_versions,
    }
    found |= dict.fromkeys(_defaultdict_types(), _reduce_defaultdict)
    found |= dict.fromkeys(_PRIVATE_KEYS, _reduce_private_key)
    return found


def _defaultdict_types() -> list[type]:
    # Subclasses have constructors of their own, which defaultdict's way of pickling does not know.
    return [defaultdict, *(kind for kind in defaultdict.__subclasses__() if kind.__module__.startswith("moto."))]


def _reduce_defaultdict(value: defaultdict[Any, Any]) -> Any:
    factory = value.default_factory
    if factory is not None and getattr(factory, "__name__", "") == "<lambda>":
        factory = LostFactory()
    return (
        _make_defaultdict,
        (type(value), factory),
        getattr(value, "__dict__", None) or None,
        None,
        iter(value.items()),
    )


def _make_defaultdict(kind: type[defaultdict[Any, Any]], factory: Any) -> defaultdict[Any, Any]:
    made = kind.__new__(kind)
    made.default_factory = factory
    return made


def _reduce_private_key(key: Any) -> Any:
    content = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return _load_private_key, (content,)


def _load_private_key(content: bytes) -> Any:
    return serialization.load_der_private_key(content, None)


def _reduce_versions(store: Any) -> Any:
    # Its own items() gives the newest versions only, which pickle would take for all.
    return _make_bare, (type(store),), (dict(dict.items(store)), dict(store.__dict__)), None, None, _set_versions


def _set_versions(store: Any, state: tuple[dict[str, Any], dict[str, Any]]) -> None:
    dict.update(store, state[0])
    store.__dict__.update(state[1])


def _make_bare(kind: Any) -> Any:
    return kind.__new__(kind)


def _key_state(key: Any, objects: Objects) -> dict[str, Any]:
    buffer = key._value_buffer
    state = {name: value for name, value in key.__dict__.items() if name not in {"_value_buffer", "lock"}}
    if buffer.closed:
        state["value"] = None  # deleted: its content is gone already
        return state
    # The name is kept at the buffer, until a new content comes: see forget_names_on_change.
    name = getattr(buffer, "localcloud_name", None)
    if name is None:
        name = objects.put(key.value)
        buffer.localcloud_name = name
    state["value"] = Content(name)
    return state


def _set_key_state(key: Any, state: dict[str, Any]) -> None:
    value = state.pop("value")
    if value is None:
        key.__setstate__({**state, "value": b""})
        key._value_buffer.close()
    else:
        key.__setstate__({**state, "value": value})
        key._value_buffer.localcloud_name = hashlib.sha256(value).hexdigest()


def forget_names_on_change() -> None:
    """Make moto's S3 key drop the name of its old content when it gets a new one."""
    from moto.s3.models import FakeKey  # noqa: PLC0415 - see above

    patched: Any = FakeKey
    plain = patched.value

    def set_value(key: Any, content: Any) -> None:
        key._value_buffer.localcloud_name = None
        plain.fset(key, content)

    patched.value = property(plain.fget, set_value)

"""What moto's backends hold from the start (Amazon's images, managed policies): made alike each time, so never written to disk.

Without this every change in EC2 or IAM would write 1 or 4 MB.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

#: Class -> attributes (dictionaries) whose first content is stock.
_ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "EC2Backend": ("amis", "snapshots", "volumes"),
    "IAMBackend": ("managed_policies",),
}
#: Attributes that hold nothing but stock.
_CONSTANT = {"IAMBackend": ("aws_managed_policies", "policy_arn_regex")}

_MADE = datetime.datetime(2024, 1, 1)

_references: dict[int, tuple[str, ...]] = {}
_objects: dict[tuple[str, ...], Any] = {}
_first_keys: dict[tuple[str, ...], set[str]] = {}


def remember() -> None:
    """Wrap the constructors, so that stock is known; before the first backend is made."""
    from moto.ec2.models import EC2Backend  # noqa: PLC0415 - moto reads the environment when it is imported
    from moto.iam.models import IAMBackend  # noqa: PLC0415

    for kind in (EC2Backend, IAMBackend):
        _wrap(kind)


def _wrap(kind: type[Any]) -> None:
    plain: Callable[..., None] = kind.__init__

    def init(backend: Any, region_name: str, account_id: str) -> None:
        from moto.moto_api._internal import mock_random  # noqa: PLC0415

        before = mock_random.getstate()
        mock_random.seed(f"{kind.__name__} {account_id} {region_name}")
        try:
            plain(backend, region_name, account_id)
        finally:
            mock_random.setstate(before)
        for attribute in _ATTRIBUTES[kind.__name__]:
            _first_keys[kind.__name__, account_id, region_name, attribute] = set(getattr(backend, attribute))
            for key, item in getattr(backend, attribute).items():
                _settle(item)
                reference = (kind.__name__, account_id, region_name, attribute, key)
                _references[id(item)] = reference
                _objects[reference] = item

    kind.__init__ = init


def _settle(item: Any) -> None:
    """Give a stock image, snapshot or volume the age of Amazon's, not of this process, and a snapshot Amazon's owner."""
    for name in ("creation_date", "start_time", "create_time"):
        if hasattr(item, name) and not _published(getattr(item, name)):
            setattr(item, name, _MADE)
    if hasattr(item, "start_time"):
        item.owner_id = "amazon"


def _published(moment: Any) -> bool:
    """Whether it is the day that the catalogue gives an image, not the moment at which this process made it."""
    now = datetime.datetime.now(getattr(moment, "tzinfo", None) or datetime.UTC)
    known = moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
    return bool(now - known > datetime.timedelta(days=1))


def reference(obj: Any) -> tuple[str, ...] | None:
    """The reference of a stock object, None for any other."""
    return _references.get(id(obj))


def resolve(found: tuple[str, ...]) -> Any:
    """The stock object of a reference; its backend must have been made. Raises KeyError."""
    return _objects[found]


def without(backend: Any) -> dict[str, Any]:
    """A backend's attributes as they are to be written: of stock only what was removed and how often policies are attached."""
    name = type(backend).__name__
    state = {key: value for key, value in backend.__dict__.items() if key not in _CONSTANT.get(name, ())}
    for attribute in _ATTRIBUTES.get(name, ()):
        held = state[attribute]
        first = _keys(backend, attribute)
        state[attribute] = None
        state[f"{attribute} added"] = {key: item for key, item in held.items() if key not in first}
        state[f"{attribute} removed"] = sorted(first - set(held))
    if name == "IAMBackend":
        state["attachments"] = {p.arn: p.attachment_count for p in backend.aws_managed_policies if p.attachment_count}
    return state


def put_back(backend: Any, state: dict[str, Any]) -> dict[str, Any]:
    """`state` as `without` gave it, with the stock of the freshly made `backend` in its place."""
    name = type(backend).__name__
    for attribute in _ATTRIBUTES.get(name, ()):
        held = getattr(backend, attribute)
        for key in state.pop(f"{attribute} removed"):
            held.pop(key, None)
        held.update(state.pop(f"{attribute} added"))
        state[attribute] = held
    for attribute in _CONSTANT.get(name, ()):
        state[attribute] = getattr(backend, attribute)
    for arn, count in state.pop("attachments", {}).items():
        backend.managed_policies[arn].attachment_count = count
    return state


def _keys(backend: Any, attribute: str) -> set[str]:
    return _first_keys[type(backend).__name__, backend.account_id, backend.region_name, attribute]

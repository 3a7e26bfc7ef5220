"""What S3 and DynamoDB hold, read past their APIs: no request, no fault, no log."""

from __future__ import annotations

import hashlib
from typing import Any

from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import s3_backends


def everything() -> dict[str, Any]:
    """All objects with their versions, oldest first, and all items of all tables."""
    return {"objects": list(_objects()), "items": list(_items())}


def put(bucket: str, key: str, text: str) -> None:
    """Writes an object, and touches nothing that stands beside it, such as a digest row."""
    for backend in _s3():
        if bucket in backend.buckets:
            backend.put_object(bucket, key, text.encode())
            return
    raise ValueError(f"no bucket is called {bucket!r}")


def _s3() -> list[Any]:
    return [backend for account in list(s3_backends.values()) for backend in list(account.values())]


def _objects() -> list[dict[str, Any]]:
    found = []
    for backend in _s3():
        for bucket in list(backend.buckets.values()):
            # lists() gives the versions of each key in the order in which they were made.
            for key, versions in bucket.keys.lists():
                found.append(
                    {
                        "bucket": bucket.name,
                        "key": key,
                        "versions": [_version(version) for version in versions],
                    }
                )
    return found


def _version(version: Any) -> dict[str, Any]:
    body = getattr(version, "value", None)  # A delete marker has none.
    if body is None:
        return {"deleted": True, "md5": None, "text": None}
    return {
        "deleted": False,
        "md5": hashlib.md5(body, usedforsecurity=False).hexdigest(),
        "text": body.decode(errors="replace"),
    }


def _items() -> list[dict[str, Any]]:
    found = []
    for account in list(dynamodb_backends.values()):
        for backend in list(account.values()):
            for table in list(backend.tables.values()):
                for item in table.all_items():
                    values = {name: value.value for name, value in item.attrs.items()}
                    found.append({"table": table.name, "item": values})
    return found

"""moto's S3, where its answers aren't those of AWS.

Four of them matter to whoever looks after a bucket: the versioning of a bucket comes under
another name than the SDKs of AWS expect, a lifecycle comes back without the number of versions
that stay however old they are, the conditions of a bucket's policy are not looked at, so that
"deny what comes without TLS" denies everything, and a bucket answers in every region.
"""

from __future__ import annotations

import json
import re
from typing import Any

import xmltodict
from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.exceptions import NoSuchLifecycleConfiguration
from moto.s3.models import FakeBucket, s3_backends
from moto.s3.responses import S3Response

_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


def correct_answers() -> None:
    """Puts them right, for this process."""
    replacements: list[tuple[Any, str, Any]] = [
        (S3Response, "get_bucket_versioning", _get_bucket_versioning),
        (S3Response, "get_bucket_lifecycle", _get_bucket_lifecycle),
        (FakeBucket, "set_lifecycle", _set_lifecycle),
        (FakeBucket, "get_permission", _get_permission),
    ]
    for owner, name, replacement in replacements:
        # Another release of moto may call it something else, and must not pass unnoticed.
        if not hasattr(owner, name):
            raise RuntimeError(f"moto has no {name} where this release of the simulator expects it")
        setattr(owner, name, replacement)


def elsewhere(path: str, authorization: str) -> str | None:
    """The region of the bucket of a request, if the request was signed for another one."""
    signed = re.search(r"Credential=[^/]+/\d+/([^/]+)/s3/", authorization)
    if signed is None:
        return None
    name = path.lstrip("/").split("/")[0].split("?")[0]
    for account in list(s3_backends.values()):
        for backend in list(account.values()):
            bucket = backend.buckets.get(name)
            if bucket is not None and bucket.region_name != signed[1]:
                return str(bucket.region_name)
    return None


def _get_bucket_versioning(response: Any) -> tuple[int, dict[str, str], str]:
    status = response.backend.get_bucket_versioning(response.bucket_name)
    inner = f"<Status>{status}</Status>" if status else ""
    return 200, {}, f'<VersioningConfiguration xmlns="{_NAMESPACE}">{inner}</VersioningConfiguration>'


_set_lifecycle_of_moto = FakeBucket.set_lifecycle


def _set_lifecycle(bucket: Any, rules: list[dict[str, Any]]) -> None:
    # It is moto that says whether the rules are good, and that acts on them.
    _set_lifecycle_of_moto(bucket, rules)
    bucket.lifecycle_as_set = rules


def _get_bucket_lifecycle(response: Any) -> tuple[int, dict[str, str], str]:
    if not response.backend.get_bucket_lifecycle(response.bucket_name):
        raise NoSuchLifecycleConfiguration(bucket_name=response.bucket_name)
    rules = response.backend.get_bucket(response.bucket_name).lifecycle_as_set
    document = {"LifecycleConfiguration": {"@xmlns": _NAMESPACE, "Rule": rules}}
    # What AWS has for a bucket where nothing is said of it.
    headers = {"x-amz-transition-default-minimum-object-size": "all_storage_classes_128K"}
    return 200, headers, xmltodict.unparse(document)


def _get_permission(bucket: Any, action: str, resource: str) -> Any:
    if bucket.policy is None:
        return PermissionResult.NEUTRAL
    policy = json.loads(bucket.policy)
    statements = policy.get("Statement", [])
    if isinstance(statements, dict):
        statements = [statements]
    # As for a client that keeps the conditions: all clients of AWS use TLS.
    policy["Statement"] = [statement for statement in statements if "Condition" not in statement]
    return IAMPolicy(json.dumps(policy)).is_action_permitted(action, resource)

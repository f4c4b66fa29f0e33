"""An S3-compatible store in place of the directory of files, so that any number of web hosts share one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from registry.settings import current

__all__ = ["ObjectStore", "StoreAway", "store"]

GONE = frozenset({"404", "NoSuchKey", "NotFound"})


class StoreAway(Exception):
    """The store does not answer, or not as it should."""


def store() -> ObjectStore | None:
    """The store of REGISTRY_FILES_URL; None where files lie in a directory."""
    given = current()
    if not given.files_url:
        return None
    return ObjectStore(
        given.files_url, given.files_endpoint, given.files_region, given.files_key_id, given.files_secret
    )


class ObjectStore:
    """Objects of one bucket under one prefix. Everything raises StoreAway when the store does not answer."""

    def __init__(self, url: str, endpoint: str, region: str, key_id: str, secret: str) -> None:
        place = urlsplit(url)
        self._bucket, prefix = place.netloc, place.path.strip("/")
        self._prefix = f"{prefix}/" if prefix else ""
        self._client = _client(endpoint, region, key_id, secret)

    def put(self, name: str, content: bytes) -> None:
        """Store an object."""
        with _answering():
            self._client.put_object(Body=content, **self._at(name))

    def put_file(self, name: str, path: Path) -> None:
        """Store a file, in pieces when it is large."""
        with _answering():
            self._client.upload_file(str(path), self._bucket, self._prefix + name)

    def touched(self, name: str) -> bool:
        """Whether the object is there already; it counts as brought now."""
        with _answering() as answer:
            copied = {**self._at(name), "CopySource": self._at(name), "MetadataDirective": "REPLACE"}
            self._client.copy_object(**copied)
        return not answer.gone

    def read(self, name: str) -> bytes | None:
        """The object; None when there is none."""
        content: bytes | None = None
        with _answering():
            content = self._client.get_object(**self._at(name))["Body"].read()
        return content

    def fetch(self, name: str, path: Path) -> bool:
        """Put the object into a file of this machine; whether there is one."""
        with _answering() as answer:
            self._client.download_file(self._bucket, self._prefix + name, str(path))
        return not answer.gone

    def brought_at(self, name: str) -> float | None:
        """When the object was last brought, in seconds of the epoch; None when there is none."""
        found: float | None = None
        with _answering():
            found = self._client.head_object(**self._at(name))["LastModified"].timestamp()
        return found

    def names(self, start: str) -> list[str]:
        """The objects whose names begin so, in order."""
        found: list[str] = []
        with _answering():
            asked = {"Bucket": self._bucket, "Prefix": self._prefix + start}
            for page in self._client.get_paginator("list_objects_v2").paginate(**asked):
                found += (one["Key"].removeprefix(self._prefix) for one in page.get("Contents", ()))
        return found

    def drop(self, name: str) -> None:
        """Delete an object; one that is not there is gone already."""
        with _answering():
            self._client.delete_object(**self._at(name))

    def _at(self, name: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + name}


@lru_cache(maxsize=4)
def _client(endpoint: str, region: str, key_id: str, secret: str) -> Any:
    """A connection that the threads of a process share."""
    # Half a second and thirty megabytes that a registry with a directory does not need.
    import boto3
    from botocore.config import Config

    return boto3.session.Session().client(
        "s3",
        endpoint_url=endpoint or None,
        region_name=region,
        aws_access_key_id=key_id or None,
        aws_secret_access_key=secret or None,
        config=Config(
            connect_timeout=3,
            read_timeout=20,
            retries={"total_max_attempts": 3},
            # Checksums of its own that not every store knows; what is fetched is held against its name.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


class _Answer:
    gone = False


@contextmanager
def _answering() -> Iterator[_Answer]:
    """Ask the store: an object that is not there is an answer, everything else that goes wrong is StoreAway."""
    from botocore.exceptions import BotoCoreError, ClientError

    answer = _Answer()
    try:
        yield answer
    except ClientError as error:
        if str(error.response.get("Error", {}).get("Code")) not in GONE:
            raise StoreAway(type(error).__name__) from error
        answer.gone = True
    except BotoCoreError as error:
        raise StoreAway(type(error).__name__) from error

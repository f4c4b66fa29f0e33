"""A real S3-compatible store on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import boto3
from moto.server import ThreadedMotoServer

from tests.growth.clusters import free_port

BUCKET = "registry-files"
KEYS = {"FILES_KEY_ID": "key", "FILES_SECRET": "secret"}


@contextmanager
def object_store() -> Iterator[dict[str, str]]:
    """The settings that lead to a store with an empty bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=free_port(), verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        client(endpoint).create_bucket(Bucket=BUCKET)
        yield {"FILES_URL": f"s3://{BUCKET}/city", "FILES_ENDPOINT": endpoint, **KEYS}
    finally:
        server.stop()


def client(endpoint: str):
    """Another program that looks into the store."""
    keys = {"aws_access_key_id": KEYS["FILES_KEY_ID"], "aws_secret_access_key": KEYS["FILES_SECRET"]}
    return boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", **keys)


def keys(settings: dict[str, str]) -> list[str]:
    """What the store holds."""
    listed = client(settings["FILES_ENDPOINT"]).list_objects_v2(Bucket=BUCKET)
    return [one["Key"] for one in listed.get("Contents", ())]

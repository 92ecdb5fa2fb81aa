"""A small object store in memory: versions, tags, listings, multipart uploads. It decides nothing.

Keys are texts that are compared as they are; nothing of them is a path.
"""

import hashlib
import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


class Missing(Exception):  # noqa: N818  # it is an answer
    """There is no such bucket, key, version or upload; the argument is S3's code."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One version of an object."""

    version: str
    body: bytes
    content_type: str = "binary/octet-stream"
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def etag(self) -> str:
        return f'"{hashlib.md5(self.body, usedforsecurity=False).hexdigest()}"'


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a listing: keys, common prefixes, and where the next page starts."""

    keys: tuple[str, ...]
    prefixes: tuple[str, ...]
    after: str | None


class Store:
    """Buckets of objects."""

    def __init__(self, buckets: tuple[str, ...] = ()) -> None:
        self._buckets: dict[str, dict[str, list[Stored]]] = {bucket: {} for bucket in buckets}
        self._uploads: dict[str, tuple[str, str, dict[int, bytes]]] = {}
        self._numbers = itertools.count(1)

    def buckets(self) -> list[str]:
        return sorted(self._buckets)

    def create_bucket(self, bucket: str) -> None:
        self._buckets.setdefault(bucket, {})

    def delete_bucket(self, bucket: str) -> bool:
        """Whether it is gone: a bucket that holds objects stays."""
        if self._objects(bucket):
            return False
        del self._buckets[bucket]
        return True

    def has_bucket(self, bucket: str) -> bool:
        return bucket in self._buckets

    def put(self, bucket: str, key: str, body: bytes, content_type: str, tags: Mapping[str, str]) -> Stored:
        made = Stored(f"v{next(self._numbers)}", body, content_type, dict(tags))
        self._objects(bucket).setdefault(key, []).append(made)
        return made

    def get(self, bucket: str, key: str, version: str | None = None) -> Stored:
        for stored in reversed(self._objects(bucket).get(key, ())):
            if version in (None, stored.version):
                return stored
        raise Missing("NoSuchKey" if version is None else "NoSuchVersion")

    def delete(self, bucket: str, key: str, version: str | None = None) -> None:
        """Deletes all versions, or one. What is not there is as good as deleted."""
        objects = self._objects(bucket)
        left = [stored for stored in objects.get(key, ()) if version is not None and stored.version != version]
        if left:
            objects[key] = left
        else:
            objects.pop(key, None)

    def tag(self, bucket: str, key: str, version: str | None, tags: Mapping[str, str]) -> None:
        old = self.get(bucket, key, version)
        versions = self._objects(bucket)[key]
        versions[versions.index(old)] = Stored(old.version, old.body, old.content_type, dict(tags))

    def tags(self, bucket: str, key: str, version: str | None) -> Mapping[str, str]:
        """The tags of an object; none if there is no such object."""
        try:
            return self.get(bucket, key, version).tags
        except Missing:
            return {}

    def list_keys(self, bucket: str, prefix: str, delimiter: str, after: str, most: int) -> Listing:
        """Keys with a prefix behind `after`; those that hold the delimiter behind the prefix are rolled up."""
        objects = self._objects(bucket)
        keys: list[str] = []
        prefixes: list[str] = []
        ordered = sorted(objects) if most else []
        at = max(bisect_left(ordered, prefix), bisect_right(ordered, after))
        last = after
        for key in itertools.takewhile(lambda key: key.startswith(prefix), ordered[at:]):
            head, found, _ = key[len(prefix) :].partition(delimiter) if delimiter else (key, "", "")
            common = prefix + head + found if found else None
            if common is not None and (after.startswith(common) or (prefixes and prefixes[-1] == common)):
                last = key
                continue
            if len(keys) + len(prefixes) >= most:
                return Listing(tuple(keys), tuple(prefixes), last)
            if common is not None:
                prefixes.append(common)
            else:
                keys.append(key)
            last = key
        return Listing(tuple(keys), tuple(prefixes), None)

    def versions(self, bucket: str, prefix: str) -> Iterator[tuple[str, Stored]]:
        for key, versions in sorted(self._objects(bucket).items()):
            if key.startswith(prefix):
                yield from ((key, stored) for stored in reversed(versions))

    def start_upload(self, bucket: str, key: str) -> str:
        self._objects(bucket)
        upload = f"u{next(self._numbers)}"
        self._uploads[upload] = (bucket, key, {})
        return upload

    def put_part(self, bucket: str, key: str, upload: str, number: int, body: bytes) -> None:
        self._parts(bucket, key, upload)[number] = body

    def finish_upload(self, bucket: str, key: str, upload: str) -> Stored:
        parts = self._parts(bucket, key, upload)
        made = self.put(bucket, key, b"".join(parts[number] for number in sorted(parts)), "binary/octet-stream", {})
        del self._uploads[upload]
        return made

    def abort_upload(self, bucket: str, key: str, upload: str) -> None:
        self._parts(bucket, key, upload)
        del self._uploads[upload]

    def _parts(self, bucket: str, key: str, upload: str) -> dict[int, bytes]:
        """The parts of an upload, if it is one to this very key: the key is what was decided on."""
        found = self._uploads.get(upload)
        if found is None or found[:2] != (bucket, key):
            raise Missing("NoSuchUpload")
        return found[2]

    def _objects(self, bucket: str) -> dict[str, list[Stored]]:
        try:
            return self._buckets[bucket]
        except KeyError:
            raise Missing("NoSuchBucket") from None

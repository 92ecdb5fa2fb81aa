"""Bodies in XML, as S3 clients read and write them.

Everything that comes from a request or the store is escaped by the writer of the standard library. Bodies of callers may
not hold a document type, so no entity is ever expanded.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from .addressing import BadRequest, object_key
from .store import Listing, Stored

_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_MOST_KEYS = 1000
# XML 1.0 has no way to write these, not even escaped.
_NOT_XML = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF), "\ufffd")


def error(code: str, message: str, resource: str, request_id: str) -> bytes:
    """What a caller is told: S3's code and one sentence, never which policy or statement has decided."""
    top = ET.Element("Error")
    for name, text in (("Code", code), ("Message", message), ("Resource", resource), ("RequestId", request_id)):
        _add(top, name, text)
    return _written(top)


def buckets(names: Iterable[str]) -> bytes:
    top = _top("ListAllMyBucketsResult")
    inside = ET.SubElement(top, "Buckets")
    for name in names:
        _add(ET.SubElement(inside, "Bucket"), "Name", name)
    return _written(top)


def listing(bucket: str, query: Mapping[str, str], most: int, page: Listing) -> bytes:
    """A page of ListObjects, or of ListObjectsV2 with `list-type=2`."""
    second = query.get("list-type") == "2"
    encode = quote if query.get("encoding-type") == "url" else str
    top = _top("ListBucketResult")
    _add(top, "Name", bucket)
    _add(top, "Prefix", encode(query.get("prefix", "")))
    if query.get("delimiter"):
        _add(top, "Delimiter", encode(query["delimiter"]))
    _add(top, "MaxKeys", str(most))
    _add(top, "IsTruncated", "true" if page.after is not None else "false")
    if second:
        _add(top, "KeyCount", str(len(page.keys) + len(page.prefixes)))
    if page.after is not None:
        _add(top, "NextContinuationToken" if second else "NextMarker", encode(page.after))
    for key in page.keys:
        _add(ET.SubElement(top, "Contents"), "Key", encode(key))
    for prefix in page.prefixes:
        _add(ET.SubElement(top, "CommonPrefixes"), "Prefix", encode(prefix))
    return _written(top)


def versions(bucket: str, found: Iterable[tuple[str, Stored]]) -> bytes:
    top = _top("ListVersionsResult")
    _add(top, "Name", bucket)
    for key, stored in found:
        entry = ET.SubElement(top, "Version")
        _add(entry, "Key", key)
        _add(entry, "VersionId", stored.version)
    return _written(top)


def copied(stored: Stored, *, part: bool) -> bytes:
    top = _top("CopyPartResult" if part else "CopyObjectResult")
    _add(top, "ETag", stored.etag)
    return _written(top)


def upload(name: str, bucket: str, key: str, upload_id: str | None) -> bytes:
    top = _top(name)
    _add(top, "Bucket", bucket)
    _add(top, "Key", key)
    if upload_id is not None:
        _add(top, "UploadId", upload_id)
    return _written(top)


def tagging(tags: Mapping[str, str]) -> bytes:
    top = _top("Tagging")
    inside = ET.SubElement(top, "TagSet")
    for key, value in tags.items():
        tag = ET.SubElement(inside, "Tag")
        _add(tag, "Key", key)
        _add(tag, "Value", value)
    return _written(top)


def deleted(gone: Iterable[tuple[str, str | None]], denied: Iterable[tuple[str, str | None]]) -> bytes:
    """The answer to DeleteObjects: each key has an outcome of its own."""
    top = _top("DeleteResult")
    for name, entries in (("Deleted", gone), ("Error", denied)):
        for key, version in entries:
            entry = ET.SubElement(top, name)
            _add(entry, "Key", key)
            if version is not None:
                _add(entry, "VersionId", version)
            if name == "Error":
                _add(entry, "Code", "AccessDenied")
                _add(entry, "Message", "Access Denied")
    return _written(top)


def keys_to_delete(body: bytes) -> list[tuple[str, str | None]]:
    """Keys and versions of a DeleteObjects body."""
    found = []
    for entry in _children(body, "Delete", "Object"):
        key, version = _text(entry, "Key"), _text(entry, "VersionId")
        if not key or version == "":
            raise _malformed()
        found.append((object_key(key), version))
    if not 1 <= len(found) <= _MOST_KEYS:
        raise _malformed()
    return found


def tags_to_put(body: bytes) -> dict[str, str]:
    """The tags of a PutObjectTagging body."""
    tags: dict[str, str] = {}
    for tag in (tag for tag_set in _children(body, "Tagging", "TagSet") for tag in tag_set):
        key, value = _text(tag, "Key"), _text(tag, "Value")
        if not key or value is None or key in tags:
            raise _malformed()
        tags[key] = value
    return tags


class _Builder(ET.TreeBuilder):
    def doctype(self, *_: str | None) -> None:
        raise _malformed()


def _children(body: bytes, top: str, name: str) -> list[ET.Element]:
    parser = ET.XMLParser(target=_Builder())  # noqa: S314  # without a document type there is nothing to expand
    try:
        parser.feed(body)
        root = parser.close()
    except (ET.ParseError, ValueError, LookupError):
        raise _malformed() from None
    if _local(root) != top:
        raise _malformed()
    return [child for child in root if _local(child) == name]


def _text(parent: ET.Element, name: str) -> str | None:
    """The text of the one child of a name; None if there is none."""
    found = [child for child in parent if _local(child) == name]
    if len(found) > 1 or any(len(child) for child in found):
        raise _malformed()
    return (found[0].text or "") if found else None


def _local(element: ET.Element) -> str:
    return element.tag.removeprefix(f"{{{_NAMESPACE}}}")


def _malformed() -> BadRequest:
    return BadRequest("MalformedXML", "The XML you provided was not well-formed or did not validate.")


def _top(name: str) -> ET.Element:
    return ET.Element(name, xmlns=_NAMESPACE)


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text.translate(_NOT_XML)


def _written(top: ET.Element) -> bytes:
    written: bytes = ET.tostring(top, encoding="utf-8", xml_declaration=True)
    return written

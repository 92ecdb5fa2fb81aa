"""The gateway of the examples, over a real socket with a real HTTP client."""

from __future__ import annotations

import json
import logging
import shutil
import socket
import threading
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

httpx = pytest.importorskip("httpx")
uvicorn = pytest.importorskip("uvicorn")

from examples.gateway.__main__ import BUCKETS, POLICIES, main, make  # noqa: E402  # needs uvicorn
from examples.gateway.app import Gateway  # noqa: E402
from examples.gateway.store import Store  # noqa: E402

DOMAIN = "s3.localhost"
ANN, BOB = {"authorization": "Bearer ann"}, {"authorization": "Bearer bob"}


class Running:
    """A gateway that listens, and a client of it."""

    def __init__(self, folder: Path) -> None:
        self.policies = folder / "policies"
        shutil.copytree(POLICIES.parent, self.policies)
        self.gateway = make(self.policies / "set.json", domain=DOMAIN, interval=0.02)
        self._socket = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(
            self.gateway, ws="none", http="h11", loop="asyncio", log_config=None, proxy_headers=False, lifespan="on"
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]})
        self._thread.start()
        self.base = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.client = httpx.Client(base_url=self.base, timeout=30)
        deadline = time.monotonic() + 30
        while not self._server.started:
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def close(self) -> None:
        self.client.close()
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()

    def call(self, method: str, target: str, headers: Any = (), content: bytes = b"") -> Any:
        """Sends the target as it stands: no client may tidy it up."""
        request = self.client.build_request(
            method, "/", headers=headers, content=content, extensions={"target": target.encode("latin-1")}
        )
        return self.client.send(request)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    made = Running(tmp_path_factory.mktemp("shared"))
    yield made
    made.close()


@pytest.fixture
def running(shared: Running) -> Running:
    """The gateway of all tests, with an empty store."""
    shared.gateway._store = Store(BUCKETS)
    return shared


@pytest.fixture
def changing(tmp_path: Path) -> Iterator[Running]:
    """A gateway of its own, for tests that change the policies."""
    made = Running(tmp_path)
    yield made
    made.close()


def code(response: Any) -> str:
    return str(ET.fromstring(response.content).findtext("Code"))


def texts(response: Any, path: str) -> list[str]:
    top = ET.fromstring(response.content)
    names = {"s": "http://s3.amazonaws.com/doc/2006-03-01/"}
    return [str(each.text) for each in top.findall("/".join(f"s:{part}" for part in path.split("/")), names)]


def test_put_get_delete(running: Running):
    put = running.call("PUT", "/reports/drafts/a", ANN, b"hello")
    assert put.status_code == 200
    got = running.call("GET", "/reports/drafts/a", ANN)
    assert (got.status_code, got.content, got.headers["etag"]) == (200, b"hello", put.headers["etag"])
    head = running.call("HEAD", "/reports/drafts/a", ANN)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", "5")
    assert running.call("DELETE", "/reports/drafts/a", ANN).status_code == 204
    assert code(running.call("GET", "/reports/drafts/a", ANN)) == "NoSuchKey"


def test_a_denial_says_nothing_of_the_policies(running: Running, caplog: pytest.LogCaptureFixture):
    """The log names the statement, the principal and the program; the caller is told neither."""
    with caplog.at_level(logging.WARNING, "gateway"):
        denied = running.call("PUT", "/reports/vault/a", ANN, b"x")
    assert denied.status_code == 403
    top = ET.fromstring(denied.content)
    assert {each.tag: each.text for each in top} == {
        "Code": "AccessDenied",
        "Message": "Access Denied",
        "Resource": "/reports/vault/a",
        "RequestId": denied.headers["x-amz-request-id"],
    }
    for secret in ("Finance", "NotTheVault", "arn:", "finance.json"):
        assert secret not in denied.text
    assert "ExplicitDeny" in caplog.text
    assert "NotTheVault" in caplog.text
    assert denied.headers["x-amz-request-id"] in caplog.text
    assert running.gateway._held.digest[:12] in caplog.text
    implicit = running.call("PUT", "/reports/x", BOB)
    assert implicit.text.replace(implicit.headers["x-amz-request-id"], "") == denied.text.replace(
        denied.headers["x-amz-request-id"], ""
    ).replace("/reports/vault/a", "/reports/x")


def test_who_asks(running: Running):
    running.call("PUT", "/public-site/index.html", ANN, b"<h1>")
    assert running.call("GET", "/public-site/index.html").status_code == 200
    assert running.call("GET", "/public-site/index.html", {"authorization": "Bearer wrong"}).status_code == 403
    assert running.call("PUT", "/public-site/index.html").status_code == 403
    assert running.call("GET", "/public-site", BOB).status_code == 403


def test_buckets_in_the_host(running: Running):
    host = {"host": f"Reports.{DOMAIN}:8000"}
    assert running.call("PUT", "/drafts/a", {**ANN, **host}, b"v").status_code == 200
    assert running.call("GET", "/reports/drafts/a", ANN).content == b"v"
    assert running.call("GET", "/vault/a", {**ANN, **host}).status_code == 403
    for name in ("a_b", "a/b", "..", "", "%61bc"):
        assert code(running.call("GET", "/a", {**ANN, "host": f"{name}.{DOMAIN}"})) == "InvalidBucketName", name


def test_listing_with_a_prefix_condition(running: Running):
    for name in ("published/1", "published/2", "published/x/1", "bob/own", "drafts/1"):
        running.call("PUT", f"/reports/{name}", ANN, b"x")
    listed = running.call("GET", "/reports?list-type=2&prefix=published/&max-keys=50", BOB)
    assert texts(listed, "Contents/Key") == ["published/1", "published/2", "published/x/1"]
    rolled = running.call("GET", "/reports?prefix=published%2F&delimiter=%2F&max-keys=50", BOB)
    assert texts(rolled, "Contents/Key") == ["published/1", "published/2"]
    assert texts(rolled, "CommonPrefixes/Prefix") == ["published/x/"]
    assert texts(running.call("GET", "/reports?prefix=bob/&max-keys=1", BOB), "Contents/Key") == ["bob/own"]
    for query in (
        "list-type=2&prefix=published/&max-keys=101",  # more than the policy lets him
        "prefix=published/",  # how many is not said
        "max-keys=5",
        "prefix=&max-keys=5",
        "prefix=drafts/&max-keys=5",
        "prefix=ann/&max-keys=5",
        "prefix=Published/&max-keys=5",
        "versions&prefix=published/&max-keys=5",
    ):
        assert running.call("GET", f"/reports?{query}", BOB).status_code == 403, query
    assert code(running.call("GET", "/reports?prefix=drafts/&prefix=published/&max-keys=5", BOB)) == "InvalidArgument"


def test_pages_of_a_listing(running: Running):
    keys = [f"k{number}" for number in range(7)]
    for key in keys:
        running.call("PUT", f"/reports/{key}", ANN, b"x")
    seen: list[str] = []
    token = ""
    for _ in range(4):
        page = running.call("GET", f"/reports?list-type=2&max-keys=2&continuation-token={token}", ANN)
        seen += texts(page, "Contents/Key")
        token = (texts(page, "NextContinuationToken") or [""])[0]
    assert seen == keys
    assert token == ""


def test_copying_needs_the_source_too(running: Running):
    running.call("PUT", "/reports/vault-key/a", ANN, b"open")
    copied = running.call("PUT", "/reports/drafts/copy", {**ANN, "x-amz-copy-source": "/reports/vault-key/a"})
    assert copied.status_code == 200
    assert running.call("GET", "/reports/drafts/copy", ANN).content == b"open"
    running.gateway._store.put("reports", "vault/a", b"closed", "text/plain", {})
    for source in ("/reports/vault/a", "reports/vault%2Fa", "/reports/vault/missing"):
        denied = running.call("PUT", "/reports/drafts/copy", {**ANN, "x-amz-copy-source": source})
        assert (denied.status_code, code(denied)) == (403, "AccessDenied")
    assert running.call("GET", "/reports/drafts/copy", ANN).content == b"open"
    # bob may write to his folder, and read no draft
    assert (
        running.call("PUT", "/reports/bob/c", {**BOB, "x-amz-copy-source": "/reports/drafts/copy"}).status_code == 403
    )
    for bad in ("reports", "/reports/", "/reports/a%zz", "/reports/a?x=1", "/reports/a?versionId=", "/UPPER/a"):
        assert running.call("PUT", "/reports/bob/c", {**BOB, "x-amz-copy-source": bad}).status_code in (400, 403), bad


def test_tags_that_go_along_are_asked_too(running: Running):
    """bob may not write tags, so he cannot copy what is tagged unless he leaves the tags behind."""
    running.call("PUT", "/reports/published/t", {**ANN, "x-amz-tagging": "a=b"}, b"tagged")
    copy = {**BOB, "x-amz-copy-source": "/reports/published/t"}
    assert running.call("PUT", "/reports/bob/t", copy).status_code == 403
    assert running.call("PUT", "/reports/bob/t", {**copy, "x-amz-tagging-directive": "REPLACE"}).status_code == 200
    assert running.call("PUT", "/reports/bob/u", {**BOB, "x-amz-tagging": "a=b"}).status_code == 403
    assert running.call("PUT", "/reports/bob/u", {**BOB, "x-amz-acl": "public-read"}).status_code == 403
    assert running.call("PUT", "/reports/bob/u", BOB).status_code == 200
    assert code(running.call("PUT", "/reports/drafts/t", {**ANN, "x-amz-tagging": "a=b&a=c"})) == "InvalidTag"


def test_tags_of_the_object_count(running: Running):
    running.call("PUT", "/archive/a", {**ANN, "x-amz-tagging": "hold=yes"}, b"x")
    assert running.call("DELETE", "/archive/a", ANN).status_code == 403
    assert running.call("DELETE", "/archive/a?tagging", ANN).status_code == 403
    assert running.call("GET", "/archive/a?tagging", ANN).status_code == 200
    running.call("PUT", "/archive/b", ANN, b"x")
    body = b"<Tagging><TagSet><Tag><Key>hold</Key><Value>yes</Value></Tag></TagSet></Tagging>"
    assert running.call("PUT", "/archive/b?tagging", ANN, body).status_code == 200
    assert running.call("PUT", "/archive/b", ANN, b"y").status_code == 403


def test_versions_ask_for_actions_of_their_own(running: Running):
    first = running.call("PUT", "/archive/v", ANN, b"1").headers["x-amz-version-id"]
    running.call("PUT", "/archive/v", ANN, b"2")
    assert running.call("GET", f"/archive/v?versionId={first}", ANN).content == b"1"
    assert running.call("DELETE", f"/archive/v?versionId={first}", ANN).status_code == 403
    running.call("PUT", "/reports/published/v", ANN, b"1")
    assert running.call("GET", "/reports/published/v", BOB).status_code == 200
    assert running.call("GET", "/reports/published/v?versionId=v1", BOB).status_code == 403
    assert running.call("PUT", "/reports/drafts/v?versionId=v1", ANN, b"x").status_code == 400


def delete_body(*keys: str) -> bytes:
    top = ET.Element("Delete")
    for key in keys:
        ET.SubElement(ET.SubElement(top, "Object"), "Key").text = key
    return ET.tostring(top)


def test_deleting_many_checks_each(running: Running):
    for key in ("bob/1", "bob/2", "published/1"):
        running.call("PUT", f"/reports/{key}", ANN, b"x")
    answer = running.call("POST", "/reports?delete", BOB, delete_body("bob/1", "published/1", "bob/2", "bob/../drafts"))
    assert answer.status_code == 200
    assert texts(answer, "Deleted/Key") == ["bob/1", "bob/2", "bob/../drafts"]  # a key of his folder, and no path
    assert texts(answer, "Error/Key") == ["published/1"]
    assert texts(answer, "Error/Code") == ["AccessDenied"]
    assert running.call("GET", "/reports/published/1", ANN).status_code == 200
    assert running.call("GET", "/reports/bob/1", ANN).status_code == 404


LAUGHS = b"""<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<Delete><Object><Key>&b;</Key></Object></Delete>"""


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<Delete/>",
        b"<Delete><Object/></Delete>",
        b"<Other/>",
        b"<Delete><Object><Key>a</Key><Key>b</Key></Object></Delete>",
        b"<Delete><Object><Key>a<b/></Key></Object></Delete>",
        b"<Delete><Object><Key>bob/1</Key><VersionId></VersionId></Object></Delete>",
        b"<Delete><Object><Key>a</Key>",
        LAUGHS,
        LAUGHS.decode().encode("utf-16"),
        delete_body(*map(str, range(1001))),
        b'<?xml version="1.0" encoding="no-such"?><Delete/>',
    ],
    ids=range(12),
)
def test_bodies_that_are_no_list_of_keys(running: Running, body: bytes):
    answer = running.call("POST", "/reports?delete", BOB, body)
    assert (answer.status_code, code(answer)) == (400, "MalformedXML")


# Keys that look like ways out of a folder, or like other keys: each is a key of its own, decided as it stands.
ODD_KEYS = [
    ("bob/../vault/a", "bob/../vault/a"),
    ("bob//a", "bob//a"),
    ("bob/./a", "bob/./a"),
    ("bob/%2e%2e/a", "bob/../a"),
    ("bob/%252e", "bob/%2e"),
    ("bob/a%00b", "bob/a\0b"),
    ("bob/a+b", "bob/a+b"),
    ("bob/%2A%3f", "bob/*?"),
    ("bob/%24%7Baws:username%7D", "bob/${aws:username}"),
    ("bob/%C3%A9", "bob/é"),
    ("bob/a%0Ab", "bob/a\nb"),
    ("bob/", "bob/"),
]


@pytest.mark.parametrize("written, key", ODD_KEYS, ids=[written for written, _ in ODD_KEYS])
def test_keys_are_never_tidied_up(running: Running, written: str, key: str):
    assert running.call("PUT", f"/reports/{written}", BOB, b"mine").status_code == 200
    assert running.gateway._store.get("reports", key).body == b"mine"
    assert running.call("GET", f"/reports/{written}", BOB).content == b"mine"
    assert len(running.gateway._store.list_keys("reports", "", "", "", 9).keys) == 1


@pytest.mark.parametrize(
    "target",
    ["/reports//bob/a", "/reports/../reports/bob/a", "/reports/./bob/a", "/reports/Bob/a", "/reports/%2Fbob/a"],
)
def test_keys_that_only_look_like_the_allowed_ones_are_denied(running: Running, target: str):
    assert running.call("PUT", target, BOB, b"x").status_code == 403


@pytest.mark.parametrize(
    "target",
    [
        "/reports/bob/%zz",
        "/reports/bob/%",
        "/reports/bob/%4",
        "/reports/bob/%ff",
        "/reports/bob/%c3%28",
        "/reports/bob/%ed%a0%80",
        "/reports/bob/a?versionId=%zz",
        "//bob/a",
        "/RE/bob/a",
        "/%2e%2e/bob/a",
        "/reports/bob/a?acl&acl",
        "/reports/bob/a?acl&tagging",
        "/reports/bob/" + "k" * 1024,
    ],
)
def test_what_cannot_be_read_is_refused(running: Running, target: str):
    answer = running.call("GET", target, BOB)
    assert answer.status_code == 400
    assert code(answer) in ("InvalidURI", "InvalidArgument", "InvalidBucketName", "InvalidRequest", "KeyTooLongError")


@pytest.mark.parametrize(
    "method, target",
    [
        ("GET", "/reports/bob/a?torrent"),
        ("GET", "/reports/bob/a?unknown=1"),
        ("POST", "/reports/bob/a"),
        ("PATCH", "/reports/bob/a"),
        ("PUT", "/"),
        ("GET", "/?acl"),
        ("GET", "/reports/bob/a?delete"),
        ("POST", "/reports?website"),
    ],
)
def test_what_is_not_known_is_not_done(running: Running, method: str, target: str):
    """It never passes as the plain call beside it."""
    answer = running.call(method, target, ANN)
    assert (answer.status_code, code(answer)) == (501, "NotImplemented")


def test_headers_that_are_given_twice(running: Running):
    twice = [("authorization", "Bearer ann"), ("authorization", "Bearer bob")]
    assert code(running.call("GET", "/reports/drafts/a", twice)) == "InvalidRequest"
    sources = [*BOB.items(), ("x-amz-copy-source", "/reports/bob/a"), ("X-Amz-Copy-Source", "/reports/vault/a")]
    assert code(running.call("PUT", "/reports/bob/c", sources)) == "InvalidRequest"


def test_claims_about_the_address_do_not_count(changing: Running):
    changing.call("PUT", "/public-site/a", ANN, b"x")
    path = changing.policies / "public-site.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["Statement"][1]["Condition"] = {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    put_in_place(path, document)
    wait_for(lambda: changing.call("GET", "/public-site/a").status_code == 403)
    for header in ("X-Forwarded-For", "X-Real-IP", "Forwarded"):
        value = "for=10.0.0.1" if header == "Forwarded" else "10.0.0.1"
        assert changing.call("GET", "/public-site/a", {header: value}).status_code == 403


def test_whether_a_key_exists_is_for_those_who_may_list(running: Running):
    assert running.call("GET", "/reports/bob/missing", BOB).status_code == 403
    assert running.call("GET", "/reports/drafts/missing", ANN).status_code == 404
    assert running.call("GET", "/public-site/missing").status_code == 403
    copy = {**BOB, "x-amz-copy-source": "/reports/published/missing"}
    assert running.call("PUT", "/reports/bob/c", copy).status_code == 403


def test_uploads_in_parts(running: Running):
    upload = texts(running.call("POST", "/reports/bob/big?uploads", BOB), "UploadId")[0]
    for number, part in ((2, b"world"), (1, b"hello ")):
        target = f"/reports/bob/big?partNumber={number}&uploadId={upload}"
        assert running.call("PUT", target, BOB, part).status_code == 200
    # An upload belongs to its key: what was decided for one key cannot be written to another.
    assert code(running.call("PUT", f"/reports/drafts/a?partNumber=1&uploadId={upload}", ANN)) == "NoSuchUpload"
    assert running.call("POST", f"/reports/bob/big?uploadId={upload}", BOB).status_code == 200
    assert running.gateway._store.get("reports", "bob/big").body == b"hello world"
    again = texts(running.call("POST", "/reports/bob/big?uploads", BOB), "UploadId")[0]
    assert (
        running.call("DELETE", f"/reports/bob/big?uploadId={again}", BOB).status_code == 403
    )  # to end is another action
    assert running.call("DELETE", f"/reports/bob/big?uploadId={again}", ANN).status_code == 204
    copy = {**BOB, "x-amz-copy-source": "/reports/drafts/a"}
    assert running.call("PUT", f"/reports/bob/big?partNumber=1&uploadId={again}", copy).status_code == 403


def put_in_place(path: Path, document: object) -> None:
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(document), encoding="utf-8")
    draft.replace(path)


def wait_for(condition: Any) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_policies_are_replaced_while_it_runs(changing: Running, caplog: pytest.LogCaptureFixture):
    """A good change counts from some request on; a bad one changes nothing and is logged."""
    path = changing.policies / "sales.json"
    good = json.loads(path.read_text(encoding="utf-8"))
    assert changing.call("PUT", "/reports/drafts/by-bob", BOB, b"x").status_code == 403
    with caplog.at_level(logging.WARNING, "gateway"):
        path.write_text("{", encoding="utf-8")
        wait_for(lambda: "policies are bad" in caplog.text)
        assert changing.call("PUT", "/reports/bob/a", BOB, b"x").status_code == 200
        good["Statement"][2]["Resource"] = "arn:aws:s3:::reports/drafts/*"
        put_in_place(path, good)
        wait_for(lambda: changing.call("PUT", "/reports/drafts/by-bob", BOB, b"x").status_code == 200)
        assert changing.call("PUT", "/reports/bob/a", BOB, b"x").status_code == 403
        path.unlink()
        wait_for(lambda: caplog.text.count("policies are bad") == 2)
        assert changing.call("PUT", "/reports/drafts/by-bob", BOB, b"x").status_code == 200


def test_a_failure_while_deciding_does_nothing(running: Running, monkeypatch: pytest.MonkeyPatch):
    """Whatever breaks, and wherever: the store is as it was, and the caller learns nothing of it."""

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a secret of the house")

    for owner, name in (
        (type(running.gateway._held.engine), "authorize"),
        (type(running.gateway), "_tags"),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(owner, name, fail)
            answer = running.call("PUT", "/reports/drafts/a", ANN, b"x")
        assert (answer.status_code, code(answer)) == (500, "InternalError")
        assert "secret" not in answer.text
    assert running.gateway._store.list_keys("reports", "", "", "", 9).keys == ()


def test_buckets(running: Running):
    assert sorted(texts(running.call("GET", "/", ANN), "Buckets/Bucket/Name")) == ["archive", "public-site", "reports"]
    assert running.call("GET", "/", BOB).status_code == 403
    assert running.call("PUT", "/new-bucket", ANN).status_code == 200
    assert running.call("HEAD", "/new-bucket", ANN).status_code == 200
    assert running.call("PUT", "/new-bucket", {**ANN, "x-amz-acl": "public-read"}).status_code == 403
    assert running.call("DELETE", "/new-bucket", ANN).status_code == 403
    assert running.call("GET", "/reports?policy", BOB).status_code == 403
    assert code(running.call("GET", "/reports?policy", ANN)) == "NotImplemented"
    assert code(running.call("GET", "/no-such-bucket", ANN)) == "NoSuchBucket"


def test_the_command_takes_addresses_from_connections_alone(monkeypatch: pytest.MonkeyPatch):
    """An ASGI server may believe `X-Forwarded-For` from its own machine; ours is told not to."""
    given: dict[str, Any] = {}
    monkeypatch.setattr(uvicorn, "run", lambda app, **options: given.update(options, app=app))
    monkeypatch.setattr("sys.argv", ["gateway", "--port", "8123"])
    main()
    assert (given["host"], given["port"], given["proxy_headers"]) == ("127.0.0.1", 8123, False)
    assert isinstance(given["app"], Gateway)

"""Hostile requests to every route, over real sockets: nothing fails, nothing leaks, what is not there is one answer."""

import re
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import given, settings
from sqlmodel import select

from engine.settings import load_settings
from engine.store.feeds import add_feed
from engine.store.installation import open_store, signing_key
from engine.store.models import ActionLinkRow
from flows.passes import run_pass
from notifiers.tokens import Signer
from srok.guard import BODY_OCTETS, HEADER_OCTETS
from srok.syncing import sync_files
from srok.web import make_app
from tests.serving import served

ROOT = Path(__file__).parents[2]
MAY = datetime(2021, 5, 31, 4, tzinfo=UTC)
REFUSED = {400, 403, 404, 405, 408, 413, 415, 422, 431}


@dataclass
class Target:
    """A server with a link, a board, a calendar; its clock runs, so that nobody is told to wait."""

    port: int
    home: Path
    paths: dict[str, str]
    secrets: tuple[str, ...]

    def send(self, octets: bytes, *, end: bool = True) -> bytes:
        """Send octets as they are; return all that is answered until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as client:
            found = b""
            try:
                client.sendall(octets)
                if end:
                    client.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # the server had enough
            try:
                while part := client.recv(65536):
                    found += part
            except ConnectionError:
                pass
            return found

    def ask(self, line: bytes, *headers: bytes, body: bytes = b"") -> bytes:
        head = [line + b" HTTP/1.1", *(headers or (b"Host: srok.example.org",)), b"Connection: close"]
        return self.send(b"\r\n".join(head) + b"\r\n\r\n" + body, end=False)

    def looked_at(self, answer: bytes) -> int:
        """Return the status of an answer in which nothing is told of this machine."""
        found = re.match(rb"HTTP/1\.1 (\d{3}) ", answer)
        assert found is not None, answer[:200]
        words = answer.decode("latin-1")
        for secret in (
            *self.secrets, str(self.home), str(ROOT), sys.prefix, "Traceback", "site-packages", "uvicorn", "starlette",
            "sqlite", ".py",
        ):  # fmt: skip
            assert secret not in words
        return int(found[1])


@pytest.fixture(scope="module")
def target(tmp_path_factory) -> Iterator[Target]:
    home = tmp_path_factory.mktemp("office")
    (home / "people.yaml").write_bytes((ROOT / "plans" / "people.example.yaml").read_bytes())
    found = load_settings(home=home, public_url="https://srok.example.org", owner="p-uslovnova")
    sync_files([ROOT / "plans" / "lysva-2021.yaml"], found, MAY, "test")
    run_pass(found, MAY)
    with open_store(found) as store, store.writing() as session:
        link = session.exec(select(ActionLinkRow)).first()
        assert link is not None
        action = Signer(signing_key(found)).sign(link.id or 0, link.expires_at)
        board, calendar = (
            add_feed(session, scope=scope, of=None, name="x", style="edges", alarms=[], account="test", now=MAY)[1]
            for scope in ("board", "all")
        )
    paths = {
        "action": f"/a/{action}", "board": f"/board/{board}", "measure": f"/m/{board}/lysva-2021/1.1",
        "subscribe": f"/subscribe/{calendar}", "calendar": f"/calendar/{calendar}.ics", "health": "/healthz",
        "style": "/srok.css", "described": "/openapi.json",
    }  # fmt: skip
    now = [MAY]

    def clock() -> datetime:
        now[0] += timedelta(seconds=3)
        return now[0]

    with served(make_app(found, clock)) as port:
        yield Target(port, home, paths, (action, board, calendar))


ROUTES = ("action", "board", "measure", "subscribe", "calendar", "health", "style", "described")


@pytest.fixture(params=ROUTES)
def path(request: pytest.FixtureRequest, target: Target) -> bytes:
    return target.paths[request.param].encode()


def shows(target: Target, path: bytes, answer: bytes) -> bool:
    """Whether a page came; its own address may stand on it where it leads on, so only the status is looked at."""
    return answer.startswith((b"HTTP/1.1 200 ", b"HTTP/1.1 503 " if path == b"/healthz" else b"HTTP/1.1 200 "))


def test_every_route_answers_who_asks_well(target, path) -> None:
    assert shows(target, path, target.ask(b"GET " + path))


BEFORE_A_PATH = (
    b"/a/../..",
    b"/..",
    b"/../../../../etc/passwd",
    b"/%2e%2e/%2e%2e/etc/passwd",
    b"/..%2f..%2fetc/passwd",
    b"/a/%2e%2e/%2e%2e",
    b"/board/..%2f..",
    b"/calendar/..%2f..%2fsrok.toml",
    b"/calendar/%00.ics",
    b"/m/x/../../srok.db",
    b"/srok.css/../secret",
    b"/srok.css%00",
    b"/srok.css/",
    b"//srok.css",
    b"/./a/x",
    b"/\\..\\..",
    b"/a/%c0%ae%c0%ae",
    b"/a/%ff%fe",
    b"/%",
    b"/a/%zz",
    b"/a/" + b"A" * 40,
    b"/a/" + b"A" * 4000,
    b"/board/" + b"A" * 32,
    b"/subscribe/" + b"A" * 32,
    b"/calendar/" + b"A" * 32 + b".ics",
    b"/m/" + b"A" * 32 + b"/lysva-2021/1.1",
    b"/a/%0d%0aX:%20y",
    b"/?" + b"a=b&" * 3000,
    b"*",
    b"/static/x",
    b"/docs",
    b"/redoc",
    b"/.git/config",
    b"/srok.toml",
    b"/secret",
    b"/templates/base.html.j2",
    b"/a",
    b"/board",
    b"/m",
    b"/calendar",
    b"/subscribe",
    b"http://srok.example.org/srok.toml",
    b"http://[",
    b"http://evil.example.org/a/x",
    b"//[",
    b"/;a/x",
    b"/a/x;y",
    b"/a/x#y",
)


def test_what_is_not_there_is_one_answer_octet_for_octet(target) -> None:
    answers = {}
    for path in BEFORE_A_PATH:
        for line in (b"GET ", b"HEAD "):
            answer = target.ask(line + path)
            status = target.looked_at(answer)
            assert status in {400, 404}, path
            if status == 404:
                answers.setdefault((line, re.sub(rb"(?i)\r\ndate: [^\r]*", b"", answer)), []).append(path)
    assert len(answers) == 2, list(answers.values())


def test_a_page_is_not_another_by_a_word_more_or_less(target, path) -> None:
    for other in (
        path + b"/",
        path + b"%00",
        path + b"/..",
        b"/" + path,
        path.upper(),
        path[:-1],
        path + b".ics",
        path + b"%20",
    ):
        assert target.looked_at(target.ask(b"GET " + other)) in {400, 404}, other


@pytest.mark.parametrize(
    "method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "\x01", "A" * 300]
)
def test_a_method_that_is_none_of_ours_is_refused(target, path, method) -> None:
    assert target.looked_at(target.ask(method.encode() + b" " + path)) in {400, 404, 405}


def test_nothing_but_a_link_takes_a_form(target, path) -> None:
    status = target.looked_at(target.ask(b"POST " + path, b"Host: x", b"Content-Length: 3", body=b"a=b"))
    assert status == (403 if path.startswith(b"/a/") else 405)


HEADERS = (
    b"Host: [",
    b"Host: [::1",
    b"Host: ]:99999",
    b"Host: a b",
    b"Host: \xff\xfe",
    b"Host: srok.example.org:evil",
    b"Host: ",
    b"Host: evil.example.org",
    b"Host: x\r\nX-Forwarded-Host: evil.example.org",
    b"Host: x\r\nX-Forwarded-For: 1.2.3.4, \x80",
    b"Host: x\r\nAccept-Encoding: gzip;q=\xd1\x8f, ;;;,=",
    b'Host: x\r\nIf-None-Match: "' + b"x," * 500,
    b"Host: x\r\nIf-Modified-Since: \xff\x00",
    b"Host: x\r\nIf-Modified-Since: Mon, 99 Foo 99999999999 99:99:99 GMT",
    b"Host: x\r\nIf-Modified-Since: Mon, 01 Jan 0000 00:00:00 +9999",
    b"Host: x\r\nRange: bytes=0-,-1,9-1",
    b"Host: x\r\nContent-Length: -1",
    b"Host: x\r\nContent-Length: 1\r\nContent-Length: 2",
    b"Host: x\r\nContent-Length: " + b"9" * 5000,
    b"Host: x\r\nTransfer-Encoding: chunked, identity",
    b"Host: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked",
    b"Host: x\r\nExpect: 100-continue",
    b"Host: x\r\nUpgrade: websocket\r\nConnection: Upgrade",
    b"Host: x\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__",
    b"Host: x\r\nCookie: " + b"a=b; " * 1000,
    b"Host: x\r\n folded: y",
    b"Host: x\r\nno colon",
    b"Host: x\r\n: empty",
    b"X: no host",
    b"Host: x\r\nHost: y",
    b"Host: x\r\nOrigin: \xff\r\nSec-Fetch-Site: \xd1\x8f",
    b"Host: x\r\nContent-Type: application/x-www-form-urlencoded; charset=\xff",
    b"Host: x\r\nX: " + b"a" * HEADER_OCTETS,
    b"\r\n".join([b"Host: x", *[b"X%d: y" % n for n in range(1500)]]),
    b"Host: x\r\nX: \x00",
)


@pytest.mark.parametrize("header", HEADERS, ids=lambda one: repr(one[:40]))
def test_a_hostile_header_breaks_nothing(target, path, header) -> None:
    waits = re.search(b"Content-Length|Transfer-Encoding|Expect", header) is not None  # for a body that does not come
    for method in (b"GET ", b"POST ", b"DELETE "):
        asked = method + path + b" HTTP/1.1\r\n" + header + b"\r\nConnection: close\r\n\r\n"
        answer = target.send(asked, end=waits)
        if method == b"GET " and shows(target, path, answer):
            assert b"evil.example.org" not in answer
        else:
            assert answer == b"" or target.looked_at(answer) in REFUSED | {304, *([503] if path == b"/healthz" else [])}


@pytest.mark.parametrize(
    "octets",
    [
        b"\x00" * 100,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / FTP/1.0\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /healthz\r\n\r\n",
        b"GET / HTTP/1.1\nHost: x\n\n",
        b" GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /я HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
        b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"A" * 1_000_000,
        b"\r\n" * 1000,
    ],
    ids=lambda one: repr(one[:40]),
)
def test_what_is_no_request_is_refused(target, octets) -> None:
    answer = target.send(octets)
    assert answer == b"" or target.looked_at(answer) in REFUSED


def test_an_old_client_is_served(target, path) -> None:
    assert shows(target, path, target.send(b"GET " + path + b" HTTP/1.0\r\n\r\n", end=False))


FORM = b"Content-Type: application/x-www-form-urlencoded"
OURS = b"Sec-Fetch-Site: same-origin"


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ((FORM,), b"deed=start", 403),
        ((OURS, b"Content-Type: application/json"), b'{"deed":"start"}', 415),
        ((OURS, b"Content-Type: multipart/form-data; boundary=x"), b"--x--", 415),
        ((OURS, b"Content-Type: text/plain"), b"deed=start", 415),
        ((OURS,), b"deed=start", 415),
        ((OURS, FORM), b"deed=start&text=%ff%fe", 400),
        ((OURS, FORM), b"deed=start&text=\xd1\x8f", 400),
        ((OURS, FORM), b"\x00\xff" * 50, 400),
        ((OURS, FORM), b"&".join(b"a=b" for _ in range(5000)), 400),
        ((OURS, FORM), b"deed=report&text=" + b"a" * BODY_OCTETS, 413),
        ((OURS, FORM), b"deed=" + b"%00" * 1000, 400),
    ],
    ids=lambda one: repr(one)[:50],
)  # fmt: skip
def test_a_hostile_form_is_refused(target, headers, body, status) -> None:
    path = target.paths["action"].encode()
    length = b"Content-Length: %d" % len(body)
    answer = target.ask(b"POST " + path, b"Host: x", *headers, length, body=body)
    assert target.looked_at(answer) == status
    pieces = b"".join(b"%x\r\n" % len(one) + one + b"\r\n" for one in re.findall(rb"(?s).{1,4000}", body))
    chunked = target.ask(
        b"POST " + path, b"Host: x", *headers, b"Transfer-Encoding: chunked", body=pieces + b"0\r\n\r\n"
    )
    assert target.looked_at(chunked) == status


QUERIES = (
    b"page=" + b"9" * 5000,
    b"page=-1",
    b"page=1e9",
    b"page=%D9%A1",
    b"page=%C2%B2",
    b"page=%00",
    b"show=%ff",
    b"show=__class__",
    b"plan=..%2f..",
    b"plan=%00",
    b"official=%ff%fe",
    b"official='%20or%201=1--",
    b"overdue=" + b"1" * 10_000,
    b"r=ok%0d%0aX:y",
    b"r=<script>",
    b"&" * 10_000,
    b"=" * 5000,
    b"%" * 3000,
    b"a[]=1&a[b]=2",
    b"page=1;page=2",
    b"plan=lysva-2021&plan=x",
    b"\xff\xfe",
    b"x=" + b"%F0%9F%98%80" * 800,
)


@pytest.mark.parametrize("query", QUERIES, ids=lambda one: repr(one[:40]))
def test_a_hostile_query_breaks_nothing(target, path, query) -> None:
    answer = target.ask(b"GET " + path + b"?" + query)
    assert shows(target, path, answer) or target.looked_at(answer) in {400, 404, 431}
    assert b"<script" not in answer


def test_who_sends_slowly_is_dropped(target, monkeypatch, caplog) -> None:
    """They leave a place for others: some say nothing, half a head, half a body, half a head after a request."""
    monkeypatch.setattr("srok.serving.REQUEST_SECONDS", 1)
    form = b"POST " + target.paths["action"].encode() + b" HTTP/1.1\r\nHost: x\r\n" + OURS + b"\r\n" + FORM + b"\r\n"
    begun = [
        b"", b"GET /healthz HTTP/1.1\r\nHost", form + b"Content-Length: 9\r\n\r\ndeed",
        b"GET /srok.css HTTP/1.1\r\nHost: x\r\n\r\nG",
    ]  # fmt: skip
    slow = [socket.create_connection(("127.0.0.1", target.port), timeout=20) for _ in range(40)]
    for client, octets in zip(slow, begun * 10, strict=False):
        client.sendall(octets)
    for client in slow:
        while client.recv(65536):
            pass  # until the server closes; without an end of its own this times out
        client.close()
    assert target.looked_at(target.ask(b"GET /healthz")) == 200
    assert "ClientDisconnect" not in caplog.text


# whatever can be made of a description of the pages


def described(paths: dict[str, str]) -> dict[str, object]:
    """The pages, which the JSON description leaves out, as schemathesis reads them."""
    given = {"description": "whatever"}
    form = {
        "application/x-www-form-urlencoded": {"schema": {"type": "object", "additionalProperties": {"type": "string"}}}
    }

    def parameters(path: str, *query: str) -> list[dict[str, object]]:
        text, named = {"type": "string"}, re.findall("{(.+?)}", path)
        within = [{"name": one, "in": "path", "required": True, "schema": text} for one in named]
        return [*within, *({"name": one, "in": "query", "schema": text} for one in query)]

    def operation(path: str, *query: str) -> dict[str, object]:
        return {"parameters": parameters(path, *query), "responses": {"default": given}}

    board = ("plan", "official", "overdue", "show", "page")
    known = {
        "/a/{token}": ("r",), paths["action"]: ("r",), "/board/{token}": board, paths["board"]: board,
        "/m/{token}/{plan}/{measure}": ("page",),
        paths["board"].replace("board", "m", 1) + "/{plan}/{measure}": ("page",),
        paths["measure"]: ("page",), "/subscribe/{token}": (), "/calendar/{token}.ics": (),
    }  # fmt: skip
    return {
        "openapi": "3.1.0",
        "info": {"title": "srok", "version": "0"},
        "paths": {
            path: {"get": operation(path, *query)}
            | ({"post": operation(path) | {"requestBody": {"content": form}}} if path.startswith("/a/") else {})
            for path, query in known.items()
        },
    }


def examples(schema: Any, port: int) -> Iterator[tuple[Any, Any]]:
    """Yield the operations of a description with what makes requests for them."""
    schema.config.update(base_url=f"http://127.0.0.1:{port}")
    for result in schema.get_all_operations():
        yield result.ok(), result.ok().as_strategy()


def test_nothing_made_of_a_description_of_the_pages_breaks_a_page(target) -> None:
    seen = set()
    for _, requests in examples(schemathesis.openapi.from_dict(described(target.paths)), target.port):

        @given(requests)
        @settings(max_examples=15)
        def look(case: Any) -> None:
            answer = case.call()
            assert answer.status_code in REFUSED | {200, 303}
            seen.add(answer.status_code)

        look()
    assert {200, 403, 404} <= seen


def test_the_json_side_is_as_it_is_described(target) -> None:
    schema = schemathesis.openapi.from_url(f"http://127.0.0.1:{target.port}/openapi.json")
    names = []
    for operation, requests in examples(schema, target.port):
        names.append(operation.label)

        @given(requests)
        @settings(max_examples=30)
        def look(case: Any) -> None:
            case.call_and_validate()

        look()
    assert set(names) == {"GET /healthz"}

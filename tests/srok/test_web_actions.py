"""The pages of action links over real HTTP: looking changes nothing, acting is done once and by who may."""

import email
import http.client
import json
import logging
import re
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import policy
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlmodel import SQLModel, select

from engine.settings import Settings, load_settings
from engine.store.installation import open_store, signing_key
from engine.store.models import ActionLinkRow, ItemRow, JournalRow
from flows.passes import run_pass
from notifiers.tokens import Signer
from srok.guard import BODY_OCTETS, FAILURES
from srok.syncing import sync_files
from srok.web import make_app
from tests.serving import served

PLANS = Path(__file__).parents[2] / "plans"
MAY = datetime(2021, 5, 31, 4, tzinfo=UTC)  # Monday, 09:00 in Лысьва: the opening of 1.1 «До 21 июня 2021»
JUNE = datetime(2021, 6, 16, 4, tzinfo=UTC)
URL = re.compile(r"https://srok\.example\.org/office/a/([A-Za-z0-9_-]{40})(?![A-Za-z0-9_-])")
OURS = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
MISSING = "Ссылка не действует"


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Web:
    """A home with 1.1 of lysva-2021, its letters, and its pages on an ephemeral port; the clock stands."""

    settings: Settings
    now: datetime = MAY
    port: int = 0
    seen_logs: list[str] = field(default_factory=list)

    def clock(self) -> datetime:
        return self.now

    def sync(self, *measures: str, edit: Any = str) -> None:
        head, *blocks = re.split(r"(?m)^(?=  - id: \"?\d)", (PLANS / "lysva-2021.yaml").read_text(encoding="utf-8"))
        kept = [one for one in blocks if re.match(r"  - id: \"?([\d.]+)", one)[1] in measures]  # type: ignore[index]
        file = self.settings.home / "lysva-2021.yaml"
        file.write_text(edit(head + "".join(kept)), encoding="utf-8")
        sync_files([file], self.settings, self.now, "test")

    def tick(self) -> list[str]:
        """Make a pass; return the tokens of the letters that were sent by it."""
        folder = self.settings.home / "mail"
        before = set(folder.glob("*.eml"))
        run_pass(self.settings, self.now)
        new = [one for one in folder.glob("*.eml") if one not in before]
        found = [email.message_from_bytes(one.read_bytes(), policy=policy.default) for one in new]
        return [token for one in found for token in URL.findall(one.get_body(("plain",)).get_content())]  # type: ignore[union-attr]

    def ask(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = {}) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, dict(headers))
            got = connection.getresponse()
            return Answer(got.status, {name.lower(): value for name, value in got.getheaders()}, got.read())
        finally:
            connection.close()

    def get(self, token: str, query: str = "") -> Answer:
        return self.ask("GET", f"/a/{token}{query}")

    def post(self, token: str, deed: str, headers: Mapping[str, str] = OURS, **said: str) -> Answer:
        said.setdefault("seen", self.seen(token))
        return self.ask("POST", f"/a/{token}", urlencode({"deed": deed, **said}).encode(), headers)

    def seen(self, token: str) -> str:
        found = re.search(r'name="seen" value="(\w+)"', self.get(token).text)
        return found[1] if found else ""

    def forms(self, token: str) -> list[str]:
        return re.findall(r'<button name="deed" value="([\w-]+)">', self.get(token).text)

    def rows(self, model: type[SQLModel]) -> list[Any]:
        with open_store(self.settings) as store, store.reading() as session:
            return list(session.exec(select(model)))

    def dump(self) -> str:
        """All rows of the database as text."""
        with sqlite3.connect(self.settings.home / "srok.db") as connection:
            return "\n".join(connection.iterdump())

    def add(self, row: SQLModel) -> None:
        with open_store(self.settings) as store, store.writing() as session:
            session.add(row)

    @property
    def signer(self) -> Signer:
        return Signer(signing_key(self.settings))


@pytest.fixture
def web(tmp_path, caplog, monkeypatch) -> Iterator[Web]:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)  # a server that other tests share
    (tmp_path / "people.yaml").write_bytes((PLANS / "people.example.yaml").read_bytes())
    one = Web(load_settings(home=tmp_path, public_url="https://srok.example.org/office", owner="p-uslovnova"))
    one.sync("1.1")
    caplog.set_level(logging.DEBUG)
    with served(make_app(one.settings, one.clock)) as one.port:
        yield one


@pytest.fixture
def token(web) -> str:
    """The link in the letter that gives 1.1 out."""
    (found,) = web.tick()
    return found


def test_the_page_says_who_acts_on_what_by_when_and_how_it_stands(web, token) -> None:
    page = web.get(token)
    assert page.status == 200
    words = " ".join(re.sub(r"<[^>]+>", " ", page.text).split())
    for part in (
        "Вы действуете как Эскизов Л. М. Вы ответственный исполнитель.", "п. 1.1 «Разработка плана мероприятий",
        "Состояние: поручено", "Срок 21.06.2021 (понедельник); осталось 21 день", "Срок в плане «До 21 июня 2021»",
        "Что считается исполнением", "План Дорожная карта",
    ):  # fmt: skip
        assert part in words
    assert web.forms(token) == ["start", "report", "interim", "extension-asked"]


def test_a_scanner_that_opens_every_link_changes_no_row(web, token) -> None:
    before = web.dump()
    for _ in range(2):
        for method in ("GET", "HEAD"):
            for path in (f"/a/{token}", f"/a/{token}?r=ok", f"/a/{token}?deed=report&text=x", "/healthz", "/srok.css"):
                assert web.ask(method, path).status in {200, 503}
    assert web.ask("HEAD", f"/a/{token}").body == b""
    assert web.dump() == before


def test_a_report_is_given_by_the_page_and_accepted_by_the_controllers(web, token) -> None:
    done = web.post(token, "report", text="план утверждён", evidence="приказ № 5 от 31.05.2021")
    assert (done.status, done.headers["location"]) == (303, "?r=ok#outcome")
    assert "Отчёт записан и отправлен на проверку." in web.get(token, "?r=ok").text
    row = web.rows(JournalRow)[-1]
    assert (row.deed, row.who, row.account) == ("report", "p-eskizov", "ссылка")
    (review,) = web.tick()
    page = web.get(review).text
    assert "Вы действуете как <strong>Макетов" in page
    assert "план утверждён; подтверждение: приказ № 5 от 31.05.2021" in page
    assert web.forms(review) == ["accept", "return"]
    assert web.post(review, "accept").status == 303
    assert "Отчёт принят, поручение закрыто." in web.get(review, "?r=ok").text
    assert "Состояние: <strong>исполнено в срок</strong>" in web.get(token).text
    assert web.forms(token) == web.forms(review) == []


def test_a_replayed_answer_is_a_no_op_that_says_how_things_stand(web, token) -> None:
    seen = web.seen(token)
    for location in ("?r=ok#outcome", "?r=no#outcome", "?r=no#outcome"):
        assert web.post(token, "report", text="готово", seen=seen).headers["location"] == location
    assert [row.deed for row in web.rows(JournalRow)].count("report") == 1
    said = "Ничего не изменено: поручение в состоянии «на проверке», отчёт дан 31.05.2021."
    assert said in web.get(token, "?r=no").text


def test_a_double_click_gives_one_interim_report(web, token) -> None:
    seen = web.seen(token)
    given = [web.post(token, "interim", text="готова половина", seen=seen).headers["location"] for _ in range(2)]
    assert given == ["?r=ok#outcome", "?r=no#outcome"]
    assert [row.deed for row in web.rows(JournalRow)].count("interim") == 1


def test_the_address_cannot_claim_what_did_not_happen(web, token) -> None:
    for query in ("?r=ok", "?r=%3Cscript%3E", "?r=no&r=ok", "?outcome=x"):
        assert 'class="outcome"' not in web.get(token, query).text


@pytest.mark.parametrize(
    ("deed", "said", "sentence"),
    [
        ("report", {}, "Не отправлено: напишите, что сделано."),
        ("extension-asked", {"until": "2021-07-01"}, "Не отправлено: напишите причину."),
        ("extension-asked", {"reason": "болезнь", "until": "2021-06-01"},
         "Не отправлено: нельзя «попросить о продлении» до 01.06.2021: срок и так 21.06.2021."),
    ],
)  # fmt: skip
def test_what_is_missing_is_asked_for_with_what_was_written(web, token, deed, said, sentence) -> None:
    before = web.dump()
    page = web.post(token, deed, **said)
    assert page.status == 422
    assert sentence in page.text
    assert said.get("until", "") in page.text
    assert web.dump() == before


# what a bad link is answered


def bad_tokens(web: Web, token: str) -> list[str]:
    other = "B" if token[-1] != "B" else "C"
    row = web.rows(ActionLinkRow)[0]
    return [
        *(token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :] for place in range(40)),
        token[:-1], token + "A", token[1:], token[:-1] + other, token.swapcase(), "x", "A" * 40, "%00", "%2e%2e",
        "..%2f..",        "%D1%81", "'%20or%201=1", token[:-1] + "%0A", token + "%00",
        Signer(b"another key").sign(row.id, row.expires_at),
        web.signer.sign(row.id, web.now),
        web.signer.sign(row.id + 1, row.expires_at),
        web.signer.sign(2**64 - 1, row.expires_at),
    ]  # fmt: skip


def test_every_bad_link_gets_the_same_answer(web, token) -> None:
    answers = set()
    before = web.dump()
    for bad in bad_tokens(web, token):
        web.now += timedelta(seconds=6)  # slowly
        for got in (web.get(bad), web.post(bad, "report", seen="x", text="готово")):
            headers = tuple(sorted((name, value) for name, value in got.headers.items() if name != "date"))
            answers.add((got.status, headers, got.body))
    ((status, _, body),) = answers
    assert (status, MISSING in body.decode()) == (404, True)
    assert web.dump() == before


def test_a_link_that_is_over_is_like_one_that_never_was(web, token) -> None:
    never = web.get("A" * 40).body
    web.now += timedelta(days=60)
    assert (web.get(token).status, web.get(token).body) == (404, never)


def test_who_guesses_waits_and_who_holds_a_link_never_does(web, token) -> None:
    for _ in range(FAILURES):
        assert web.get("A" * 40).status == 404
    got = web.get("A" * 40)
    assert (got.status, got.headers["retry-after"]) == (429, "61")
    assert web.get(token).status == 200
    web.now += timedelta(seconds=61)
    assert web.get("A" * 40).status == 404


def test_other_methods_are_refused_with_what_is_allowed(web, token) -> None:
    before = web.dump()
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        got = web.ask(method, f"/a/{token}")
        assert (got.status, got.headers["allow"]) == (405, "GET, HEAD, POST")
    assert web.ask("POST", "/healthz").headers["allow"] == "GET, HEAD"
    assert web.dump() == before


@pytest.mark.parametrize("path", ["/", "/a", "/a/", "/a/b/c", "/docs", "/redoc", "/static/x", "/../etc/passwd", "//x"])
def test_there_is_nothing_else(web, path) -> None:
    got = web.ask("GET", path)
    assert (got.status, MISSING in got.text) == (404, True)


# who may act


def test_a_form_of_another_site_is_refused(web, token) -> None:
    before = web.dump()
    seen = web.seen(token)
    form = {"Content-Type": OURS["Content-Type"]}
    for headers in (
        {}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example.org"}, {"Origin": "null"}, {"Origin": ""},
        {"Origin": "https://srok.example.org", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://srok.example.org.evil.example.org"},
    ):  # fmt: skip
        assert web.post(token, "report", form | headers, text="готово", seen=seen).status == 403
    assert web.dump() == before
    assert (
        web.post(token, "report", form | {"Origin": "https://srok.example.org"}, text="готово", seen=seen).status == 303
    )


def test_who_lost_the_right_acts_no_more(web, token) -> None:
    """The plan names another executor: the one of before sees that it is no longer his."""
    seen = web.seen(token)
    web.sync("1.1", edit=lambda text: text.replace("[Муниципальная рабочая группа]", "[Управление образования]"))
    before = web.dump()
    assert web.forms(token) == []
    assert web.post(token, "report", text="готово", seen=seen).headers["location"] == "?r=no#outcome"
    assert web.dump() == before


def test_a_struck_measure_is_answered_no_more(web, token) -> None:
    seen = web.seen(token)
    web.sync("2.4")
    before = web.dump()
    assert "Состояние: <strong>снято с контроля</strong>" in web.get(token).text
    assert web.forms(token) == []
    assert web.post(token, "report", text="готово", seen=seen).headers["location"] == "?r=no#outcome"
    assert web.dump() == before


def test_a_link_to_an_earlier_report_decides_nothing_of_a_later_one(web, token) -> None:
    web.post(token, "report", text="первый")
    (first,) = web.tick()
    web.post(first, "return", reason="нет подписи")
    web.post(token, "report", text="второй")
    assert web.forms(first) == []
    before = web.dump()
    assert web.post(first, "accept", seen=web.seen(token)).headers["location"] == "?r=no#outcome"
    assert web.dump() == before


def test_the_issuer_decides_about_an_extension(web, token) -> None:
    web.post(token, "extension-asked", reason="ждём сведения школ", until="2021-07-01")
    (link,) = web.tick()
    page = web.get(link).text
    assert "Просят продлить" in page
    assert 'type="date" value="2021-07-01" min="2021-06-22"' in page
    assert web.post(link, "extension-granted", until="2021-07-01", basis="резолюция от 31.05.2021").status == 303
    assert "Срок продлён, исполнителю сообщено." in web.get(link, "?r=ok").text
    assert "срок и так" in web.post(token, "extension-asked", reason="ещё", until="2021-07-01").text


# what is written into forms


HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>&amp;\r\nBcc: x@example.org\x00\x1b[31m\u202e'


def test_what_is_written_stands_escaped_and_on_its_lines(web, token) -> None:
    web.post(token, "report", text=HOSTILE, evidence=HOSTILE + "javascript:alert(1)")
    (review,) = web.tick()
    for page in (web.get(review).text, web.get(token).text):
        assert "<script" not in page
        assert "<img" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert 'href="javascript' not in page
        assert not re.search("[\x00\x1b\u202e]", page)
    for letter in (web.settings.home / "mail").glob("*.eml"):
        assert email.message_from_bytes(letter.read_bytes(), policy=policy.default)["Bcc"] is None


def test_evidence_that_is_a_link_opens_without_saying_where_from(web, token) -> None:
    web.post(token, "report", evidence="https://example.org/doc?a=1&b=2")
    page = web.get(token).text
    assert '<a href="https://example.org/doc?a=1&amp;b=2" rel="nofollow noopener noreferrer">' in page


def test_too_much_is_refused_in_words(web, token) -> None:
    before = web.dump()
    page = web.post(token, "report", text="я" * 4001)
    assert (page.status, "сократите" in page.text) == (422, True)
    assert web.post(token, "report", text="a" * BODY_OCTETS).status == 413
    seen = web.seen(token)
    chunked = {**OURS, "Transfer-Encoding": "chunked"}
    huge = b"10000\r\n" + b"a" * 65536 + b"\r\n1\r\na\r\n0\r\n\r\n"
    assert web.ask("POST", f"/a/{token}", huge, chunked).status == 413
    assert (
        web.ask("POST", f"/a/{token}", b"deed=report&seen=" + seen.encode(), {**OURS, "X": "a" * 20000}).status == 431
    )
    assert web.dump() == before


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400), (b"deed", 400), (b"deed=nothing", 400), (b"deed=close-not-done", 400), (b"deed=cancel", 400),
        (b"deed=report&text=%FF", 400), ("deed=report&text=я".encode(), 400), (b"&".join([b"a=b"] * 21), 400),
        (b"deed=extension-asked&until=2021-13-45&reason=x", 400), (b"deed=extension-asked&until=%00", 400),
        (b"deed=report&text=x&seen=0000", 303),
    ],
    ids=repr,
)  # fmt: skip
def test_a_form_that_is_none_of_ours_changes_nothing(web, token, body, status) -> None:
    before = web.dump()
    got = web.ask("POST", f"/a/{token}", body, OURS)
    assert (got.status, got.headers.get("location", "?r=no#outcome")) == (status, "?r=no#outcome")
    assert web.ask("POST", f"/a/{token}", body, {**OURS, "Content-Type": "application/json"}).status == 415
    assert web.dump() == before


# what every answer says to the browser


def test_every_answer_forbids_what_it_does_not_need(web, token) -> None:
    csp = (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; "
        "base-uri 'none'"
    )
    for path in (f"/a/{token}", "/a/x", "/", "/healthz", "/srok.css", "/openapi.json"):
        headers = web.ask("GET", path).headers
        assert headers["content-security-policy"] == csp
        assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")
        assert headers["x-robots-tag"].startswith("noindex")
        assert ("server" in headers, "set-cookie" in headers) == (False, False)
        assert path == "/srok.css" or headers["cache-control"] == "no-store"


def test_a_page_asks_for_nothing_but_its_stylesheet(web, token) -> None:
    page = web.get(token).text
    assert re.findall(r'(?:href|src|action)="([^"]*)"', page) == ["data:,", "/office/srok.css", "#main"]
    assert ("<script" in page, "style=" in page, "onclick" in page) == (False, False, False)
    assert 'lang="ru"' in page
    labels, fields = (
        set(re.findall(r'<label for="([^"]+)"', page)),
        re.findall(r'<(?:input|textarea) id="([^"]+)"', page),
    )
    assert (labels, len(fields)) == (set(fields), len(set(fields)))


def test_the_json_side_alone_is_described(web) -> None:
    described = json.loads(web.ask("GET", "/openapi.json").text)
    assert list(described["paths"]) == ["/healthz"]


# how the installation is


def test_health_says_what_stands_and_no_more(web) -> None:
    got = web.ask("GET", "/healthz")
    assert (got.status, json.loads(got.text)["ok"]) == (503, False)
    web.tick()
    got = web.ask("GET", "/healthz")
    assert (got.status, json.loads(got.text)) == (
        200,
        {"store": True, "prefect": None, "last_pass": "2021-05-31T04:00:00Z", "outbox_age_seconds": None, "ok": True},
    )
    web.now += timedelta(hours=27)
    assert web.ask("GET", "/healthz").status == 503


def test_health_without_a_database_is_bad_and_not_an_error(tmp_path) -> None:
    from srok.desk import Desk  # noqa: PLC0415

    desk = Desk(load_settings(home=tmp_path), lambda: MAY, Signer(b"x"))
    assert desk.health().model_dump() == {
        "store": False, "prefect": None, "last_pass": None, "outbox_age_seconds": None, "ok": False,
    }  # fmt: skip


def test_what_breaks_is_a_plain_page_and_logs_no_words(web, token, caplog) -> None:
    (web.settings.home / "people.yaml").write_text("people: [broken", encoding="utf-8")
    got = web.get(token)
    assert (got.status, got.headers["retry-after"]) == (503, "60")
    assert "Сейчас не получилось" in got.text
    assert "broken" not in got.text + caplog.text


def test_an_exception_is_logged_without_what_it_says(web, token, caplog, monkeypatch) -> None:
    """A database's error holds the values of the row, and so what a person wrote."""

    def fails(*_: object, **__: object) -> None:
        raise ValueError(token)

    monkeypatch.setattr("srok.desk.action_page", fails)
    got = web.get(token)
    assert (got.status, "Это ошибка программы" in got.text) == (500, True)
    assert "страница не показана: ValueError" in caplog.text
    assert token not in got.text + caplog.text


# secrets


def test_tokens_and_keys_are_in_no_log_and_no_dump(web, token, caplog) -> None:
    web.post(token, "report", text="готово")
    tokens = [token, *web.tick()]
    for one in tokens:
        web.get(one)
        web.get(one[:-1])
        web.post(one, "report", {}, text="x", seen="")
    web.ask("GET", f"/a/{token}", headers={"X": "a" * 20000})
    key = signing_key(web.settings).decode()
    kept = [
        one for one in web.settings.home.rglob("*") if one.is_file() and one.name != "secret" and one.suffix != ".eml"
    ]
    everything = caplog.text + web.dump() + "".join(one.read_bytes().decode("latin-1") for one in kept)
    assert len(everything) > 10000
    assert len(tokens) == 2
    for secret in (*tokens, key):
        assert secret not in everything


def test_of_an_item_a_letter_has_one_link(web, token) -> None:
    web.now = JUNE
    web.tick()
    made = web.rows(ActionLinkRow)
    told = [one for one in web.rows(ItemRow) if one.letter and one.kind != "digest"]
    assert {one.item for one in made} == {one.key for one in told}
    assert len(made) == len(told) == 2

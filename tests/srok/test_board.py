"""The pages that show, over real HTTP: the numbers of `srok status`, what a token opens, and what never leaves."""

import http.client
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console
from sqlalchemy import event
from sqlmodel import select

from engine.report import counts, in_plan_order, short
from engine.settings import Settings, load_settings
from engine.store import queries
from engine.store.deeds import Act, Target, perform
from engine.store.feeds import add_feed, revoke
from engine.store.installation import load_people, open_store
from engine.store.models import AssignmentRow, AttemptRow, FeedRow, ItemRow, JournalRow, LetterRow
from engine.summary import discipline, is_counted, share
from engine.transition import Deed
from flows.passes import run_pass
from srok.board import PAGE, ROWS, SLUGS, TITLE, Asked, board_page
from srok.glance import by_heading
from srok.standing import by_plan, entry_of, is_theirs, standing
from srok.status_screen import print_status
from srok.syncing import sync_files
from srok.undelivered import undelivered
from srok.web import make_app
from tests.serving import served

PLANS = Path(__file__).parents[2] / "plans"
JUNE = datetime(2021, 6, 16, 6, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Moscow")
EVERYTHING = Asked()
LYSVA, KISLOVODSK = "lysva-2021", "kislovodsk-2021"
MISSING = "Ссылка не действует"
HOSTILE = "<script>alert(1)</script>\"'&amp;</title><svg onload=alert(1)> עברית хвост"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def words(self) -> str:
        return " ".join(re.sub(r"<[^>]+>", " ", self.text).split())


@dataclass
class Site:
    """A home with two plans lived up to a day in June, and its pages on an ephemeral port; the clock stands."""

    settings: Settings
    now: datetime = JUNE
    port: int = 0
    tokens: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def clock(self) -> datetime:
        return self.now

    def get(self, path: str, method: str = "GET") -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path)
            got = connection.getresponse()
            return Answer(got.status, {k.lower(): v for k, v in got.getheaders()}, got.read().decode())
        finally:
            connection.close()

    def board(self, name: str = "all", **query: object) -> Answer:
        return self.get(f"/board/{self.tokens[name]}?{urlencode(query)}")

    def measure(self, plan: str, measure: str, name: str = "all") -> Answer:
        return self.get(f"/m/{self.tokens[name]}/{quote(plan)}/{quote(measure)}")

    def token(self, name: str, scope: str, of: str | None = None, **given: object) -> str:
        with open_store(self.settings) as store, store.writing() as session:
            row, token = add_feed(
                session, scope=scope, of=of, name=name, style="edges", alarms=[], account="test", now=JUNE, **given
            )
            self.tokens[name], self.ids[name] = token, row.id
        return token


@contextmanager
def running(site: Site) -> Iterator[Site]:
    with served(make_app(site.settings, site.clock)) as site.port:
        yield site


def home(folder: Path) -> Settings:
    (folder / "people.yaml").write_bytes((PLANS / "people.example.yaml").read_bytes())
    return load_settings(home=folder, public_url="https://srok.example.org", owner="p-uslovnova")


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Site]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PREFECT_API_URL", raising=False)
        settings = home(tmp_path_factory.mktemp("board"))
        files = [PLANS / f"{LYSVA}.yaml", PLANS / f"{KISLOVODSK}.yaml"]
        sync_files(files, settings, datetime(2021, 2, 1, 6, tzinfo=UTC), "test")
        for day in (datetime(2021, 3, 10, 6, tzinfo=UTC), datetime(2021, 5, 31, 6, tzinfo=UTC)):
            run_pass(settings, day)
        live(settings)
        run_pass(settings, JUNE - timedelta(hours=1))
        one = Site(settings)
        one.token("all", "board")
        one.token(LYSVA, "board", LYSVA)
        one.token("calendar", "official", "p-eskizov")
        with running(one):
            yield one


def live(settings: Settings) -> None:
    """A report that is returned, one that waits, a day asked for."""
    directory = load_people(settings)
    with open_store(settings) as store, store.writing() as session:
        lysva = queries.office(queries.plan(session, LYSVA), directory, settings.owner)
        at = datetime(2021, 6, 10, 6, tzinfo=UTC)
        report = {"text": "Проект готов", "evidence": "приказ № 5 от 10.06.2021"}
        for deed, said in ((Deed.REPORT, report), (Deed.RETURN, {"reason": "нет подписи"})):
            perform(session, lysva, Target("1.1"), Act(deed, None, None, "CANARY-ACCOUNT", **said), at)
        ask = Act(Deed.ASK, None, None, "test", reason="ждём школы", until=date(2021, 7, 5))
        perform(session, lysva, Target("1.1"), ask, at)


def screen(site: Site, plan: str | None = None) -> str:
    """What `srok status` prints."""
    directory = load_people(site.settings)
    page = StringIO()
    with open_store(site.settings) as store, store.reading() as session:
        found = standing(session, directory, site.settings.owner, site.now, plan, None)
        last, trouble = queries.last_pass(session), undelivered(session, directory, None, site.now, plan)
    print_status(
        found, directory, site.now.date(), last, site.now, ZONE, Console(file=page, width=4000, highlight=False),
        every_row=True, trouble=trouble,
    )  # fmt: skip
    return page.getvalue()


def sums(page: Answer) -> dict[str, int]:
    found = re.findall(r'<li class="(\w+)(?: none)?">.*?<strong class="count">(\d+)</strong>', page.text)
    return {slug: int(n) for slug, n in found}


# the same numbers as srok status


@pytest.mark.parametrize("plan", [None, LYSVA, KISLOVODSK])
def test_the_board_shows_the_numbers_of_srok_status(site, plan) -> None:
    said = screen(site, plan)
    page = site.board(**({"plan": plan} if plan else {}))
    assert page.status == 200
    first = re.search(r"Сроков — (.+)", said)[1]  # type: ignore[index]
    shown = {SLUGS[slug].lower(): n for slug, n in sums(page).items()}
    printed = dict(part.strip().rsplit(": ", 1) for part in first.split("·"))
    assert {name: n for name, n in shown.items() if n} == {name: int(n) for name, n in printed.items()}
    assert re.search(r"Поручений: \d+, закрыто: \d+\.", said)[0] in page.words  # type: ignore[index]
    assert re.search(r"Последний обход: [\d.]+ [\d:]+", said)[0] in page.words  # type: ignore[index]
    assert sum(shown.values()) > 5


def test_the_states_are_those_of_status_json(site) -> None:
    with open_store(site.settings) as store, store.reading() as session:
        found = standing(session, load_people(site.settings), None, site.now, None, None)
    shown = re.findall(r'<tr><th scope="row">([^<]+)</th><td>(\d+)</td></tr>', site.board().text)
    expected = {name: n for name, n in counts(found).items() if n}
    assert [int(n) for _, n in shown] == list(expected.values())
    assert dict(shown)["из них просрочено"] == str(expected["overdue"])


@pytest.mark.parametrize("official", ["p-eskizov", "school-heads", "sosh-7", "Муниципальный координатор"])
def test_a_filter_shows_what_srok_status_official_shows(site, official) -> None:
    directory = load_people(site.settings)
    with open_store(site.settings) as store, store.reading() as session:
        found = standing(session, directory, None, site.now, None, None)
    theirs = [line for line in found if is_theirs(line, entry_of(official, directory))]
    expected = {heading: len(part) for heading, part in by_heading(theirs).items()}
    shown = {SLUGS[slug]: n for slug, n in sums(site.board(official=official)).items() if n}
    assert shown == expected
    late = [line for line in theirs if line.overdue]
    assert {SLUGS[slug]: n for slug, n in sums(site.board(official=official, overdue=1)).items() if n} == {
        heading: len(part) for heading, part in by_heading(late).items()
    }


def test_a_filter_that_fits_nothing_says_so(site) -> None:
    for query in ({"official": "никто"}, {"plan": "no-such-plan"}):
        page = site.board(**query)
        assert (page.status, sum(sums(page).values())) == (200, 0)
        assert "По этому отбору открытых сроков нет." in page.words


def test_discipline_is_that_of_the_report(site) -> None:
    directory = load_people(site.settings)
    with open_store(site.settings) as store, store.reading() as session:
        (one,) = by_plan(session, directory, None, site.now, LYSVA)
    parts = [part for part in in_plan_order(one.office.roadmap, one.lines) if is_counted(part)]
    total = discipline(parts, directory, one.today).total
    page = " ".join(site.board(LYSVA).text.split())
    row = f'<td data-of="исполнено">{share(total.done, total.planned)}</td>'.replace("\u00a0", " ")
    assert row in page.replace("\u00a0", " ")
    assert "исполнено n / N" in page
    assert "в срок m / N" in page


def test_who_lags_stands_first(site) -> None:
    table = site.board().text.partition("По ответственным")[2].partition("</table>")[0]
    late = re.findall(r'<th scope="row"><bdi>.*?<td data-of="просрочено">(\d+|—)</td>', table)
    found = [0 if one == "—" else int(one) for one in late]
    assert found == sorted(found, reverse=True)
    assert len(set(found)) > 1


def test_what_waits_says_why(site) -> None:
    page = site.board(show="awaiting")
    reasons = re.findall(r'<p class="reason">([^<]+)</p>', page.text)
    assert len(reasons) == len(re.findall(r'<p class="when">', page.text)) > 0
    assert all(reasons)


def test_a_board_of_one_plan_has_its_chart_and_one_of_all_leads_to_it(site) -> None:
    assert site.board(LYSVA).text.count("<svg xmlns") == 1
    assert "<svg xmlns" not in site.board().text
    assert f"?plan={LYSVA}#chart" in site.board().text
    assert "<svg xmlns" in site.board(plan=LYSVA).text
    assert ".srok-timeline" in site.get("/srok.css").text


# what a token opens


def test_a_board_of_a_plan_shows_no_other(site) -> None:
    for path in ("", f"?plan={KISLOVODSK}", "?official=school-heads", "?show=later"):
        page = site.get(f"/board/{site.tokens[LYSVA]}{path}")
        assert page.status == 200
        assert "kislovodsk" not in page.text.replace(f'value="{KISLOVODSK}"', "").lower() or path.startswith("?plan")
        assert "Кисловодск" not in page.text
        assert f"/m/{site.tokens[LYSVA]}/{KISLOVODSK}" not in page.text
    assert site.measure(LYSVA, "1.1", LYSVA).status == 200


def test_whatever_is_wrong_is_answered_alike(site) -> None:
    token, calendar = site.tokens["all"], site.tokens["calendar"]
    gone = site.token("gone", "board")
    with open_store(site.settings) as store, store.writing() as session:
        revoke(session, site.ids["gone"], "test", JUNE)
    other = token[:-1] + ("A" if token[-1] != "A" else "B")
    paths = [
        f"/board/{calendar}", f"/subscribe/{token}", f"/m/{calendar}/{LYSVA}/1.1", f"/board/{gone}", f"/board/{other}",
        f"/m/{site.tokens[LYSVA]}/{KISLOVODSK}/1.1", f"/m/{site.tokens[LYSVA]}/no-plan/1.1", f"/m/{token}/{LYSVA}/9.99",
        f"/m/{token}/no-plan/1.1", f"/m/{token}/{LYSVA}", "/board/", "/board", "/subscribe/x", "/board/%00",
        f"/board/{token}%00", f"/board/{token}/", f"/m/{token}/{LYSVA}/..%2f1.1", f"/m/{token}/%00/%00",
        f"/board/{'A' * 32}", f"/board/{token}x", f"/board/{token[:-1]}", f"/m/{token}/{LYSVA}/{'9' * 4000}",
    ]  # fmt: skip
    answers = set()
    for path in paths:
        site.now += timedelta(seconds=6)
        got = site.get(path)
        headers = tuple(sorted((name, value) for name, value in got.headers.items() if name != "date"))
        answers.add((got.status, headers, got.text))
    site.now = JUNE
    ((status, _, body),) = answers
    assert (status, MISSING in body) == (404, True)


@pytest.mark.parametrize(
    "query",
    [
        "page=0", "page=-1", "page=99999999999999999999", "page=%D9%A1", "page=1e9", "page=", "show=../../etc",
        "show[]=x", "show=overdue&page=9999", "plan=%00", "official=%00", "official=%FF%FE", "plan=%ED%A0%80",
        "overdue=yes", "&&&=&", "official=" + "a" * 9000,
        "plan='%20or%201=1--", "official=%3Cscript%3E", "page=1&page=2", "official=%E2%80%AE",
    ],
)  # fmt: skip
def test_no_query_breaks_a_page(site, query) -> None:
    for path in (
        f"/board/{site.tokens['all']}",
        f"/m/{site.tokens['all']}/{LYSVA}/1.1",
        f"/subscribe/{site.tokens['calendar']}",
    ):
        page = site.get(f"{path}?{query}")
        assert page.status == 200
        assert "<script" not in page.text


def test_other_methods_are_refused(site) -> None:
    for path in (f"/board/{site.tokens['all']}", f"/m/{site.tokens['all']}/{LYSVA}/1.1"):
        for method in ("POST", "PUT", "DELETE"):
            got = site.get(path, method)
            assert (got.status, got.headers["allow"]) == (405, "GET, HEAD")
        assert site.get(path, "HEAD").text == ""


def test_looking_writes_the_day_of_use_and_nothing_else(site) -> None:
    def dump() -> list[str]:
        with sqlite3.connect(site.settings.home / "srok.db") as connection:
            return [line for line in connection.iterdump() if 'INTO "feed"' not in line]

    before = dump()
    for _ in range(2):
        site.board()
        site.measure(LYSVA, "1.1")
        site.get(f"/subscribe/{site.tokens['calendar']}")
    assert dump() == before
    with open_store(site.settings) as store, store.reading() as session:
        used = {row.id: row.used_on for row in session.exec(select(FeedRow))}
    assert (used[site.ids["all"]], used[site.ids["calendar"]]) == (JUNE.date(), None)


def test_no_page_lets_its_address_out(site) -> None:
    for path in (
        f"/board/{site.tokens['all']}",
        f"/m/{site.tokens['all']}/{LYSVA}/1.1",
        f"/subscribe/{site.tokens['calendar']}",
    ):
        page = site.get(path)
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["x-robots-tag"].startswith("noindex")
        assert "set-cookie" not in page.headers
        title = re.search(r"<title>(.*?)</title>", page.text, re.DOTALL)[1]  # type: ignore[index]
        assert not any(token in title for token in site.tokens.values())
        outside = re.findall(r'(?:href|src|action)="(?:https?:)?//([^/"]+)', page.text)
        assert set(outside) <= {"srok.example.org"}
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=|<img|<iframe", page.text)


# the page of a measure


def test_a_measure_says_how_its_deadline_was_read_and_what_was_done(site) -> None:
    page = site.measure(LYSVA, "1.1")
    for part in (
        "Написано в плане «До 21 июня 2021»", "Прочитано", "Дни по плану Окно:", "срок 21.06.2021", "Принято",
        "отчёт; Проект готов; подтверждение: приказ № 5 от 10.06.2021", "отчёт возвращён; причина: нет подписи",
        "просьба о продлении; причина: ждём школы; просят до 05.07.2021", "возвращено; просят до 05.07.2021",
        "поручение", "почта", "отправлено", "Кто отвечает", "Контролёр Макетов",
    ):  # fmt: skip
        assert part in page.words, part


@pytest.mark.parametrize(
    ("deadline", "said"),
    [
        ("по согласованию", ("Не прочитано", "Написано в плане «по согласованию»", "Ждёт даты")),
        ("до июня 2021", ("Сомнения «до июня 2021 года» прочитано как день перед началом этого периода",
                          "прочтение срока не подтверждено", "Принято «до» месяца")),
        ("{text: до июня 2021, confirmed: {by: Координатор, why: письмо № 3}}",
         ("Прочтение подтверждено Координатор: письмо № 3",)),
        ("{text: май 2021, fix: {to: 2021-05-20, by: Директор, why: приказ № 7}}",
         ("Решение о сроке срок 20.05.2021; Директор: приказ № 7", "Дни по плану Окно:")),
    ],
)  # fmt: skip
def test_a_doubt_a_refusal_and_a_decision_are_said_on_the_page(tmp_path, deadline, said) -> None:
    one = Site(synced(tmp_path, big_plan(1, deadline=deadline)), datetime(2021, 5, 4, 6, tzinfo=UTC))
    one.token("all", "board")
    with running(one):
        page = one.measure("big-2021", "1")
    for part in said:
        assert part in page.words, part


def test_private_fields_reach_no_page(tmp_path) -> None:
    """A canary stands in every field that is not for the deputy head's page."""
    settings = home(tmp_path)
    people = (tmp_path / "people.yaml").read_text(encoding="utf-8")
    people = re.sub(r"email: \S+", "email: canary-mail@example.org", people)
    people = people.replace("    email:", '    telegram: "7771234567"\n    max: "7779876543"\n    email:')
    (tmp_path / "people.yaml").write_text(people, encoding="utf-8")
    text = (PLANS / f"{LYSVA}.yaml").read_text(encoding="utf-8")
    row, rest = text.split('  - id: "1.2"', 1)
    row = re.sub(r"(?m)^    notes: .*\n|^    findings:\n(?:      .*\n)*", "", row.replace("    findings: []\n", ""))
    text = f'{row}    notes: CANARY-NOTE\n    findings: [CANARY-FINDING]\n  - id: "1.2"{rest}'
    (tmp_path / f"{LYSVA}.yaml").write_text(text, encoding="utf-8")
    sync_files([tmp_path / f"{LYSVA}.yaml"], settings, datetime(2021, 5, 31, 4, tzinfo=UTC), "CANARY-USER")
    run_pass(settings, datetime(2021, 5, 31, 4, tzinfo=UTC))
    live(settings)
    with open_store(settings) as store, store.writing() as session:
        for letter in session.exec(select(LetterRow)).all():
            letter.state, letter.outcome = "dead", "550 CANARY-OUTCOME canary-mail@example.org"
            letter.message_id = "<CANARY-ID@example.org>"
            session.add(AttemptRow(letter=letter.key, n=9, began_at=JUNE, code="CANARY-CODE", text="CANARY-TEXT"))
        keys = [row.key for row in session.exec(select(ItemRow))]
        subjects = [row.account for row in session.exec(select(JournalRow))]
    assert "CANARY-ACCOUNT" in subjects
    one = Site(settings)
    for token, scope, of in (("all", "board", None), ("calendar", "official", "p-eskizov")):
        one.token(token, scope, of)
    with running(one):
        pages = [
            one.board(),
            one.board(plan=LYSVA),
            one.measure(LYSVA, "1.1"),
            one.get(f"/subscribe/{one.tokens['calendar']}"),
        ]
    assert [page.status for page in pages] == [200] * 4
    assert re.search(r"Не доставлено: \d+ lysva-2021 № 1.1, поручение: Эскизов", pages[0].words)
    assert "не доставлено" in pages[2].words
    for page in pages:
        found = re.findall(r"canary\S*|777\d{7}|[\w.-]+@[\w.-]+", page.text, re.IGNORECASE)
        assert found == []
        assert not any(key in page.text for key in keys)


# much, long and hostile


def big_plan(
    measures: int, title: str = "Мероприятие", plan: str = "big-2021", deadline: str = "до 1 июня 2021"
) -> str:
    rows = "".join(
        f'  - {{id: "{n}", title: {title!r}, deadline: {deadline}, responsible: Муниципальный координатор}}\n'
        for n in range(1, measures + 1)
    )
    horizon = "{from: 2021-01-01, to: 2021-12-31}"
    head = f"plan: {{id: {plan}, title: {title!r}, timezone: Europe/Moscow, horizon: {horizon}}}\n"
    return f"{head}measures:\n{rows}"


def synced(folder: Path, *texts: str, now: datetime = datetime(2021, 5, 3, 6, tzinfo=UTC)) -> Settings:
    settings = home(folder)
    files = []
    for n, text in enumerate(texts):
        file = folder / f"plan-{n}.yaml"
        file.write_text(text, encoding="utf-8")
        files.append(file)
    sync_files(files, settings, now, "test")
    return settings


def test_120_overdue_rows_are_folded_and_paged(tmp_path) -> None:
    long_title = "Совещание " + "о порядке проверки работ " * 15
    one = Site(synced(tmp_path, big_plan(120, long_title.strip())))
    one.token("all", "board")
    with running(one):
        page, first, second, past = (
            one.board(),
            one.board(show="overdue"),
            one.board(show="overdue", page=2),
            one.board(show="overdue", page=99),
        )
        measure = one.measure("big-2021", "7")
    assert sums(page)["overdue"] == 120
    assert [one.text.count('<p class="when">') for one in (page, first, second)] == [ROWS, PAGE, 20]
    assert "Показать все: просрочено, 120" in page.words
    assert first.text.count('aria-current="page"') == 1
    assert 'start="101"' in second.text
    assert past.status == 200
    numbers = re.findall(r"№ (\d+)<", first.text + second.text)
    assert len(numbers) == len(set(numbers)) == 120
    assert short(long_title.strip(), TITLE) in first.text
    assert f"<bdi>{long_title.strip()}</bdi></a>" not in first.text
    assert long_title.strip() in measure.text
    assert len(page.text.partition("<svg")[0]) < 60_000


def test_a_hostile_title_is_text(tmp_path) -> None:
    title = HOSTILE
    text = big_plan(2).replace("'Мероприятие'", "TITLE")
    quoted = '"' + title.replace("\\", "\\\\").replace('"', '\\"') + '"'
    one = Site(synced(tmp_path, text.replace("TITLE", quoted)))
    one.token("all", "board")
    with running(one):
        pages = [one.board(), one.board(show="overdue"), one.measure("big-2021", "1")]
    for page in pages:
        assert page.status == 200
        assert "<script" not in page.text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
        assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08]", page.text)
        assert page.text.count("</title>") == page.text.count("<title")


def test_marks_that_turn_writing_round_reach_no_page(tmp_path) -> None:
    """A plan with them is refused, what people report is not."""
    one = Site(synced(tmp_path, big_plan(1)))
    one.token("all", "board")
    with open_store(one.settings) as store, store.writing() as session:
        office = queries.office(queries.plan(session, "big-2021"), load_people(one.settings), None)
        said = {"text": "го\u202eтово\u2066", "evidence": "акт № 1 от 01.06.2021 \u202e"}
        perform(session, office, Target("1"), Act(Deed.REPORT, None, None, "test", **said), JUNE)
    with running(one):
        page = one.measure("big-2021", "1")
    assert "готово; подтверждение: акт № 1 от 01.06.2021" in page.words
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", page.text)


def statements(settings: Settings, asked: Asked = EVERYTHING) -> tuple[int, int]:
    """How many questions a board asks of the database, and how many assignments there are."""
    asked_for: list[str] = []
    with open_store(settings) as store, store.reading() as session:
        number = len(session.exec(select(AssignmentRow.key)).all())
        engine = session.get_bind()
        event.listen(engine, "before_cursor_execute", lambda _c, _k, statement, *_: asked_for.append(statement))
        people = load_people(settings)
        assert board_page(session, people, None, ZONE, None, asked, JUNE, "/m/x") is not None
    return len(asked_for), number


def test_questions_do_not_grow_with_rows(tmp_path) -> None:
    found = []
    for n in (3, 300):
        folder = tmp_path / str(n)
        folder.mkdir()
        found.append(statements(synced(folder, big_plan(n))))
    (few, small), (many, large) = found
    assert (small, large) == (3, 300)
    assert many == few <= 15


# for who does not see, or uses no mouse


class Outline(HTMLParser):
    """Headings, landmarks, ids, tables and labels of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.bad: list[str] = []
        self.labelled: list[str] = []

    def handle_starttag(self, tag, attrs) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.ids += [given["id"]] if "id" in given else []
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "th" and given.get("scope") not in {"col", "row"}:
            self.bad.append("th without scope")
        if tag == "nav" and not given.get("aria-label"):
            self.bad.append("nav without a name")
        self.labelled += [given[name] for name in ("for", "aria-labelledby", "aria-describedby") if given.get(name)]


def test_every_page_is_in_order_for_a_screen_reader(site) -> None:
    paths = [
        f"/board/{site.tokens['all']}", f"/board/{site.tokens[LYSVA]}", f"/board/{site.tokens['all']}?show=later",
        f"/m/{site.tokens['all']}/{LYSVA}/1.1", f"/subscribe/{site.tokens['calendar']}", "/board/x",
    ]  # fmt: skip
    for path in paths:
        outline = Outline()
        outline.feed(site.get(path).text)
        assert outline.bad == []
        assert outline.headings.count(1) == 1
        assert outline.headings[0] == 1
        steps = list(zip(outline.headings, outline.headings[1:], strict=False))
        assert all(after - before <= 1 for before, after in steps), (path, outline.headings)
        assert outline.tags.count("main") == 1
        assert outline.tags.count("table") == outline.tags.count("caption")
        assert len(outline.ids) == len(set(outline.ids))
        named = {name for one in outline.labelled for name in one.split()}
        assert named <= set(outline.ids)
        assert 'href="#main"' in site.get(path).text


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_every_colour_of_words_stands_out_from_its_ground(scheme) -> None:
    css = (Path(__file__).parents[2] / "srok" / "templates" / "srok.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    colours = dict(re.findall(r"--([\w-]+): (#\w{6})", blocks[scheme]))
    pairs = [("ink", "ground"), ("quiet", "ground"), ("act", "ground"), ("on-act", "act"), ("good", "good-ground"),
             ("bad", "bad-ground"), ("bad", "ground"), ("ink", "field")]  # fmt: skip
    for words, ground in pairs:
        lighter, darker = sorted((luminance(colours[words]), luminance(colours[ground])), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, (words, ground)


# how one subscribes


def test_the_page_of_a_calendar_gives_its_address_and_says_how_late_programs_are(site) -> None:
    token = site.tokens["calendar"]
    page = site.get(f"/subscribe/{token}")
    url = f"https://srok.example.org/calendar/{token}.ics"
    assert f'readonly value="{url}"' in page.text
    assert f'href="webcal://srok.example.org/calendar/{token}.ics"' in page.text
    for part in (
        "8–24 часа", "раз в 3 часа", "от 5 минут до недели", "раз в неделю", "Thunderbird", "Яндекс",
        "Календарь не заменяет писем", f"srok feed revoke {site.ids['calendar']}", "удалите подписку",
    ):  # fmt: skip
        assert part in page.words, part


def test_the_command_that_gives_an_address_says_where_it_is_explained(cli) -> None:
    cli.people()
    cli("sync", PLANS / f"{LYSVA}.yaml")
    board, calendar = cli("feed", "add", "--scope", "board", "--of", LYSVA), cli("feed", "add", "--of", "p-eskizov")
    assert re.search(r"Страница руководителя \w+: http://127.0.0.1:8321/board/[\w-]{32}\n", board.out)
    assert "кто его знает, тот видит эту страницу." in board.out
    token = re.search(r"/calendar/([\w-]{32})\.ics", calendar.out)[1]  # type: ignore[index]
    assert f"http://127.0.0.1:8321/subscribe/{token}\n" in calendar.out
    assert "/subscribe/" not in board.out

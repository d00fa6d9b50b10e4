"""The pages in a real browser, in one file: the weeks that were lived and the browser are made once for it."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from engine.transition import Deed
from tests.browser.office import Office, lived
from tests.browser.visiting import A4, OTHER, Visits, chromium, focused, overflow, pictures, unfold

EXECUTOR = (Deed.START, Deed.REPORT, Deed.INTERIM, Deed.ASK)
CONTROLLER = (Deed.ACCEPT, Deed.RETURN)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with lived(tmp_path_factory.mktemp("office")) as office:
        yield office
        said = office.log.read_text("utf-8")
        assert "/a/" not in said
        assert not [one for one in office.tokens if one in said]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def visits(office: Office, browser: Browser) -> Iterator[Visits]:
    found = Visits(browser, office.url)
    yield found
    found.close()


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def script(request: pytest.FixtureRequest) -> bool:
    """With JavaScript and without."""
    return bool(request.param)


def report(page: Page, text: str = "план утверждён", evidence: str = "приказ № 5 от 28.04.2021") -> None:
    form = page.get_by_role("region", name="Отчитаться")
    form.get_by_label("Что сделано").fill(text)
    form.get_by_label("Подтверждение").fill(evidence)
    form.get_by_role("button", name="Отправить отчёт").click()


def outcome(page: Page, sentence: str) -> None:
    expect(page.locator("#outcome")).to_have_text(sentence)
    expect(page).to_have_url(
        page.url.partition("?")[0] + ("?r=no#outcome" if "не изменено" in sentence else "?r=ok#outcome")
    )


def state(page: Page, words: str) -> None:
    expect(page.locator(".state")).to_have_text(f"Состояние: {words}")


# from the letter to the end


def test_a_report_with_evidence_is_accepted_from_the_letter_to_the_controller(office, visits, script) -> None:
    page = visits.open(office.link(*EXECUTOR), script=script)
    state(page, "поручено")
    report(page)
    outcome(page, "Отчёт записан и отправлен на проверку.")
    state(page, "на проверке")

    review = visits.open(office.link(*CONTROLLER, among=office.tick()), script=script)
    expect(review.get_by_role("definition").filter(has_text="план утверждён")).to_contain_text(
        "приказ № 5 от 28.04.2021"
    )
    late = visits.open(review.url, script=script)
    review.get_by_role("button", name="Принять отчёт").click()
    outcome(review, "Отчёт принят, поручение закрыто.")
    late.get_by_role("button", name="Принять отчёт").click()
    expect(late.locator("#outcome")).to_contain_text("Ничего не изменено")
    for one in (review, late):
        expect(one.get_by_role("button")).to_have_count(0)
    page.reload()
    state(page, "исполнено в срок")


def test_a_returned_report_comes_back_with_its_reason_and_is_given_again(office, visits) -> None:
    page = visits.open(office.link(*EXECUTOR), script=False)
    report(page, "первый")
    review = visits.open(office.link(*CONTROLLER, among=office.tick()), script=False)
    summary = review.get_by_role("heading", name="Вернуть отчёт")
    summary.click()
    review.get_by_label("Что исправить").fill("нет подписи\nруководителя")
    review.get_by_role("button", name="Вернуть с причиной").click()
    outcome(review, "Отчёт возвращён исполнителю, причина ему сообщена.")

    again = visits.open(office.link(*EXECUTOR, among=office.tick()), script=False)
    expect(again.get_by_role("definition").filter(has_text="нет подписи")).to_contain_text("руководителя")
    report(again, "второй")
    outcome(again, "Отчёт записан и отправлен на проверку.")


def test_an_extension_is_asked_for_and_granted(office, visits) -> None:
    page = visits.open(office.link(*EXECUTOR), script=False)
    page.get_by_role("heading", name="Попросить о продлении").click()
    form = page.get_by_role("region", name="Попросить о продлении")
    form.get_by_label("До какого дня").fill("2021-12-30")
    form.get_by_label("Причина").fill("ждём сведения школ")
    form.get_by_role("button", name="Отправить просьбу").click()
    outcome(page, "Просьба о продлении передана тому, кто дал поручение.")
    expect(page.locator(".state")).to_contain_text("просят продлить до 30.12.2021")

    asked = visits.open(office.link(Deed.GRANT, Deed.REFUSE, among=office.tick()), script=False)
    expect(asked.get_by_label("До какого дня")).to_have_value("2021-12-30")
    asked.get_by_label("Документ").fill("резолюция от 28.04.2021")
    asked.get_by_role("button", name="Продлить", exact=True).click()
    outcome(asked, "Срок продлён, исполнителю сообщено.")
    page.reload()
    expect(page.get_by_role("definition").filter(has_text="30.12.2021").first).to_be_visible()


def test_two_clicks_are_one_report(office, visits) -> None:
    page = visits.open(office.link(*EXECUTOR))
    form = page.get_by_role("region", name="Отчитаться")
    form.get_by_label("Что сделано").fill("дважды")
    form.get_by_label("Подтверждение").fill("справка № 1")
    form.get_by_role("button", name="Отправить отчёт").dblclick()
    expect(page.locator("#outcome")).to_be_visible()
    state(page, "на проверке")
    page.reload()
    expect(page.get_by_role("definition").filter(has_text="дважды")).to_have_count(1)


def test_what_is_missing_is_said_and_nothing_written_is_lost(office, visits) -> None:
    page = visits.open(office.link(*EXECUTOR))
    page.get_by_role("heading", name="Попросить о продлении").click()
    form = page.get_by_role("region", name="Попросить о продлении")
    form.get_by_label("До какого дня").fill("2020-01-01")
    form.get_by_label("Причина").fill("ждём сведения школ")
    button = form.get_by_role("button", name="Отправить просьбу")
    visits.expected.add(422)
    button.click()
    assert form.get_by_label("До какого дня").evaluate("one => one.validity.rangeUnderflow")  # held back by the browser
    page.locator("form").evaluate_all("forms => forms.forEach(one => { one.noValidate = true })")
    button.click()
    expect(page.get_by_role("alert")).to_contain_text("Не отправлено: нельзя «попросить о продлении» до 01.01.2020")
    expect(form.get_by_label("Причина")).to_have_value("ждём сведения школ")


def test_an_answer_is_given_by_the_keyboard_alone(office, visits, script) -> None:
    page = visits.open(office.link(*EXECUTOR), script=script)
    order = []
    for _ in range(4):
        page.keyboard.press("Tab")
        order.append(focused(page))
    assert order[:3] == ["К содержанию", "Взять в работу", "Что сделано"]
    assert order[3].startswith("Подтверждение")
    page.keyboard.type("справка № 7 от 28.04.2021")
    page.keyboard.press("Shift+Tab")
    page.keyboard.type("сделано без мыши")
    for _ in range(2):
        page.keyboard.press("Tab")
    assert focused(page) == "Отправить отчёт"
    page.keyboard.press("Enter")
    outcome(page, "Отчёт записан и отправлен на проверку.")


# who may act


def test_a_browser_that_says_only_its_origin_may_act(office, visits) -> None:
    """Older ones do; this one too, at an address that it does not trust, where it sends no Sec-Fetch-Site."""
    link = office.link(*EXECUTOR).replace(office.url, visits.untrusted)
    page = visits.open(link)
    with page.expect_request(lambda asked: asked.method == "POST") as sent:
        report(page)
    headers = sent.value.all_headers()
    assert ("sec-fetch-site" in headers, headers["origin"]) == (False, visits.untrusted)
    assert headers["referer"] == f"{visits.untrusted}/"  # and no token
    outcome(page, "Отчёт записан и отправлен на проверку.")


@pytest.mark.parametrize("trusted", [True, False], ids=["fetch-metadata", "origin-only"])
def test_a_form_of_another_site_does_nothing(office, visits, trusted) -> None:
    link = office.link(*EXECUTOR)
    target = link if trusted else link.replace(office.url, visits.untrusted)
    form = f"<form method=post action={target}><button name=deed value=start>Приз</button></form>"
    page = visits.at_another_site(form)
    visits.expected.add(403)
    with page.expect_response(lambda got: got.request.method == "POST") as answered:
        page.get_by_role("button").click()
    assert (answered.value.status, answered.value.request.all_headers()["origin"]) == (403, OTHER)
    state(visits.open(link), "поручено")


def test_a_document_that_is_a_link_is_not_told_where_it_was_opened_from(office, visits) -> None:
    link = office.link(*EXECUTOR)
    office.answer(link, deed="report", evidence=f"{OTHER}/prikaz?n=5", text="готово")
    page = visits.open(link)
    asked = visits.follow_to_another_site(page.get_by_role("link", name=f"{OTHER}/prikaz?n=5"))
    assert (asked.url, "referer" in asked.all_headers()) == (f"{OTHER}/prikaz?n=5", False)


# the pages that show


@pytest.fixture(scope="module")
def board(office: Office) -> str:
    """The address of the board of all plans."""
    return f"{office.url}/board/{office.feed('board')}"


def test_the_board_shows_what_was_done_and_the_measure_tells_of_it(office, visits, script, board) -> None:
    link = office.link(*EXECUTOR)
    page = visits.open(link, script=script)
    title = page.get_by_role("heading", level=1).inner_text()
    before = visits.open(board, script=script)
    on_review = before.locator("ul.sums li.review .count")
    count = int(on_review.inner_text())
    report(page, "сверено дважды")
    outcome(page, "Отчёт записан и отправлен на проверку.")
    before.reload()
    expect(on_review).to_have_text(str(count + 1))

    before.locator("ul.sums li.review a").click()
    expect(before.locator("h2#review")).to_be_in_viewport()
    before.goto(f"{board}?show=review")
    words = re.search("«(.+)»", title)
    assert words is not None
    before.get_by_role("link", name=words[1]).first.click()
    expect(before.get_by_role("heading", level=1)).to_contain_text(words[1])
    expect(before.get_by_role("heading", name="Как прочитан срок")).to_be_visible()
    expect(before.locator("table.history")).to_contain_text("сверено дважды")
    before.get_by_role("link", name="ко всем срокам").click()
    expect(before).to_have_url(board)


def test_the_board_is_narrowed_by_the_keyboard_alone(visits, script, board) -> None:
    page = visits.open(board, script=script)
    page.keyboard.press("Tab")
    assert focused(page) == "К содержанию"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert focused(page) == "Отбор"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert focused(page) == "План"
    page.keyboard.press("ArrowDown")
    for _ in range(2):
        page.keyboard.press("Tab")
    assert focused(page) == "только просроченное"
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    assert focused(page) == "Показать"
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.removesuffix("#main") == f"{board}?plan=artem-2020&official=&overdue=1"
    expect(page.get_by_text("Отбор включён")).to_be_visible()


def test_the_subscription_gives_an_address_that_answers(office, visits, script) -> None:
    token = office.feed("plan", "lysva-2021", "Лысьва")
    page = visits.open(f"{office.url}/subscribe/{token}", script=script)
    address = f"{office.url}/calendar/{token}.ics"
    expect(page.get_by_role("textbox")).to_have_value(address)
    expect(page.get_by_role("link", name="Открыть в программе календаря")).to_have_attribute(
        "href", address.replace("http://", "webcal://")
    )
    answer = page.request.get(address)
    assert (answer.status, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert "BEGIN:VEVENT" in answer.text()


# every kind of page, in every window


KINDS = (
    "report", "review", "extension", "settled", "missing", "board", "board-plan", "board-overdue", "board-heading",
    "measure", "measure-awaiting", "subscribe",
)  # fmt: skip


@pytest.fixture(scope="module")
def addresses(office: Office, board: str) -> dict[str, str]:
    """An address of every kind of page."""
    settled, asked = office.link(*EXECUTOR), office.link(*EXECUTOR)
    office.answer(settled, deed="report", text="готово", evidence="справка № 1")
    office.answer(asked, deed="extension-asked", until="2021-12-30", reason="ждём сведения школ")
    told = office.tick()
    measures = board.replace("/board/", "/m/")
    found = {
        "report": office.link(*EXECUTOR),
        "review": office.link(*CONTROLLER, among=told),
        "extension": office.link(Deed.GRANT, Deed.REFUSE, among=told),
        "settled": settled,
        "missing": f"{office.url}/a/{'A' * 40}",
        "board": board,
        "board-plan": f"{office.url}/board/{office.feed('board', 'vesyegonsk-2020')}",
        "board-overdue": f"{board}?overdue=1&official=school-heads",
        "board-heading": f"{board}?show=later&page=2",
        "measure": f"{measures}/vesyegonsk-2020/1.2",
        "measure-awaiting": f"{measures}/yeniseysk-2023/3.1",
        "subscribe": f"{office.url}/subscribe/{office.feed('official', 'p-shablonova')}",
    }
    assert tuple(found) == KINDS
    return found


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_page_is_read_without_moving_it_sideways(visits, addresses, kind) -> None:
    page = visits.open(addresses[kind], "narrow", status=404 if kind == "missing" else 200)
    pictures(page, kind)
    unfold(page)
    sideways = {}
    for width in (320, 390, 768, 1280, 2560):
        page.set_viewport_size({"width": width, "height": 900})
        sideways[width] = overflow(page)
    assert sideways == dict.fromkeys(sideways, 0)
    page.emulate_media(media="print")
    page.set_viewport_size(A4)
    assert overflow(page) == 0
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)


def test_an_audit_finds_nothing(visits, addresses, kind) -> None:
    page = visits.open(addresses[kind], status=404 if kind == "missing" else 200, bypass_csp=True)
    unfold(page)
    page.evaluate(Axe().axe_script)
    found = set()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        broken = page.evaluate("axe.run({resultTypes: ['violations']}).then(one => one.violations)")
        found |= {(scheme, rule["impact"], rule["id"], node["target"][0]) for rule in broken for node in rule["nodes"]}
    assert found == set()

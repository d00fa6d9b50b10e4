"""`srok people link`: a code for one person, said once."""

import re

import pytest

from tests.notifiers.telegram_api import BROKEN, NAME, PAGE, TOKEN, UNAUTHORIZED, BotApi, serving


@pytest.fixture
def telegram():
    with serving() as api:
        yield api


def env(api: BotApi) -> dict[str, str]:
    return {"SROK_TELEGRAM_TOKEN": TOKEN, "SROK_TELEGRAM_API_BASE": api.base}


def test_a_code_is_given_with_a_link_to_the_bot(office, telegram) -> None:
    done = office("people", "link", "p-eskizov", **env(telegram))
    said, start, link, *rest = done.out.splitlines()
    code = re.fullmatch(r"/start ([A-Za-z0-9_-]{24})", start)
    assert code, done.out
    assert re.fullmatch(r".+: отправьте боту в личном чате Telegram до \d\d\.\d\d\.\d{4} \d\d:\d\d сообщение", said)
    assert link == f"или откройте ссылку: https://t.me/{NAME}?start={code[1]}"
    assert rest == [
        "Код действует один раз; прежние коды этого человека больше не действуют. Отвечает бот, пока работает srok up.",
        "Письма пойдут в Telegram, когда в people.yaml у «p-eskizov» будет channels: [telegram, mail].",
    ]
    assert all(code[1].encode() not in file.read_bytes() for file in office.home.glob("srok.db*"))


@pytest.mark.parametrize("fault", [BROKEN, PAGE])
def test_without_an_answer_of_telegram_the_code_is_given_all_the_same(office, telegram, fault) -> None:
    telegram.script["getMe"].append(fault)
    done = office("people", "link", "p-eskizov", **env(telegram))
    assert done.out.splitlines()[2] == "Имя бота узнать не удалось: нет связи с Telegram."
    assert done.code == 0


def test_a_wrong_token_is_said_and_no_code_given(office, telegram) -> None:
    telegram.script["getMe"].append(UNAUTHORIZED)
    done = office("people", "link", "p-eskizov", **env(telegram))
    assert (done.code, done.out) == (7, "")
    assert "Telegram не принял ключ бота: проверьте SROK_TELEGRAM_TOKEN" in done.err
    assert TOKEN not in done.err


def test_without_a_bot_nothing_can_be_linked(office) -> None:
    done = office("people", "link", "p-eskizov")
    assert (done.code, done.err) == (7, "Ошибка: Telegram не настроен: задайте SROK_TELEGRAM_TOKEN\n")


def test_somebody_unknown_gets_no_code(office, telegram) -> None:
    done = office("people", "link", "p-nobody", **env(telegram))
    assert done.code == 5
    assert (
        done.err == "Ошибка: человека «p-nobody» нет в справочнике людей: нужен id, имя или должность одного человека\n"
    )

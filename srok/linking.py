"""`srok people link`: a one-time code by which a person links a messenger."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from engine.clock import utc_now
from engine.errors import DeliveryError, NotFoundError
from engine.people import Person
from engine.settings import Settings
from engine.store.accounts import CODE_HOLDS, new_code
from engine.store.installation import load_people, open_store
from notifiers.bot import Bot
from notifiers.channels import bot_settings

_GET_ME_SECONDS = 10


def run_people_link(settings: Settings, name: str, account: str) -> str:
    """Make a code for Telegram and say in Russian what to do with it; the code stands nowhere else.

    Raises:
        NotFoundError: The directory does not know the person.
        DeliveryError: There is no bot, or its token is not taken.
    """
    person = load_people(settings).holder(name)
    if person is None:
        raise NotFoundError(f"человека «{name}» нет в справочнике людей: нужен id, имя или должность одного человека")
    address = _address(Bot(*bot_settings(settings)))
    now = utc_now()
    with open_store(settings) as store, store.writing() as session:
        code = new_code(session, person.id, "telegram", account, now)
    until = (now + CODE_HOLDS).astimezone(ZoneInfo(settings.zone))
    lines = [
        f"{person.name}: отправьте боту в личном чате Telegram до {until:%d.%m.%Y %H:%M} сообщение",
        f"/start {code}",
        f"или откройте ссылку: {address}?start={code}"
        if address
        else "Имя бота узнать не удалось: нет связи с Telegram.",
        "Код действует один раз; прежние коды этого человека больше не действуют. Отвечает бот, пока работает srok up.",
        *_not_chosen(person),
    ]
    return "\n".join(lines)


def _not_chosen(person: Person) -> list[str]:
    if "telegram" in person.channels:
        return []
    return [f"Письма пойдут в Telegram, когда в people.yaml у «{person.id}» будет channels: [telegram, mail]."]


def _address(bot: Bot) -> str | None:
    """Return the bot's address, None when Telegram does not answer."""
    reply = bot.call("getMe", {}, _GET_ME_SECONDS)
    bot.close()
    if reply.status in {401, 404} and reply.answer is not None:
        raise DeliveryError("Telegram не принял ключ бота: проверьте SROK_TELEGRAM_TOKEN")
    name = reply.result.get("username") if isinstance(reply.result, dict) else None
    return f"https://t.me/{name}" if isinstance(name, str) and name.isascii() and name.isidentifier() else None

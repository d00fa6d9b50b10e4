"""The page of a calendar subscription: its address, and what each calendar program makes of it."""

from __future__ import annotations

from typing import Any

from engine.feed import Scope
from engine.ics import Style

PROGRAMS = (
    (
        "Google Календарь", "раз в 8–24 часа, кнопки обновления нет",
        "на компьютере: «Другие календари» → «Добавить по URL»; на телефоне появится сам",
        "своих напоминаний из подписки не ставит",
    ),
    (
        "Outlook", "в браузере примерно раз в 3 часа, бывает реже раза в сутки",
        "«Добавить календарь» → «Подписаться из Интернета»", "напоминания подписки не показывает",
    ),
    (
        "Apple (iPhone, Mac)", "как настроено: от 5 минут до недели",
        "кнопка выше; на iPhone также «Настройки» → «Календарь» → «Учётные записи» → «Подписной календарь»",
        "чтобы напоминания остались, снимите «Удалять уведомления»",
    ),
    (
        "Nextcloud", "раз в неделю, если сервер не настроен иначе; подсказку подписки учитывает",
        "«Новый календарь» → «Новая подписка по ссылке»", "напоминания по умолчанию убирает",
    ),
    (
        "Thunderbird", "как настроено в свойствах календаря",
        "«Новый календарь» → «В сети» → вставьте адрес", "напоминания показывает",
    ),
    (
        "Яндекс Календарь", "по общим словам справки, не сразу; сами мы не проверяли",
        "«Подписка» → вставьте адрес", "после подписки посмотрите, все ли сроки видны",
    ),
)  # fmt: skip
"""Program, how late it refreshes, how one subscribes, what to mind; docs/settings.md says where it is known from."""
_WHOSE = {
    Scope.OFFICIAL: "ваши сроки",
    Scope.ROLE: "сроки роли",
    Scope.SCHOOL: "сроки школы",
    Scope.CONTROLLER: "сроки на вашем контроле",
    Scope.PLAN: "сроки плана",
    Scope.ALL: "сроки всех планов",
}
_STYLES = {
    Style.EDGES: "У каждого срока две отметки: день начала и день срока.",
    Style.BAR: "Каждый срок показан полосой от дня начала до дня срока.",
}


def subscribe_page(
    url: str, *, feed_id: str, name: str, scope: str, style: str, alarms: tuple[int, ...], local: bool
) -> dict[str, Any]:
    """Return what the template `subscribe.html.j2` is given."""
    days = ", ".join(str(one) for one in sorted(alarms, reverse=True))
    return {
        "id": feed_id,
        "title": name,
        "whose": _WHOSE[Scope(scope)],
        "url": url,
        "webcal": f"webcal://{url.partition('://')[2]}",
        "local": local,
        "programs": PROGRAMS,
        "style": _STYLES[Style(style)],
        "alarms": f"Напоминания календаря: за {days} дн. до срока, если программа их показывает."
        if alarms
        else "Напоминаний календаря нет: напоминают письма.",
    }

"""The page of a calendar subscription: its address, and what each calendar program makes of it."""

from __future__ import annotations

from typing import Any

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
    "official": "ваши сроки",
    "role": "сроки роли",
    "school": "сроки школы",
    "controller": "сроки на вашем контроле",
    "plan": "сроки плана",
    "all": "сроки всех планов",
}
_STYLES = {
    "edges": "У каждого срока две отметки: день начала и день срока.",
    "bar": "Каждый срок показан полосой от дня начала до дня срока.",
}
LOCAL = "http://127.0.0.1:8321"
"""Where the pages are reached without a public address."""


def subscribe_page(
    token: str, *, feed_id: str, name: str, scope: str, style: str, alarms: tuple[int, ...], public_url: str | None
) -> dict[str, Any]:
    """Return what the template `subscribe.html.j2` is given."""
    url = f"{(public_url or LOCAL).rstrip('/')}/calendar/{token}.ics"
    days = ", ".join(str(one) for one in sorted(alarms, reverse=True))
    return {
        "id": feed_id,
        "title": name,
        "whose": _WHOSE.get(scope, "сроки"),
        "url": url,
        "webcal": f"webcal://{url.partition('://')[2]}",
        "local": public_url is None,
        "programs": PROGRAMS,
        "style": _STYLES.get(style, _STYLES["edges"]),
        "alarms": f"Напоминания календаря: за {days} дн. до срока, если программа их показывает."
        if alarms
        else "Напоминаний календаря нет: напоминают письма.",
    }

"""The channels by name: own ones for mail, Telegram and MAX, Apprise for every other service."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

from pydantic import SecretStr

from engine.errors import DeliveryError
from notifiers.envelope import Channel, Envelope, Outcome, OutcomeKind


class ChannelSettings(Protocol):
    """The settings that channels need, named as in srok.toml."""

    @property
    def mail(self) -> str:
        """See ``MailChannel.from_url``."""

    @property
    def telegram_token(self) -> SecretStr | None:
        """Of the bot."""

    @property
    def telegram_api_base(self) -> str:
        """Where the Bot API stands."""

    @property
    def telegram_proxy(self) -> SecretStr | None:
        """By which the Bot API is reached."""

    @property
    def max_token(self) -> SecretStr | None:
        """Of the bot in MAX."""

    @property
    def max_api_base(self) -> str:
        """Where the API of MAX stands."""


class AppriseChannel:
    """The channel «apprise»: the address is a person's Apprise URL, as ``ntfy://server/topic``.

    Apprise says only yes or no, so there is neither a code nor a doubt.
    """

    name = "apprise"

    def __init__(self) -> None:
        import apprise  # noqa: PLC0415 - 0.1 s that mail does not need

        from notifiers.bot import silence_request_log  # noqa: PLC0415 - requests, which apprise imports

        silence_request_log()
        # Its debug lines print addresses with the tokens in them.
        logging.getLogger("apprise").setLevel(logging.WARNING)
        self._apprise = apprise

    def deliver(self, envelope: Envelope) -> Outcome:
        """Send subject and plain text."""
        service = self._apprise.Apprise()
        if not service.add(envelope.address):
            return Outcome(OutcomeKind.PERM, None, "адрес не понят: Apprise не знает такой службы")
        if service.notify(title=envelope.subject, body=envelope.text, body_format=self._apprise.NotifyFormat.TEXT):
            return Outcome(OutcomeKind.SENT)
        return Outcome(OutcomeKind.TEMP, None, "служба не приняла сообщение")

    def close(self) -> None:
        """Nothing is kept open."""


def _open_mail(settings: ChannelSettings) -> Channel:
    from notifiers.mail import MailChannel  # noqa: PLC0415 - only the channel in use is imported

    return MailChannel.from_url(settings.mail)


def _open_telegram(settings: ChannelSettings) -> Channel:
    from notifiers.telegram import TelegramChannel  # noqa: PLC0415 - only the channel in use is imported

    return TelegramChannel(*bot_settings(settings))


def bot_settings(settings: ChannelSettings) -> tuple[SecretStr, str, SecretStr | None]:
    """Return token, API base and proxy of the bot.

    Raises:
        DeliveryError: There is no token.
    """
    if settings.telegram_token is None:
        raise DeliveryError("Telegram не настроен: задайте SROK_TELEGRAM_TOKEN")
    return settings.telegram_token, settings.telegram_api_base, settings.telegram_proxy


def _open_max(settings: ChannelSettings) -> Channel:
    from notifiers.max import MaxChannel  # noqa: PLC0415 - only the channel in use is imported

    if settings.max_token is None:
        raise DeliveryError("MAX не настроен: задайте SROK_MAX_TOKEN")
    return MaxChannel(settings.max_token, settings.max_api_base)


NOTIFIERS: dict[str, Callable[[ChannelSettings], Channel]] = {
    "mail": _open_mail,
    "telegram": _open_telegram,
    "max": _open_max,
    "apprise": lambda _settings: AppriseChannel(),
}


def open_channel(name: str, settings: ChannelSettings) -> Channel:
    """Open the channel that people.yaml names; nothing is connected before the first message.

    Raises:
        DeliveryError: There is no such channel, or what it needs is not set.
    """
    opener = NOTIFIERS.get(name)
    if opener is None:
        raise DeliveryError(f"нет канала «{name}»: есть {', '.join(NOTIFIERS)}")
    return opener(settings)

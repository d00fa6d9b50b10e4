"""Settings of one installation: `srok.toml` in its home, over which `SROK_*` in the environment wins."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from engine.errors import SrokError
from engine.people import zone_exists

FILE_NAME = "srok.toml"
_PUBLIC_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[::1\])(:[0-9]{1,5})?(/[a-z0-9_~-][a-z0-9._~-]*)*/?",
    re.IGNORECASE | re.ASCII,
)
"""A host, a port and plain folders: no name and password, no query, nothing that climbs out of a folder."""
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
_HINTS = {
    "public_url": "адрес страниц пишется как https://srok.example.org, http только для 127.0.0.1",
    "secret_key": "с базой на сервере нужен SROK_SECRET_KEY, один на все машины",
}


class SettingsError(SrokError):
    """`srok.toml` or a variable `SROK_*` cannot be used."""

    exit_code = 2


class Settings(BaseSettings):
    """What an installation is told; see docs/settings.md. Paths are absolute, secrets are never printed."""

    model_config = SettingsConfigDict(env_prefix="SROK_", extra="forbid", frozen=True)

    home: Path
    office: str = ""
    zone: str = "Europe/Moscow"
    database_url: str = ""
    people: Path | None = None
    owner: str | None = None
    mail_url: SecretStr | None = None
    telegram_token: SecretStr | None = None
    telegram_api_base: str = "https://api.telegram.org"
    telegram_proxy: SecretStr | None = None
    max_token: SecretStr | None = None
    max_api_base: str = "https://platform-api2.max.ru"
    public_url: str | None = None
    secret_key: SecretStr | None = Field(default=None, validate_default=True)
    work_pool: str | None = None
    coordinator: str = Field(default="", description="how to reach the coordinator, printed in every letter")

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        if not zone_exists(value):
            raise ValueError
        return value

    @field_validator("public_url")
    @classmethod
    def _pages_are_reached_safely(cls, value: str | None) -> str | None:
        """A link acts for a person, so it goes over https; plain http never leaves the machine."""
        if value is None:
            return None
        found = _PUBLIC_URL.fullmatch(value)
        if found is None or (found["scheme"] == "http" and found["host"] not in _LOOPBACK):
            raise ValueError
        return value.rstrip("/")

    @field_validator("secret_key")
    @classmethod
    def _several_machines_have_one_key(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        """A store on a server is that of several machines: what one has signed the others must know."""
        address = info.data.get("database_url") or "sqlite"
        if value is None and not address.startswith("sqlite"):
            raise ValueError
        return value

    @property
    def database(self) -> str:
        """SQLAlchemy address of the store; a file in the home by default."""
        return self.database_url or f"sqlite:///{(self.home / 'srok.db').as_posix()}"

    @property
    def database_file(self) -> Path | None:
        """The file of the store; None where a server keeps it."""
        kind, slashes, name = self.database.partition(":///")
        return Path(name) if kind == "sqlite" and slashes else None

    @property
    def people_file(self) -> Path:
        """Where the directory of people is read from."""
        return self.people or self.home / "people.yaml"

    @property
    def mail(self) -> str:
        """Mail address of the channel; a folder in the home by default, so that nothing leaves the machine."""
        if self.mail_url is not None:
            return self.mail_url.get_secret_value()
        return (self.home / "mail").as_uri()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment over the file in the home; neither a .env file nor a secrets folder is read."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, default_home() / FILE_NAME)


def default_home() -> Path:
    """Return the installation's folder: `SROK_HOME`, else the current one."""
    return Path(os.environ.get("SROK_HOME") or ".").resolve()


def load_settings(**given: Any) -> Settings:
    """Read the settings.

    Raises:
        SettingsError: A value does not fit or the file is broken; the message names it, never its content.
    """
    try:
        return Settings(**{"home": default_home(), **given})
    except ValidationError as error:
        wrong = {str(one["loc"][0]): one["type"] for one in error.errors(include_input=False) if one["loc"]}
        unknown = "extra_forbidden"
        names = ", ".join(f"{name} (такой настройки нет)" if wrong[name] == unknown else name for name in sorted(wrong))
        hints = "".join(f"; {hint}" for name, hint in _HINTS.items() if name in names)
        message = f"настройки не подходят: {names}{hints}; проверьте {FILE_NAME} и переменные SROK_*"
        raise SettingsError(message) from None
    except ValueError:
        raise SettingsError(f"{FILE_NAME} не читается: проверьте кавычки и знаки «=»") from None

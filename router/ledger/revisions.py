"""Which version the tables have, and which this code knows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection


def config() -> Config:
    """Return where the migrations stand."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    made.set_main_option("path_separator", "os")
    return made


def known() -> tuple[str, ...]:
    """Return every version that this code can bring the tables to, the oldest first."""
    scripts = ScriptDirectory.from_config(config())
    return tuple(script.revision for script in reversed(list(scripts.walk_revisions())))


def installed(connection: Connection) -> str | None:
    """Return the version of the tables in the database; None where there are none yet."""
    return MigrationContext.configure(connection).get_current_revision()

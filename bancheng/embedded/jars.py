"""Kafka's class path: Maven artifacts found and fetched by `jgo`, no Maven and no JDK needed.

Only jgo's resolver is used: it walks the POMs in pure Python, so it asks neither for a `java` nor
prints. Its local repository is the usual one of this account (`M2_REPO`, else `~/.m2/repository`),
shared by every home. jgo writes a download in place and only warns of a bad one, so each jar is
opened before it is trusted, and a torn one is fetched again.
"""

from __future__ import annotations

import errno
import json
import zipfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jgo.constants import MAVEN_CENTRAL_URL, default_maven_repo
from jgo.maven import MavenContext
from jgo.parse import Coordinate

from bancheng.embedded.errors import DownloadFailedError, NoRoomError
from bancheng.embedded.files import need_room, write_whole

if TYPE_CHECKING:
    from bancheng.embedded.progress import Progress

COORDINATES: Final = (
    "org.apache.kafka:kafka_2.13:4.3.1",
    "org.slf4j:slf4j-simple:1.7.36",
)
NEEDED_MIB: Final = 150  # the jars and POMs take 46 MiB; the rest is room to write beside them


def resolve_jars(
    home: Path, progress: Progress, *, repository: Path | None = None, source: str | None = None
) -> tuple[Path, ...]:
    """Kafka's class path, in order, every jar present.

    The first call resolves and downloads (46 jars, 44 MiB) and writes the list to
    `home/kafka/classpath.json`; later ones read that list, look whether the files still have their
    sizes, and need no network. `repository` (a folder) and `source` (a URL) stand for the account's
    Maven repository and the public registry. Raises DownloadFailedError, NoRoomError.
    """
    listing = home / "kafka" / "classpath.json"
    known = _listed(listing)
    if known:
        return known
    listing.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = repository or default_maven_repo()
    folder.mkdir(parents=True, exist_ok=True)
    need_room(folder, NEEDED_MIB)
    context = MavenContext(repo_cache=folder, remote_repos={"central": source or MAVEN_CENTRAL_URL}, timeout=30)
    try:
        jars = _fetched(context, folder, progress)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise NoRoomError(folder, needed_mib=NEEDED_MIB, free_mib=0) from error
        raise DownloadFailedError(_reason(error)) from error
    except RuntimeError as error:
        raise DownloadFailedError(_reason(error)) from error
    rows = [[str(jar), jar.stat().st_size] for jar in jars]
    write_whole(listing, json.dumps({"coordinates": COORDINATES, "jars": rows}, indent=1))
    return jars


def _listed(listing: Path) -> tuple[Path, ...]:
    """The class path as written down, or () when it is missing, of another version, or untrue."""
    try:
        stored = json.loads(listing.read_text("utf-8"))
        rows = [(Path(name), int(size)) for name, size in stored["jars"]]
        same = tuple(stored["coordinates"]) == COORDINATES
        whole = all(jar.stat().st_size == size for jar, size in rows)
    except (OSError, ValueError, KeyError, TypeError):
        return ()
    return tuple(jar for jar, _ in rows) if same and whole else ()


def _fetched(context: MavenContext, folder: Path, progress: Progress) -> tuple[Path, ...]:
    with progress.step("jars_plan"):
        try:
            artifacts = _artifacts(context)
        except (SyntaxError, AssertionError):  # what a torn POM makes of its parser
            _drop_torn_poms(folder)
            artifacts = _artifacts(context)
    jars = []
    with progress.step("jars_fetch", total=len(artifacts)) as step:
        for artifact in artifacts:
            jars.append(_whole_jar(artifact))
            step.advance()
    return tuple(jars)


def _artifacts(context: MavenContext) -> list[Any]:
    wanted = [
        context.create_dependency(replace(Coordinate.parse(coordinate), scope="compile")) for coordinate in COORDINATES
    ]
    direct, transitive = context.resolver.resolve(wanted)
    run = [d for d in transitive if d.scope in {"compile", "runtime"}]
    return [dependency.artifact for dependency in (*direct, *run)]


def _whole_jar(artifact: Any) -> Path:  # noqa: ANN401  # jgo ships its types as comments only
    """The jar's path, once its every entry reads with the right checksum; torn ones go again."""
    for _ in range(2):
        jar = Path(artifact.resolve())
        with suppress(zipfile.BadZipFile), zipfile.ZipFile(jar) as archive:
            if archive.testzip() is None:
                return jar
        jar.unlink()
    raise RuntimeError(f"{jar.name} arrived damaged twice")


def _drop_torn_poms(folder: Path) -> None:
    for pom in folder.rglob("*.pom"):
        if not pom.read_bytes().rstrip().endswith(b"</project>"):
            pom.unlink()


def _reason(error: Exception) -> str:
    """What failed, in a few words: the kind of error, without addresses or stacks."""
    text = str(error).split("\n", 1)[0].split(" in remote repositories", 1)[0]
    if "://" in text or "ConnectionPool" in text:
        return type(error).__name__
    return text[:200] or type(error).__name__

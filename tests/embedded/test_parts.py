"""The pieces around the two processes: lock, files, class path, cache, configuration, progress."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from bancheng.embedded import jars as jars_module
from bancheng.embedded.brokerconfig import BrokerSettings, properties, render
from bancheng.embedded.brokerhome import BrokerHome, free_port, is_free
from bancheng.embedded.errors import DownloadFailedError, EmbeddedError, HomeInUseError, NoRoomError
from bancheng.embedded.files import last_words, need_room, turn_log, write_whole
from bancheng.embedded.jars import COORDINATES, resolve_jars
from bancheng.embedded.java import AotCache
from bancheng.embedded.lock import HomeLock
from bancheng.embedded.progress import MESSAGES, PlainProgress, RichProgress, SilentProgress, message

if TYPE_CHECKING:
    from conftest import Told

ROOT = Path(__file__).parents[2]
HOLDER = """
import sys
from pathlib import Path
from bancheng.embedded.lock import HomeLock
lock = HomeLock.take(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_a_home_in_use_names_its_holder(tmp_path: Path) -> None:
    """The second program on a home learns which process holds it."""
    with HomeLock.take(tmp_path), pytest.raises(HomeInUseError, match=f"process {os.getpid()}"):
        HomeLock.take(tmp_path)
    HomeLock.take(tmp_path).release()


def test_a_killed_holder_lets_go_of_the_home(tmp_path: Path) -> None:
    """The lock of a process killed without warning is no lock."""
    with subprocess.Popen(  # arguments of our own
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(HomeInUseError, match=f"process {holder.pid}"):
            HomeLock.take(tmp_path)
        holder.kill()
    HomeLock.take(tmp_path).release()


def test_a_full_disk_is_said_before_anything_is_written(tmp_path: Path) -> None:
    """Too little room is an error that names the folder and both figures, in both languages."""
    with pytest.raises(NoRoomError) as caught:
        need_room(tmp_path, 10**9)
    for text in (caught.value.sentence("en"), caught.value.sentence("zh")):
        assert str(tmp_path) in text
        assert "1000000000 MiB" in text
        assert "BANCHENG_HOME" in text


def test_no_network_is_said_in_one_sentence(tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a registry the message says what to check, and names no address."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    source = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(DownloadFailedError, match="ConnectionError") as caught:
        resolve_jars(tmp_path, told, repository=tmp_path / "repository", source=source)
    assert "network" in caught.value.sentence("en")
    assert "网络" in caught.value.sentence("zh")
    assert "127.0.0.1" not in str(caught.value)
    assert not (tmp_path / "kafka" / "classpath.json").exists()


def test_a_listed_class_path_needs_no_network(tmp_path: Path, told: Told) -> None:
    """Later starts read the list; a jar that changed or went makes it worthless."""
    jar = tmp_path / "a.jar"
    jar.write_bytes(b"12345")
    listing = tmp_path / "kafka" / "classpath.json"
    listing.parent.mkdir()
    listing.write_text(json.dumps({"coordinates": COORDINATES, "jars": [[str(jar), 5]]}))
    assert resolve_jars(tmp_path, told) == (jar,)
    assert told.steps == []
    jar.write_bytes(b"1234")
    with pytest.raises(EmbeddedError):
        resolve_jars(tmp_path, told, repository=tmp_path / "r", source="http://127.0.0.1:1")


def test_a_torn_jar_is_fetched_again(tmp_path: Path) -> None:
    """A download cut short is not taken for a jar; one that stays torn is an error."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("META-INF/MANIFEST.MF", "x" * 1000)
    jar = tmp_path / "a.jar"

    @dataclass
    class Artifact:
        good: bytes

        def resolve(self) -> Path:
            if not jar.exists():
                jar.write_bytes(self.good)
            return jar

    jar.write_bytes(whole.getvalue()[:500])
    assert jars_module._whole_jar(Artifact(whole.getvalue())).read_bytes() == whole.getvalue()
    jar.unlink()
    with pytest.raises(RuntimeError, match="damaged twice"):
        jars_module._whole_jar(Artifact(b"PK"))


def test_a_torn_pom_is_dropped_and_a_whole_one_kept(tmp_path: Path) -> None:
    """Of the repository's POMs only those that end too early go."""
    (tmp_path / "torn.pom").write_text("<project><dep")
    (tmp_path / "whole.pom").write_text("<project></project>\n")
    jars_module._drop_torn_poms(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["whole.pom"]


def test_only_a_finished_cache_is_taken_into_use(tmp_path: Path) -> None:
    """A recording becomes the cache when its run says that it is complete, and else vanishes."""
    jar = tmp_path / "a.jar"
    jar.write_bytes(b"1")
    log = tmp_path / "log"
    killed = AotCache.plan(tmp_path, [jar], record=True)
    assert killed.recording is not None
    killed.recording.write_bytes(b"half")
    assert not killed.keep(log)
    assert not killed.recording.exists()
    finished = AotCache.plan(tmp_path, [jar], record=True)
    assert finished.recording is not None
    assert finished.flags == (f"-XX:AOTCacheOutput={finished.recording.name}",)
    finished.recording.write_bytes(b"whole")
    log.write_text(f"AOTCache creation is complete: {finished.recording.name} 5 bytes\n")
    assert finished.keep(log)
    later = AotCache.plan(tmp_path, [jar], record=True)
    assert later.flags == (f"-XX:AOTCache={finished.ready.name}",)


def test_a_cache_of_other_jars_is_cleared_away(tmp_path: Path) -> None:
    """A changed class path records anew, and no old cache or stray recording stays behind."""
    jar = tmp_path / "a.jar"
    jar.write_bytes(b"1")
    first = AotCache.plan(tmp_path, [jar], record=True)
    first.ready.write_bytes(b"cache")
    first.ready.with_name(f"{first.ready.name}.dead.new.config").write_bytes(b"stray")
    jar.write_bytes(b"22")
    second = AotCache.plan(tmp_path, [jar], record=True)
    assert second.recording is not None
    assert [p.name for p in tmp_path.iterdir()] == ["a.jar"]


def test_the_broker_asks_everybody_for_a_password_and_grants_nothing_unasked() -> None:
    """Both listeners are SASL on 127.0.0.1, ACLs are on, and only two users are above them."""
    told = properties(BrokerSettings(port=1, controller_port=2, secret="s"))  # noqa: S106
    assert told["listeners"] == "CLIENT://127.0.0.1:1,CONTROLLER://127.0.0.1:2"
    assert told["listener.security.protocol.map"].count(":SASL_PLAINTEXT") == 2
    assert told["allow.everyone.if.no.acl.found"] == "false"
    assert told["super.users"] == "User:admin;User:broker"
    assert told["auto.create.topics.enable"] == "false"
    assert int(told["message.max.bytes"]) > 3 * 1024 * 1024
    lines = render(told).splitlines()
    assert lines[1:] == [f"{name}={value}" for name, value in told.items()]


def test_ports_are_kept_while_they_are_free(tmp_path: Path) -> None:
    """Asking twice gives the same ports; a port to avoid gives others and names the old one."""
    place = BrokerHome(tmp_path)
    first, moved = place.settings()
    assert moved is None
    assert place.settings() == (first, None)
    second, moved = place.settings(avoid=(first.port,))
    assert moved == first.port
    assert is_free(second.port)
    assert second.secret == first.secret


def test_an_awkward_administrator_password_is_refused(tmp_path: Path) -> None:
    """A password that Kafka's formatting would misread is refused by name."""
    settings, _ = BrokerHome(tmp_path).settings()
    with pytest.raises(ValueError, match="A-Z a-z 0-9"):
        BrokerHome(tmp_path).format(settings, (), "a,b]")


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """A text that can't be written leaves the old file and no litter."""
    path = tmp_path / "f"
    write_whole(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "\ud800")
    assert path.read_text() == "old"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["f"]


def test_the_telling_line_of_a_log_is_found(tmp_path: Path) -> None:
    """An error is preferred to chatter and stack frames, from the given byte on only."""
    log = tmp_path / "log"
    assert last_words(log) == ""
    log.write_text("old ERROR\n")
    start = turn_log(log)
    with log.open("a") as out:
        out.write("fine\njava.lang.Exception: no room\n\tat x.y.Z\nbye\n\n")
    assert last_words(log, start=start) == "java.lang.Exception: no room"
    assert turn_log(log, limit=3) == 0
    assert (tmp_path / "log.1").exists()


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_every_message_has_both_languages_with_the_same_facts(name: str) -> None:
    """A fact named in one language is named in the other."""
    facts = {"part": "P", "pid": 1, "old": 2, "new": 3, "folders": "F"}
    zh, en = message(name, "zh", **facts), message(name, "en", **facts)
    assert any("\u4e00" <= c <= "\u9fff" for c in zh)
    assert en.isascii()
    template_zh, template_en = MESSAGES[name]
    assert [f"{{{k}}}" in template_zh for k in facts] == [f"{{{k}}}" in template_en for k in facts]


def test_a_pipe_gets_plain_lines() -> None:
    """Without a terminal a step is one line at its begin and one with its seconds at its end."""
    out = io.StringIO()
    progress = PlainProgress("zh", out)
    with progress.step("broker_start", total=3) as step:
        step.advance()
    progress.note("ports_moved", old=1, new=2)
    first, second, third = out.getvalue().splitlines()
    assert first == "启动 Kafka …"
    assert second.startswith("启动 Kafka：完成，")
    assert third == "端口 1 已被占用，改用 2"


def test_a_terminal_gets_a_bar_and_nothing_stays() -> None:
    """Two steps side by side are drawn while they run; only notes remain."""
    out = io.StringIO()
    progress = RichProgress("en", Console(file=out, force_terminal=True, width=100))
    with progress.step("jars_fetch", total=2) as step, progress.step("database_start"):
        step.advance()
        progress.note("stale", part="Kafka", pid=7)
    text = out.getvalue()
    assert "Downloading Kafka" in text
    assert "Starting PostgreSQL" in text
    assert "Kafka process 7 left by a killed run" in text
    assert progress._running == 0


def test_silence_is_silent(capfd: pytest.CaptureFixture[str]) -> None:
    """The progress of tests and services writes nothing."""
    with SilentProgress().step("broker_start") as step:
        step.advance()
    SilentProgress().note("stale", part="Kafka", pid=7)
    assert capfd.readouterr() == ("", "")

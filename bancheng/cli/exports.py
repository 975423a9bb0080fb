"""`bancheng export` and `bancheng import`: the whole ledger as a folder, and a system that goes on from one."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from bancheng.cli.counting import counting
from bancheng.cli.publics import Keys, public_keys
from bancheng.cli.shell import MISUSED, AsJson, console, fail, house, print_json, said
from bancheng.contract import schemas
from bancheng.embedded.database import Database
from bancheng.embedded.lock import HomeLock
from bancheng.embedded.progress import SilentProgress
from bancheng.running import NotRunningError, Running, find
from router.audit import exporting, importing
from router.audit.layout import check_files, read_manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bancheng.compose import House

Folder = Annotated[Path, typer.Argument(help="导出目录。The export's folder.", show_default=False)]
_SHAPES = ["%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S%z"]


def export(
    folder: Folder,
    *,
    since: Annotated[
        datetime | None,
        typer.Option(formats=_SHAPES, help="只导出此后的记录（仅供核验）。Only records from then on, to be verified."),
    ] = None,
    with_vault: Annotated[
        bool,
        typer.Option("--with-vault", help="连同加密的文本和个人信息。With texts and personal data, still sealed."),
    ] = False,
    json: AsJson = False,
) -> None:
    """导出整个台账：逐字节的记录、规则、模型，供核验或迁移。Export the whole ledger, to verify or to move it."""
    with house() as given, ExitStack() as stack:
        lang = given.settings.lang
        if since is not None and with_vault:
            fail(said(lang, "--since 与 --with-vault 不能同用：部分导出只供核验，不含个人信息。",
                      "--since and --with-vault don't go together: a part is for verifying and holds no texts."),
                 MISUSED)  # fmt: skip

        def begun(count: int) -> Callable[[int], None]:
            return stack.enter_context(counting(said(lang, "导出记录", "Exporting records"), count))

        made = exporting.export(given.engine, folder, _wanted(given, since, vault=with_vault), begun)
    if json:
        print_json(msgspec.to_builtins(made))
        return
    size = sum(file.bytes for file in made.files.values())
    console().print(said(
        lang, f"已导出 {made.records} 条记录到 {folder}（{size / 1e6:.1f} MB）。",
        f"Exported {made.records} records to {folder} ({size / 1e6:.1f} MB).",
    ))  # fmt: skip
    if with_vault:
        console().print(said(
            lang, "其中有加密的个人信息：按个人信息保管；打开它需要主密钥，主密钥不在其中。",
            "It holds personal data, sealed: keep it as such. Only the master key opens it, which is not in there.",
        ))  # fmt: skip


def import_(
    folder: Folder,
    *,
    publish_ledger: Annotated[
        bool,
        typer.Option("--publish-ledger", help="把全部记录重新发布到新 Kafka 的 ledger。Send all records anew."),
    ] = False,
    key: Keys = None,
    json: AsJson = False,
) -> None:
    """把导出装入一个空的安装，先核对再写入，然后接着运行。Bring an export into an empty installation and go on."""
    with house() as asking:
        lang = asking.settings.lang
        keys = public_keys(key, lang)
        manifest = read_manifest(folder)
    with house(demo=manifest.time_source == "message") as given:
        with counting(said(lang, "核对文件", "Checking files"), sum(f.bytes for f in manifest.files.values())) as told:
            check_files(folder, manifest, told)
        with counting(said(lang, "核对哈希链", "Checking the chain"), manifest.records) as told:
            importing.proved(folder, manifest, told)
        with counting(said(lang, "核验锚点和签名", "Verifying anchors and signatures"), manifest.records) as told:
            importing.whole(folder, keys, told)
        with standing(given), counting(said(lang, "导入", "Importing"), manifest.records) as told:
            made = importing.bring(
                given.engine,
                given.keyring,
                folder,
                manifest,
                publish_ledger=publish_ledger,
                told=told,
                first=given.master_key.make,
            )
    if json:
        print_json(made._asdict())
        return
    console().print(said(
        lang,
        f"已导入 {made.records} 条记录，重建 {made.cases} 件工单（记录 {made.record}）；现在可执行 bancheng up。",
        f"Imported {made.records} records and rebuilt {made.cases} cases (record {made.record});"
        " now start `bancheng up`.",
    ))  # fmt: skip
    if not made.vault:
        console().print(said(lang, "导出不含文本和个人信息：工单照常办理，原文已不在这里。",
                             "The export held no texts: cases go on, their words are not here."))  # fmt: skip


def _wanted(given: House, since: datetime | None, *, vault: bool) -> exporting.Wanted:
    """Return what to export; a date without a zone is the centre's."""
    if since is not None and since.tzinfo is None:
        since = since.replace(tzinfo=given.policy.work_calendar.zone)
    texts = {
        name.removeprefix("schemas/"): text.encode()
        for name, text in schemas.files().items()
        if name.startswith("schemas/")
    }
    return exporting.Wanted(version("bancheng"), texts, since, vault)


@contextmanager
def standing(given: House) -> Iterator[None]:
    """Let the database answer while the block runs: a home's own is started where nothing runs in it."""
    settings = given.settings
    try:
        started = not settings.embedded or find(settings.home) is not None
    except NotRunningError:
        started = False
    if started:
        yield
        return
    with HomeLock.take(settings.home), ExitStack() as stack:
        database = Database.start(settings.home, progress=SilentProgress())
        stack.callback(database.stop)
        stack.callback(Running.forget, settings.home)
        Running("", database.url, given.demo).write(settings.home)
        yield
        given.close()

"""`bancheng positions list|skip|reread`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from bancheng import logs, positions
from bancheng.cli.shell import AsJson, console, fail, house, print_json, said
from bancheng.compose import House
from bancheng.positions import Place

app = typer.Typer(help="输入主题读到哪里。How far the input topics are taken.", no_args_is_help=True)

Topic = Annotated[str, typer.Argument(help="主题。The topic, such as cases.hotline.")]
Partition = Annotated[int, typer.Argument(min=0, help="分区。Its partition.")]


@app.command("list")
def list_(
    *,
    gaps: Annotated[bool, typer.Option("--gaps", help="只列有缺失的。Only those with a gap.")] = False,
    json: AsJson = False,
) -> None:
    """各分区读到哪里，Kafka 保留了什么。Where each partition stands, and what the broker keeps of it."""
    with house() as given:
        lang = given.settings.lang
        found = [place for place in positions.places(given) if place.missing or place.beyond or not gaps]
    if json:
        print_json([{**place._asdict(), "missing": place.missing, "beyond": place.beyond} for place in found])
        return
    heads = (
        ("主题", "Topic"), ("分区", "Partition"), ("下一条", "Next"), ("最早", "Earliest"), ("末尾", "End"),
        ("待读", "Waiting"), ("缺失", "Missing"),
    )  # fmt: skip
    table = Table(*(said(lang, *head) for head in heads))
    for place in found:
        waiting = max(0, place.end - max(place.position, place.earliest))
        table.add_row(*(str(one) for one in (*place, waiting, place.missing or place.beyond or "—")))
    console().print(table)


@app.command()
def skip(
    topic: Topic,
    partition: Partition,
    *,
    to: Annotated[
        int | None, typer.Option("--to", min=0, help="跳到此处；默认为最早保留的一条。Where to go on.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问。Don't ask.")] = False,
) -> None:
    """跳过 Kafka 已不保留的消息，并在隔离区留下记录。Go on behind messages that are gone, and leave a record."""
    with house() as given:
        logs.configure(given.settings.log_level)
        lang = given.settings.lang
        place = _find(given, topic, partition)
        if not yes:
            target = place.earliest if to is None else to
            question = said(
                lang,
                f"{topic} 分区 {partition}：不读 {place.position} 至 {target - 1}，从 {target} 继续？",
                f"{topic} partition {partition}: leave out {place.position} to {target - 1} and go on at {target}?",
            )
            typer.confirm(question, abort=True)
        moved = positions.skip(given, place, to)
    typer.echo(said(lang, f"已记录；从 {moved.position} 继续。", f"Recorded; it goes on at {moved.position}."))


@app.command()
def reread(topic: Topic, partition: Partition) -> None:
    """主题被截断或由旧备份恢复后，从头再读。Read a topic again that was cut off or restored from an older copy."""
    with house() as given:
        logs.configure(given.settings.log_level)
        lang = given.settings.lang
        moved = positions.reread(given, _find(given, topic, partition))
    typer.echo(said(lang, f"已记录；从 {moved.position} 再读。", f"Recorded; it is read again from {moved.position}."))


def _find(given: House, topic: str, partition: int) -> Place:
    found = next((one for one in positions.places(given) if (one.topic, one.partition) == (topic, partition)), None)
    if found is None:
        chinese = f"没有 {topic} 分区 {partition} 的位置；请用 bancheng positions list 查看。"
        english = f"No position is known of {topic} partition {partition}; see `bancheng positions list`."
        fail(said(given.settings.lang, chinese, english))
    return found

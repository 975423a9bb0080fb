"""`bancheng act CASE COMMAND --as UNIT`: what a unit or office does, from the command line."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer
from pydantic import ValidationError

from bancheng.cli.details import case_of
from bancheng.cli.shell import FAILED, MISUSED, AsJson, console, fail, house, print_json, said
from bancheng.journey.story import Teller, as_data
from router.cases.commands import ACTIONS, AT_THE_VAULT, Action
from router.ledger import reading
from router.ledger.database import transaction
from router.messages.details import NoteDetails

if TYPE_CHECKING:
    from bancheng.compose import House
    from router.ledger.record import Record

_SECONDS = 15.0
_PAUSE = 0.05


def act(
    case: Annotated[str, typer.Argument(help="工单编号或渠道编号。The case's id, or its reference.")],
    command: Annotated[str, typer.Argument(help="动作，如 sign、answer、verify_part。What to do.")],
    *,
    unit: Annotated[str, typer.Option("--as", help="以哪个单位的名义。As which unit or office.")],
    field: Annotated[
        list[str] | None, typer.Option("--set", help="参数，如 part=decide。A field of the command.")
    ] = None,
    say: Annotated[str | None, typer.Option(help="文字内容。The words that go with it.")] = None,
    basis: Annotated[str | None, typer.Option(help="依据。The legal basis.")] = None,
    remedy: Annotated[str | None, typer.Option(help="救济途径。The remedy.")] = None,
    signed_by: Annotated[str | None, typer.Option("--signed-by", help="签批人职务。Who signs.")] = None,
    json: AsJson = False,
) -> None:
    """以某单位名义办理工单，并显示结果。Do something on a case as a unit, and see what came of it."""
    note = NoteDetails(text=say, basis=basis, remedy=remedy, signed_by=signed_by) if say is not None else None
    with house() as given:
        lang = given.settings.lang
        action = _action(command, field or [], lang)
        if given.book.unit(unit) is None:
            fail(said(lang, f"规则中没有单位 {unit}。", f"The policy has no unit {unit}."), MISUSED)
        found = case_of(given, case)
        with given.department(unit) as client:
            sent = client.act(found.id, action, note)
        record = _decided(given, found.id, sent)
        if record is None:
            fail(said(lang, "已送达消息队列，但尚未见到处理结果：路由服务在运行吗？",
                      "Sent, not decided yet: is the router running?"))  # fmt: skip
        teller = Teller(given.policy, given.settings.lang)
        with transaction(given.engine) as connection:
            before = [r for r in reading.history(connection, found.id) if r.version < record.version]
        _ = list(teller.lines(before))
        if json:
            print_json(as_data(record))
        else:
            for line in teller.lines([record]):
                console().print(line.text, markup=False)
    if record.refusal is not None:
        raise typer.Exit(FAILED)


def _action(verb: str, fields: list[str], lang: str) -> Action:
    """Build the action from `name=value` pairs, or say what is wrong with them."""
    kind = ACTIONS.get(verb) if verb not in AT_THE_VAULT else None
    if kind is None:
        names = ", ".join(sorted(set(ACTIONS) - AT_THE_VAULT))
        fail(said(lang, f"没有动作 {verb}；现有：{names}。", f"There is no command {verb}; one of: {names}."), MISUSED)
    values: dict[str, Any] = {}
    for pair in fields:
        name, separator, value = pair.partition("=")
        if not separator:
            fail(said(lang, f"--set {pair}：应写成 名称=值。", f"--set {pair}: write NAME=VALUE."), MISUSED)
        values[name] = _value(name, value)
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        known = ", ".join(kind.model_fields) or "—"
        name = ".".join(map(str, first["loc"]))
        fail(said(lang, f"动作 {verb} 的参数 {name} 不对（{first['msg']}）；它的参数：{known}。",
                  f"{verb}: {name}: {first['msg']}. Its fields: {known}."), MISUSED)  # fmt: skip


def _value(name: str, written: str) -> object:
    """Return a field's value: JSON where it is written so (`item={…}`), names apart by commas in a list of units."""
    if written[:1] in ("{", "["):
        try:
            return orjson.loads(written)
        except orjson.JSONDecodeError:
            return written
    return written.split(",") if name in ("cooperating", "complained_of") else written


def _decided(given: House, case_id: str, message: str) -> Record | None:
    """Wait for the record of a message."""
    engine = given.engine
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        with transaction(engine) as connection:
            for record in reversed(reading.history(connection, case_id)):
                if record.cause.message == message:
                    return record
        time.sleep(_PAUSE)
    return None

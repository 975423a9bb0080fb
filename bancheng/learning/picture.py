"""One picture of an evaluation, as SVG by hand: how honest the confidences are, and what is taken for what."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from bancheng.drawing import BLUE, FAINT, GREY, INK, RED, document, short, text, width_of
from bancheng.learning.measures import BINS, reliability

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bancheng.learning.evaluating import Evaluation
    from bancheng.learning.measures import Bin

_SIDE = 360
"""The reliability diagram's side, in pixels."""
_TOP = 90
_LEFT = 70
_CELL = 46
_GAP = 60
_PALE_UNTIL = 0.9
"""From this share of a row on, a cell is so dark that a white number is easier to read than a dark one."""

_FOOT = 22
"""A bar that is taller than this holds its number at its foot."""
_TITLE = ("实际类别（行）与判断（列）", "True label (row) and what was said (column)")
"""In Chinese and in English."""


def svg(found: Evaluation, lang: str) -> str:
    """Return the picture; its words in `zh` or `en`, its font the viewer's own."""
    names = [one.label for one in found.scores.labels]
    margin = 20 + round(max(width_of(short(name)) for name in names))
    matrix_left = _LEFT + _SIDE + _GAP + margin
    heading, title = _heading(found, lang), _TITLE[lang == "en"]
    matrix = max(_CELL * (len(names) + 1), round(width_of(title)))
    width = max(matrix_left + matrix, 20 + round(width_of(heading, 16))) + 30
    height = _TOP + max(_SIDE + 70, _CELL * len(names) + margin + 40)
    body = [text(20, 30, heading, size=16, bold=True)]
    body.append(text(20, 50, f"{'Model' if lang == 'en' else '模型'} {found.model[:16]}", colour=GREY))
    body += _reliability(reliability(found.judged), lang)
    body += _confusion(found, names, matrix_left, lang)
    return document(width, height, body)


def _heading(found: Evaluation, lang: str) -> str:
    scores = found.scores
    cover = next(one.share for one in scores.coverage if one.precision == 0.95)  # noqa: PLR2004
    return (
        f"{scores.rows} texts · macro-F1 {scores.macro_f1:.3f} · micro-F1 {scores.micro_f1:.3f} · "
        f"coverage at 95 % precision {cover:.1%} · calibration error {scores.calibration_error:.3f}"
        if lang == "en"
        else f"{scores.rows} 条 · 宏平均 F1 {scores.macro_f1:.3f} · 微平均 F1 {scores.micro_f1:.3f} · "
        f"95% 准确率下可自动 {cover:.1%} · 校准误差 {scores.calibration_error:.3f}"
    )


def _reliability(bins: list[Bin], lang: str) -> Iterator[str]:
    title = "Claimed confidence and what was right" if lang == "en" else "所报把握与实际正确率"
    yield text(_LEFT, _TOP - 12, title, bold=True)
    bottom, step = _TOP + _SIDE, _SIDE / BINS
    for tenth in range(0, BINS + 1, 2):
        y, x = bottom - tenth * step, _LEFT + tenth * step
        yield f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_LEFT + _SIDE}" y2="{y:.1f}" stroke="{FAINT}"/>'
        yield text(_LEFT - 8, y + 4, f"{10 * tenth}%", anchor="end")
        yield text(x, bottom + 18, f"{10 * tenth}%", anchor="middle")
    for place, one in enumerate(bins):
        if one.texts:
            tall = one.right * _SIDE
            x = _LEFT + place * step
            yield (
                f'<rect x="{x + 2:.1f}" y="{bottom - tall:.1f}" width="{step - 4:.1f}" height="{tall:.1f}" '
                f'fill="{BLUE}" opacity="0.55">'
                f"<title>{one.texts}: {one.confidence:.1%} → {one.right:.1%}</title></rect>"
            )
            y = bottom - (5 if tall > _FOOT else tall + 8)
            yield text(x + step / 2, y, str(one.texts), size=11, anchor="middle")
            mark = f'cx="{_LEFT + one.confidence * _SIDE:.1f}" cy="{bottom - tall:.1f}"'
            yield f'<circle {mark} r="3.5" fill="{RED}"/>'
    yield (f'<line x1="{_LEFT}" y1="{bottom}" x2="{_LEFT + _SIDE}" y2="{_TOP}" stroke="{RED}" stroke-dasharray="5 4"/>')
    note = (
        "across: claimed; up: right; number: texts; point: mean claim; dashed: honest"
        if lang == "en"
        else "横轴：所报把握；纵轴：实际正确；数字：条数；红点：平均把握；虚线：名副其实"
    )
    yield text(_LEFT, bottom + 42, note, size=12, colour=GREY)


def _confusion(found: Evaluation, names: list[str], left: int, lang: str) -> Iterator[str]:
    yield text(left, _TOP - 12, _TITLE[lang == "en"], bold=True)
    columns = [*names, "none" if lang == "en" else "未判"]
    for row, counts in enumerate(found.scores.confusion):
        y = _TOP + row * _CELL
        yield text(left - 8, y + _CELL / 2 + 5, short(names[row]), anchor="end")
        total = max(1, sum(counts))
        for column, count in enumerate(counts):
            share = count / total
            x = float(left + column * _CELL)
            colour = BLUE if column == row else RED
            yield (
                f'<rect x="{x}" y="{y}" width="{_CELL - 2}" height="{_CELL - 2}" fill="{colour}" '
                f'fill-opacity="{0.03 + 0.9 * share:.2f}"><title>{escape(names[row])} → {escape(columns[column])}: '
                f"{count} ({share:.1%})</title></rect>"
            )
            if count:
                ink = "#fff" if share > _PALE_UNTIL else INK
                yield text(x + _CELL / 2 - 1, y + _CELL / 2 + 4, str(count), anchor="middle", colour=ink)
    foot = _TOP + len(names) * _CELL + 12
    for column, name in enumerate(columns):
        x = left + column * _CELL + _CELL / 2 + 4
        turned = f'text-anchor="end" transform="rotate(-55 {x} {foot})"'
        yield f'<text x="{x}" y="{foot}" {turned}>{escape(short(name))}</text>'

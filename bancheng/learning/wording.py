"""The report of a training and of an evaluation, in plain words and as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from bancheng.learning.labels import told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bancheng.learning.evaluating import Evaluation
    from router.classify.classification import Cue
    from router.classify.learned.report import Comparison, Report, Scores

_SKIPPED = {
    "no_text": ("无正文", "without a text"),
    "no_label": ("无标签", "without a label"),
    "no_fold": ("未分折", "without a fold"),
    "broken": ("无法读取", "unreadable"),
}


def skipped(counts: dict[str, int], lang: str) -> str | None:
    """Say which rows were passed over, or None."""
    if not counts:
        return None
    if lang == "en":
        return f"Passed over: {', '.join(f'{count} {_SKIPPED[why][1]}' for why, count in sorted(counts.items()))}."
    return f"跳过：{'，'.join(f'{_SKIPPED[why][0]} {count} 行' for why, count in sorted(counts.items()))}。"


def training(report: Report, lang: str, *, of_policy: bool) -> Iterator[str]:
    """Say in a few sentences what a training came to."""
    held = report.held_out
    if lang == "en":
        yield (
            f"Trained on {report.rows} texts of {len(report.label_counts)} labels; near-copies apart,"
            f" {report.groups}, in {report.folds} folds."
        )
        yield f"On texts it had not seen: macro-F1 {held.macro_f1:.3f}, micro-F1 {held.micro_f1:.3f}."
    else:
        yield (
            f"用 {report.rows} 条、{len(report.label_counts)} 类训练；"
            f"近似重复合并后 {report.groups} 组，分 {report.folds} 折。"
        )
        yield f"对没见过的文字：宏平均 F1 {held.macro_f1:.3f}，微平均 F1 {held.micro_f1:.3f}。"
    yield coverage(held, lang)
    if (words := skipped(report.skipped, lang)) is not None:
        yield words
    if report.compared is not None:
        yield comparison(report.compared, lang)
    if not of_policy:
        yield (
            "Its labels are not fields of the policy: it can be evaluated, not activated."
            if lang == "en"
            else "标签不是规则中的领域：可以评测，不能启用。"
        )


def coverage(scores: Scores, lang: str) -> str:
    """Say how much could go on by itself at which precision, and how honest the confidences are."""
    shares = [(f"{one.precision:.0%}", f"{one.share:.1%}") for one in scores.coverage]
    if lang == "en":
        reached = ", ".join(f"{share} at {precision}" for precision, share in shares)
        return f"Without a person, by wanted precision: {reached}; calibration error {scores.calibration_error:.3f}."
    reached = "，".join(f"要求 {precision} 时 {share}" for precision, share in shares)
    return f"可自动办理的比例：{reached}；校准误差 {scores.calibration_error:.3f}。"


def comparison(found: Comparison, lang: str) -> str:
    """Say whether the candidate is better than another, on which rows."""
    other, own, rows = f"{found.other_macro_f1:.3f}", f"{found.candidate_macro_f1:.3f}", found.rows
    if found.how == "unknown":
        return (
            "What the other model was trained on can't be told here, so no fair comparison is possible."
            if lang == "en"
            else "无法判断另一模型见过哪些数据，不能公平比较。"
        )
    if lang == "en":
        how = "rows neither had seen" if found.how == "unseen" else "the same folds, the other's recipe trained anew"
        better = "better" if found.better else "not better"
        return f"Beside {found.other[:12]} ({rows} rows; {how}): {own} against {other}, {better}."
    how = "双方都没见过的数据" if found.how == "unseen" else "同样的折，按其原有数据重新训练"
    return (
        f"与 {found.other[:12]} 相比（{rows} 条，{how}）：{own} 对 {other}，{'更好' if found.better else '没有更好'}。"
    )


def foreign(counts: dict[str, int], lang: str) -> str | None:
    """Say which labels of the file can never be answered, or None."""
    if not counts:
        return None
    if lang == "en":
        return f"Labels it can never answer, all counted as mistakes: {told(counts, lang, counts)}."
    return f"它给不出的标签（均计为判错）：{told(counts, lang, counts)}。"


def words(cues: Iterable[Cue]) -> str:
    """Return the words that spoke, each with its weight in the scale's own units."""
    return " ".join(f"{cue.word}{cue.weight / 1000:+.2f}" for cue in cues)


def data(found: Evaluation) -> dict[str, Any]:
    """Return an evaluation as plain data."""
    line = found.line
    return {
        "model": found.model,
        **msgspec.to_builtins(found.scores),
        "texts_per_second": round(found.texts_per_second),
        "skipped": found.skipped,
        "labels_never_answered": found.foreign,
        "mistakes": [
            {
                "row": one.number, "label": one.truth, "said": one.said, "confidence": round(one.confidence, 3),
                "words": [{"word": cue.word, "weight": cue.weight} for cue in one.cues],
            }
            for one in found.mistakes
        ],
        "calibration": [
            {"raw": round(float(raw), 4), "right": round(float(right), 4), "precision": round(float(held), 4)}
            for raw, right, held in zip(line.score, line.right, line.precision, strict=True)
        ],
    }  # fmt: skip

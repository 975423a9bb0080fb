"""Alert rules and dashboard ask for figures that exist, by labels that they have, and every rule says what to do."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import promql_parser
import pytest
import yaml
from exported import series

if TYPE_CHECKING:
    from collections.abc import Iterator

TOP = Path(__file__).parents[1]
RULES = TOP / "deploy" / "prometheus" / "alerts.yaml"
DASHBOARD = TOP / "deploy" / "grafana" / "bancheng.json"
GUIDE = TOP / "docs" / "operating.md"
BESIDES = {"up": {"job", "instance"}, "process_resident_memory_bytes": set(), "process_cpu_seconds_total": set()}
"""Prometheus's own figure of a scrape, and those of any process."""
OF_A_SCRAPE = {"job", "instance", "le"}


def rules() -> list[dict[str, Any]]:
    """The alert rules."""
    (group,) = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return list(group["rules"])


def panels() -> list[dict[str, Any]]:
    """The dashboard's panels that show something."""
    return [one for one in json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"] if one["type"] != "row"]


def expressions() -> Iterator[str]:
    """Every expression of both."""
    yield from (rule["expr"] for rule in rules())
    yield from (target["expr"].replace("$__rate_interval", "1m") for panel in panels() for target in panel["targets"])


def asked(expression: str) -> tuple[dict[str, set[str]], set[str]]:
    """The series that an expression selects with the labels it matches, and the labels that it groups by."""
    selected: dict[str, set[str]] = {}
    grouped: set[str] = set()

    def visit(node: Any) -> None:
        if isinstance(node, promql_parser.VectorSelector):
            selected.setdefault(str(node.name), set()).update(m.name for m in node.matchers.matchers)
        elif isinstance(node, promql_parser.MatrixSelector):
            visit(node.vector_selector)
        elif isinstance(node, promql_parser.AggregateExpr) and node.modifier:
            grouped.update(node.modifier.labels)

    promql_parser.walk(promql_parser.parse(expression), visit)
    return selected, grouped


@pytest.fixture(scope="module")
def exported() -> dict[str, set[str]]:
    """What our processes export: series and their labels."""
    return {**series(), **BESIDES}


def test_every_figure_that_is_asked_for_exists(exported: dict[str, set[str]]) -> None:
    """Each series of rules and dashboard is exported, and has every label by which it is matched or grouped."""
    count = 0
    for expression in expressions():
        selected, grouped = asked(expression)
        assert selected, expression
        for name, labels in selected.items():
            count += 1
            assert name in exported, expression
            assert labels <= exported[name] | OF_A_SCRAPE, expression
        assert grouped <= set().union(*(exported[name] for name in selected)) | OF_A_SCRAPE, expression
    assert count > 50


def test_every_figure_of_ours_is_shown(exported: dict[str, set[str]]) -> None:
    """Whatever we export stands on the dashboard or in a rule; a histogram by its buckets."""
    used = {name.removesuffix("_bucket") for expression in expressions() for name in asked(expression)[0]}
    ours = {re.sub(r"_(bucket|count|sum|created)$", "", name) for name in exported if name.startswith("bancheng_")}
    counters = {name for name in ours if f"{name}_total" in exported}
    assert ours - counters <= used


def test_every_rule_says_what_to_do(exported: dict[str, set[str]]) -> None:
    """A rule has a severity, a summary in both languages, what it means, a first step, and a chapter that exists."""
    guide = GUIDE.read_text(encoding="utf-8")
    heads = re.findall(r"^#+ (.+)$", guide, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", head.lower()).replace(" ", "-") for head in heads}
    for rule in rules():
        told = rule["annotations"]
        assert rule["labels"]["severity"] in ("critical", "warning", "info")
        assert re.search(r"[一-鿿]", told["summary"]), rule["alert"]
        assert re.search(r"[a-z]", told["summary"]), rule["alert"]
        assert told["description"], rule["alert"]
        assert told["do"], rule["alert"]
        page, anchor = told["runbook"].split("#")
        assert page == "docs/operating.md"
        assert anchor in anchors, rule["alert"]
        assert f"`{rule['alert']}`" in guide
        named = set(re.findall(r"\$labels\.(\w+)", " ".join(told.values())))
        selected, _ = asked(rule["expr"])
        assert named <= set().union(*(exported[name] for name in selected)) | OF_A_SCRAPE, rule["alert"]


def test_every_figure_is_explained(exported: dict[str, set[str]]) -> None:
    """The guide names each figure that we export."""
    guide = GUIDE.read_text(encoding="utf-8")
    ours = {re.sub(r"_(bucket|count|sum|created)$", "", name) for name in exported if name.startswith("bancheng_")}
    named = {name for name in ours if f"`{name}`" in guide or f"`{name}_total`" in guide}
    assert ours == named


def test_the_dashboard_is_one_that_grafana_reads() -> None:
    """Panels have ids of their own and don't overlap; each has a title, a sentence, and its data from the variable."""
    everything = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    assert len({panel["id"] for panel in everything}) == len(everything)
    taken: set[tuple[int, int]] = set()
    for panel in everything:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells
    for panel in panels():
        assert panel["title"]
        assert panel["description"]
        assert {target["datasource"]["uid"] for target in panel["targets"]} == {"${datasource}"}
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])


@pytest.mark.slow
def test_prometheus_reads_every_service() -> None:
    """The scrape configuration names our services of the compose file at the port that they are given."""
    config = yaml.safe_load((TOP / "deploy" / "prometheus" / "prometheus.yaml").read_text(encoding="utf-8"))
    composed = yaml.safe_load((TOP / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    (job,) = config["scrape_configs"]
    (found,) = job["dns_sd_configs"]
    assert all(composed[name]["environment"]["BANCHENG_WATCH"].endswith(f":{found['port']}") for name in found["names"])
    ours = {name for name, one in composed.items() if "BANCHENG_WATCH" in one.get("environment", {})}
    assert set(found["names"]) == ours - {"setup"}
    assert config["rule_files"] == ["/etc/prometheus/alerts.yaml"]

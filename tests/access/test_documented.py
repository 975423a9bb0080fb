"""What docs/access.md says of who may do what, against the plan and the roles themselves."""

from __future__ import annotations

from pathlib import Path

from bancheng.access_plan import plan_access
from router.ledger import roles

PAGE = Path(__file__).parents[2] / "docs" / "access.md"
PLAN = plan_access(channels=("<channel>",), units=("<unit>",), shards=1, auditors=("<name>",))


def tables() -> dict[str, list[list[str]]]:
    """The page's tables: by the head of the first column, the cells of each row."""
    found: dict[str, list[list[str]]] = {}
    rows: list[list[str]] = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            rows = []
        elif not rows:
            rows = found.setdefault(cells[0], [])
            rows.append(cells)
        elif not cells[0].startswith("---"):
            rows.append(cells)
    return {head: rows[1:] for head, rows in found.items()}


def names(user: str, resource: str, operation: str) -> str:
    """What a user may do with topics or groups, as the page has it."""
    rights = [r for r in PLAN.rights if (r.user, r.resource, r.operation) == (user, resource, operation)]
    return " ".join(f"`{name}`" for name in sorted(f"{r.name}{'*' * (r.pattern == 'PREFIXED')}" for r in rights)) or "—"


def test_the_page_says_what_the_plan_says() -> None:
    """Every user with what it reads, writes, and its groups, in the plan's order."""
    assert tables()["user"] == [
        [f"`{u}`", names(u, "TOPIC", "READ"), names(u, "TOPIC", "WRITE"), names(u, "GROUP", "READ")] for u in PLAN.users
    ]


def test_the_page_says_what_the_roles_may() -> None:
    """Every table with what each of the three roles may do."""
    said = {row[0].strip("`"): tuple(row[1:]) for row in tables()["table"]}
    assert said == {
        table: tuple(" ".join(may.upper().replace("S-", "Z")).replace("Z", "S-") or "—" for may in verbs)
        for table, verbs in roles.MAY.items()
    }

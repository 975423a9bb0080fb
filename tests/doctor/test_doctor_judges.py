"""The doctor's judges, over plain data: what is well, what isn't, and what to do."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from kafka.errors import ClusterAuthorizationFailedError

from bancheng.access_compare import Holdings
from bancheng.access_plan import Right, plan_access
from bancheng.doctor import (
    causes,
    judge_access,
    judge_anchors,
    judge_broker,
    judge_database,
    judge_machine,
    judge_rules,
    judge_work,
)
from bancheng.doctor.finding import Words, healthy
from bancheng.doctor.judges import JUDGES
from bancheng.doctor.looking import Look
from bancheng.doctor.seen import (
    Broker,
    Database,
    Disk,
    Installation,
    Kept,
    Migrations,
    Missing,
    Offset,
    Rules,
    Seen,
    Signing,
    Topic,
)
from bancheng.watch.findings import of_service
from bancheng.watch.neighbours import Neighbour
from router.audit.anchoring import Every
from router.audit.reach import Reach
from router.health import Condition, Paused
from router.ledger.access_changes import History
from router.ledger.database import NotNowError
from router.ledger.guard import Guard, Login, Open
from router.ledger.roles import ROLES, RoleStanding
from router.ledger.standing import Position, Standing
from router.policy.load import Mistake, PolicyError
from router.wire.connection import BrokerAwayError
from router.wire.ends import End

if TYPE_CHECKING:
    from bancheng.doctor.finding import Finding

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PLAN = plan_access(channels=("hall",), units=("tax",), shards=4)
DAY_MS = 24 * 3600 * 1000
MORE = Right("unit-tax", "TOPIC", "ledger", "READ")
OUT = History(revoked_at=NOW)
RESTING = Neighbour(
    "router", alive=True, ready=True, since=None, findings=tuple(
        of_service("router", replace(Condition().health, reason=None, paused=(Paused("cases.hall", NOW, NOW),)),
                   timedelta())),
)  # fmt: skip
AWAY = Missing(Words("没有应答", "No answer"))
WELL = Seen(
    at=NOW,
    outside=False,
    broker=Broker("h:9092", "admin", (4, 3), 1, 1, 4 * 1024 * 1024, auto_create=False),
    router_login="router",
    topics=tuple(Topic(t.name, f"id-{t.name}", t.partitions, t.retention_ms, 0) for t in PLAN.topics),
    holdings=Holdings(dict.fromkeys(PLAN.users, ("SCRAM-SHA-256",)), frozenset(PLAN.rights)),
    ends={("cases.hall", 0): End("id", 7), ("cases.hall", 1): End("id", 0)},
    members=2,
    broker_clock=Offset(0.1, 0.1),
    database=Database(
        "18.4", "UTF8",
        {
            "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on",
            "idle_in_transaction_session_timeout": "5s", "lock_timeout": "3s",
        },
        10, 100, 4 << 30, 1000, 10,
    ),
    database_clock=Offset(-0.1, 0.01),
    migrations=Migrations("0002", ("0001", "0002")),
    installation=Installation(4, demo=False, opened=True),
    policies=frozenset({"a", "b"}),
    work=Standing(
        NOW, unpublished_outputs=3, beats={"clock": NOW, "match": NOW},
        positions={("cases.hall", 0): Position("id", 7)},
    ),
    histories={},
    reach=Reach(7, NOW - timedelta(minutes=50), 3, NOW - timedelta(minutes=40)),
    every=Every(1000, timedelta(minutes=60)),
    signing=Signing(Kept(Path("signing.key"), 119, 0o600), holds=True),
    guard=Guard(
        tuple(RoleStanding(name, made=True, taken=True) for name in ROLES), (), (),
        (Login("bancheng_services", 4, changes=False, takes=True),),
    ),
    neighbours=(Neighbour("router", alive=True, ready=True, since="2026-03-02T09:00:00+00:00", findings=()),),
    disks=(Disk(Path("/home"), 50 << 30, 100 << 30),),
    master_key=Kept(Path("master.key"), 32, 0o600),
    credentials=(Kept(Path("credentials.json"), 100, 0o600),),
    rules=Rules("otog 1", frozenset({"a"}), ("hall",), ("tax",), date(2026, 12, 31), date(2026, 3, 2)),
    keyless=(),
)  # fmt: skip


def part(name: str, **changes: Any) -> Seen:
    """The healthy installation with one part's fields changed."""
    return replace(WELL, **{name: getattr(WELL, name)._replace(**changes)})


def work(**changes: Any) -> Seen:
    """The healthy installation with something else waiting in the database."""
    assert isinstance(WELL.work, Standing)
    return replace(WELL, work=replace(WELL.work, **changes))


def held(*, without: int = 0, users: tuple[str, ...] = (), rights: tuple[Right, ...] = ()) -> Seen:
    """The healthy installation, but the broker lacks the first rights of the plan, and holds more users and rights."""
    logins = dict.fromkeys((*PLAN.users, *users), ("SCRAM-SHA-256",))
    return replace(WELL, holdings=Holdings(logins, frozenset((*PLAN.rights[without:], *rights))))


def reaching(made: int, since: int, beyond: int = 3) -> Seen:
    """The healthy installation, but its newest anchor was made so many minutes ago; when the next record came."""
    return replace(WELL, reach=Reach(7, ago(60 * made), beyond, ago(60 * since)))


def key_file(*, mode: int = 0o600, holds: bool | None = True) -> Seen:
    """The healthy installation with another signing key."""
    return replace(WELL, signing=Signing(Kept(Path("signing.key"), 119, mode), holds))


def setting(name: str, value: str) -> Seen:
    """The healthy installation with one of the database's settings changed."""
    return part("database", settings={**WELL.database.settings, name: value})  # type: ignore[union-attr]


def topic(which: str, **changes: Any) -> Seen:
    """The healthy installation with one topic changed."""
    assert isinstance(WELL.topics, tuple)
    return replace(WELL, topics=tuple(t._replace(**changes) if t.name == which else t for t in WELL.topics))


def ago(seconds: float) -> datetime:
    """Some seconds before now."""
    return NOW - timedelta(seconds=seconds)


def everything(seen: Seen) -> list[Finding]:
    """All findings."""
    return [finding for judge in JUDGES for finding in judge(seen)]


def test_a_healthy_installation_has_only_good_findings() -> None:
    """Every check speaks, and every one says that all is well, in both languages, with nothing to do."""
    found = everything(WELL)
    assert {finding.status for finding in found} == {"ok"}
    assert healthy(found)
    assert all(f.found.zh and f.found.en and f.part.said("zh") and f.part.said("en") for f in found)
    assert not [finding for finding in found if finding.todo]


CHANGES = [
    (replace(WELL, broker=AWAY), judge_broker.BROKER, "bad", "", ""),
    (part("broker", controller=None), judge_broker.BROKER, "bad", "controller", "log"),
    (part("broker", version=(3, 9)), judge_broker.BROKER, "warn", "3.9", "Upgrade"),
    (replace(WELL, router_login=AWAY), judge_broker.LOGIN, "bad", "", ""),
    (part("broker", message_max_bytes=1_048_588), judge_broker.SETTINGS, "bad", "1048588", "=4194304"),
    (part("broker", auto_create=True), judge_broker.SETTINGS, "warn", "misspelt", "auto.create.topics.enable=false"),
    (part("broker", auto_create=None), judge_broker.SETTINGS, "skipped", "admin", ""),
    (topic("ledger", name="leger"), judge_broker.TOPICS, "bad", "ledger", "bancheng topics create"),
    (topic("ledger", name="leger"), judge_broker.SURPLUS, "warn", "leger", "--delete"),
    (topic("cases.hall", partitions=1), judge_broker.TOPICS, "bad", "1 partitions instead of 4", "--partitions 4"),
    (topic("quarantine", partitions=3), judge_broker.TOPICS, "warn", "3 partitions instead of 1", "taken away"),
    (topic("ledger", retention_ms=30 * DAY_MS), judge_broker.TOPICS, "bad", "30 days instead of for ever", "ms=-1"),
    (topic("quarantine", retention_ms=-1), judge_broker.TOPICS, "warn", "for ever", "retention.ms"),
    (topic("cases.hall", leaderless=2), judge_broker.TOPICS, "bad", "leads 2 partitions", "broker"),
    (held(without=1), judge_access.RIGHTS, "bad", "router: READ TOPIC cases.*", "topics create"),
    (held(rights=(MORE,)), judge_access.RIGHTS, "warn", "unit-tax: READ TOPIC ledger", "access grant unit-tax"),
    (held(users=("unit-old",)), judge_access.RIGHTS, "warn", "unit-old", "access revoke unit-old"),
    (replace(WELL, histories={"unit-tax": OUT}), judge_access.RIGHTS, "bad", "taken back", "access revoke unit-tax"),
    (replace(held(users=("auditor-x",)), histories={"auditor-x": History(NOW)}),
     judge_access.RIGHTS, "bad", "auditor-x: READ GROUP", "topics create"),
    (part("guard", roles=(RoleStanding("bancheng_router", made=False, taken=False),)),
     judge_access.ROLES, "warn", "no bancheng_router", "bancheng access database --sql"),
    (part("guard", surplus=("records",)), judge_access.ROLES, "bad", "may change records", "bancheng topics create"),
    (part("guard", logins=(Login("owner", 1, changes=True, takes=False),)),
     judge_access.ROLES, "bad", "owner works with rights", "GRANT bancheng_router TO owner"),
    (replace(part("guard", logins=(Login("owner", 1, changes=True, takes=True),)), outside=True),
     judge_access.ROLES, "warn", "owner gives up", "IN ROLE bancheng_router"),
    (part("guard", logins=(Login("owner", 1, changes=True, takes=True),)), judge_access.ROLES, "ok", "owner", ""),
    (replace(WELL, keyless=("unit-tax",)), judge_access.SEALING, "warn", "no key of unit-tax", "keys register"),
    (part("guard", open=(Open("records", "records_are_final", made=True),)),
     judge_access.FINAL, "bad", "switched off", "ENABLE ALWAYS TRIGGER records_are_final"),
    (part("guard", open=(Open("models", "rows_are_final", made=False),)),
     judge_access.FINAL, "bad", "gone", "CREATE TRIGGER rows_are_final"),
    (replace(WELL, database=AWAY), judge_database.DATABASE, "bad", "", ""),
    (part("database", encoding="SQL_ASCII"), judge_database.DATABASE, "bad", "SQL_ASCII", "UTF8"),
    (part("database", version="16.2 (Debian 16.2-1)"), judge_database.DATABASE, "warn", "16.2", "pg_upgrade"),
    (setting("fsync", "off"), judge_database.SETTINGS, "bad", "fsync", "ALTER SYSTEM SET fsync = on"),
    (setting("synchronous_commit", "off"), judge_database.SETTINGS, "bad", "synchronous_commit", "ALTER SYSTEM"),
    (setting("lock_timeout", "0"), judge_database.SETTINGS, "warn", "lock_timeout=0", "session mode"),
    (part("database", connections=85), judge_database.CONNECTIONS, "warn", "85 of 100", "max_connections = 200"),
    (part("database", connections=96), judge_database.CONNECTIONS, "bad", "96 of 100", "max_connections = 200"),
    (part("migrations", installed="0001"), judge_database.MIGRATIONS, "bad", "1 behind 0002", "bancheng topics create"),
    (part("migrations", installed="0009"), judge_database.MIGRATIONS, "bad", "newer", "pip install --upgrade"),
    (part("migrations", installed=None), judge_database.MIGRATIONS, "bad", "no tables", "bancheng topics create"),
    (part("database_clock", ahead=3.0), judge_machine.CLOCKS, "warn", "3.000 s", "set-ntp"),
    (part("broker_clock", ahead=-31.0), judge_machine.CLOCKS, "bad", "31.000 s", "set-ntp"),
    (part("database_clock", ahead=3.0, doubt=2.0), judge_machine.CLOCKS, "ok", "3.000 s", ""),
    (replace(WELL, disks=(Disk(Path("/x"), 100 << 20, 1 << 40),)), judge_machine.DISKS, "bad", "100.0 MiB", "space"),
    (replace(WELL, disks=(Disk(Path("/x"), 40 << 30, 1 << 40),)), judge_machine.DISKS, "warn", "40.0 GiB", "space"),
    (part("database", new_a_week=3000), judge_machine.DISKS, "warn", "enough for 4.2 weeks", "space"),
    (replace(WELL, master_key=AWAY), judge_machine.MASTER_KEY, "bad", "nothing in the vault opens", "backup"),
    (replace(WELL, master_key=AWAY, installation=AWAY), judge_machine.MASTER_KEY, "warn", "", "backup"),
    (part("master_key", length=31), judge_machine.MASTER_KEY, "bad", "31 bytes", "backup"),
    (part("master_key", mode=0o644), judge_machine.MASTER_KEY, "bad", "644", "chmod 600"),
    (replace(part("master_key", mode=0o440), outside=True), judge_machine.MASTER_KEY, "ok", "", ""),
    (part("installation", opened=False), judge_machine.MASTER_KEY, "bad", "another key", "backup"),
    (replace(WELL, credentials=()), judge_machine.CREDENTIALS, "bad", "no credentials.json", "bancheng up"),
    (replace(WELL, credentials=(), outside=True), judge_machine.CREDENTIALS, "skipped", "settings", ""),
    (replace(WELL, credentials=(Kept(Path("c"), 9, 0o640),)), judge_machine.CREDENTIALS, "bad", "640", "chmod 600 c"),
    (reaching(70, 66), judge_anchors.ANCHORS, "warn", "70 minutes ago, 3 records after", "bancheng anchor now"),
    (reaching(70, 4), judge_anchors.ANCHORS, "ok", "70 minutes ago", ""),
    (reaching(63, 60), judge_anchors.ANCHORS, "ok", "63 minutes ago", ""),
    (reaching(50, 40, 2000), judge_anchors.ANCHORS, "warn", "2000 records", "bancheng anchor now"),
    (reaching(50, 2, 5000), judge_anchors.ANCHORS, "ok", "5000 records", ""),
    (replace(WELL, reach=Reach(0, None, 9, NOW - timedelta(minutes=6))), judge_anchors.ANCHORS, "warn", "None", "now"),
    (replace(WELL, reach=Reach(0, None, 0, None)), judge_anchors.ANCHORS, "ok", "None yet, 0 records", ""),
    (replace(reaching(70, 66), work=work(simulated=True).work), judge_anchors.ANCHORS, "skipped", "simulated", ""),
    (replace(WELL, signing=AWAY), judge_anchors.SIGNING_KEY, "warn", "No answer", "rotate-key --lost"),
    (replace(WELL, signing=AWAY, reach=Reach(0, None, 0, None)), judge_anchors.SIGNING_KEY, "ok", "first anchor", ""),
    (replace(WELL, signing=AWAY, outside=True), judge_anchors.SIGNING_KEY, "skipped", "elsewhere", ""),
    (replace(reaching(70, 66), signing=AWAY, outside=True), judge_anchors.SIGNING_KEY, "warn", "No answer", "--lost"),
    (replace(WELL, signing=AWAY, reach=AWAY), judge_anchors.SIGNING_KEY, "skipped", "No answer", ""),
    (replace(WELL, signing=Signing(Kept(Path("k"), 119, 0o644, mounted=True), holds=True)),
     judge_anchors.SIGNING_KEY, "ok", "k, and", ""),
    (key_file(mode=0o644), judge_anchors.SIGNING_KEY, "bad", "644", "chmod 600 signing.key"),
    (key_file(holds=False), judge_anchors.SIGNING_KEY, "warn", "lets sign", "rotate-key --lost"),
    (replace(key_file(holds=None), reach=Reach(0, None, 0, None)), judge_anchors.SIGNING_KEY, "ok", "signing.key", ""),
    (replace(WELL, rules=AWAY), judge_rules.POLICY, "bad", "", ""),
    (part("rules", hashes=frozenset({"new"})), judge_rules.STORED, "warn", "never", "bancheng topics create"),
    (part("rules", today=date(2026, 10, 31)), judge_rules.HOLIDAYS, "ok", "2026", ""),
    (part("rules", today=date(2026, 11, 1)), judge_rules.HOLIDAYS, "warn", "60 days", "bancheng policy check"),
    (part("rules", today=date(2026, 11, 1), known_until=date(2027, 1, 3)), judge_rules.HOLIDAYS, "ok", "2027", ""),
    (part("rules", today=date(2027, 1, 1)), judge_rules.HOLIDAYS, "bad", "guesses", "chinesecalendar"),
    (replace(WELL, members=0), judge_work.ROUTER, "bad", "", "bancheng route"),
    (work(unheld=4), judge_work.RELAY, "bad", "4 of 4", "bancheng relay"),
    (work(unheld=1), judge_work.RELAY, "warn", "1 of 4", "bancheng relay"),
    (work(beats={}), judge_work.CLOCK, "bad", "", "bancheng clock"),
    (work(beats={"match": ago(300)}), judge_work.MATCH, "bad", "5 minutes ago", "bancheng match"),
    (work(simulated=True), judge_work.CLOCK, "skipped", "simulated", ""),
    (replace(WELL, neighbours=()), judge_work.TOLD, "skipped", "No service", "--watch"),
    (replace(WELL, neighbours=(RESTING,)), judge_work.TOLD, "bad", "cases.hall isn't taken", ""),
    (replace(WELL, ends={("cases.hall", 0): End("id", 9)}), judge_work.BACKLOG, "ok", "2 messages", ""),
    (replace(WELL, ends={("cases.hall", 0): End("id", 9)}, members=0), judge_work.BACKLOG, "bad", "2 mess", "route"),
    (replace(WELL, ends={("cases.hall", 0): End("id", 99_999)}), judge_work.BACKLOG, "warn", "99992", "bancheng route"),
    (replace(WELL, ends={("cases.hall", 0): End("made anew", 7)}), judge_work.BACKLOG, "ok", "7 messages wait", ""),
    (work(parked={"results.hall": 5}), judge_work.OUTPUTS, "warn", "5 could not be published", "topics create"),
    (work(oldest_unpublished=ago(7200)), judge_work.OUTPUTS, "warn", "2 hours ago", "bancheng relay"),
    (work(inbox=2, inbox_since=ago(120)), judge_work.INBOX, "warn", "2 minutes ago", "bancheng route"),
    (work(due=3, due_since=ago(2 * 86_400)), judge_work.DUE, "warn", "2 days ago", "bancheng clock status"),
    (work(set_aside={"not_json": 1}), judge_work.QUARANTINE, "warn", "1 messages", "bancheng quarantine list"),
]  # fmt: skip


@pytest.mark.parametrize(("seen", "named", "status", "found", "todo"), CHANGES)
def test_one_thing_wrong(seen: Seen, named: Words, status: str, found: str, todo: str) -> None:
    """Each fault is found by its own check, weighed, and told with what to do."""
    [finding] = [one for one in everything(seen) if one.part == named and one.status == status][:1]
    assert found in finding.found.en
    assert todo in (finding.todo.en if finding.todo else "")
    assert healthy([finding]) == (status != "bad")


@pytest.mark.parametrize("lost", ["broker", "database"])
def test_the_rest_goes_on(lost: str) -> None:
    """With the broker or the database away only that is bad; what needs it is skipped with the reason."""
    fields = {
        "broker": ("broker", "router_login", "topics", "holdings", "ends", "members", "broker_clock"),
        "database": (
            "database",
            "database_clock",
            "migrations",
            "installation",
            "policies",
            "histories",
            "guard",
            "reach",
            "signing",
            "work",
        ),
    }[lost]
    found = everything(replace(WELL, **dict.fromkeys(fields, AWAY)))
    wrong = {finding.part.en for finding in found if finding.status == "bad"}
    assert wrong == ({"Broker", "Router's login"} if lost == "broker" else {"Database"})
    assert {f.found.en for f in found if f.status == "skipped"} <= {"No answer", f"{lost}: No answer"}
    assert sum(finding.status == "ok" for finding in found) >= 9


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (BrokerAwayError("甲。", "One."), "One"),
        (PolicyError((Mistake("a.yaml", 3, "f", "is no", "mend"),) * 3), "line 3: f: is no (mend) (and 2 more)"),
        (NotNowError("OperationalError"), "doesn't answer"),
        (ClusterAuthorizationFailedError("no"), "may not look"),
        (TimeoutError(), "in time"),
        (PermissionError(13, "Permission denied"), "Permission denied"),
        (KeyError("a secret"), "KeyError"),
    ],
)  # fmt: skip
def test_causes_are_told(error: Exception, told: str) -> None:
    """Whatever keeps a look from succeeding becomes a sentence, never a traceback, and nothing that it was about."""
    found = causes.missing(error, lambda _: "1a2b3c4d")
    assert told in found.why.en
    assert ("1a2b3c4d" in found.why.en) == isinstance(error, KeyError), "only what nobody foresaw stands in the log"
    assert "secret" not in found.why.en


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ('connection failed: FATAL:  password authentication failed for user "x"', "refuses this user"),
        ('FATAL:  database "x" does not exist', "no such database"),
        ("[Errno -2] Name or service not known: failed to resolve host 'x'", "host name is unknown"),
        ("connection refused", "Nobody answers"),
        ("FATAL:  sorry, too many clients already", "used up"),
        ("connection timeout expired", "in time"),
        ("terminating connection due to administrator command", "shutting down"),
    ],
)
def test_the_databases_true_cause(message: str, told: str) -> None:
    """PostgreSQL's own words are told as what a person can mend."""
    assert told in causes.true_cause(message).en


def test_a_look_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look that never ends is told as no answer in time."""
    monkeypatch.setattr("bancheng.doctor.looking.SECONDS", 0.05)
    never = threading.Event()
    found = Look(never.wait).seen()
    never.set()
    assert isinstance(found, Missing)
    assert "in time" in found.why.en

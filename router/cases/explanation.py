"""The shape of a case's explanation: codes, numbers and moments, as `--json` shows them. No logic."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from router.cases import events as ev
from router.cases.assignment import Form, Held, Share
from router.cases.possible import Possible
from router.cases.state import Stage
from router.cases.steps import What
from router.classify.classification import Cue
from router.clocks.explain import Derivation
from router.taskforces.state import PartStage


class Judged(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the classifier said: the choice, how sure (in thousandths), by which words, and the second best."""

    at: datetime
    domain: str | None
    confidence: int
    section: str | None = None
    runner_up: str | None = None
    cues: tuple[Cue, ...] = ()
    """The policy's words for it, with their weights; those against it have a negative one."""
    precision: int | None = None
    """Of texts judged as surely, so many in a thousand were right, where that was measured."""
    model: str = ""
    """The hash of what chose: a trained model's, or the policy's for its words."""
    cause: str | None = None
    """Only where it was sure enough of it."""
    cause_confidence: int = 0
    cause_cues: tuple[Cue, ...] = ()
    kind: str | None = None
    urgent: bool = False


class Beside(msgspec.Struct, frozen=True, omit_defaults=True):
    """A cooperating unit of a routing row, with the reason that stands there."""

    unit: str
    why: str
    when: str = ""
    """The condition under which it is needed; empty where it always is."""
    needed: bool = True
    """Whether that held."""
    enterprise: str | None = None
    """The enterprise of the register for which it answers, where that is the reason."""


class Routed(msgspec.Struct, frozen=True, omit_defaults=True):
    """The row of the routing table that held: its conditions, its lead, and the reason that stands there."""

    at: datetime
    domain: str
    lead: str
    why: str
    section: str | None = None
    cause: str | None = None
    words: tuple[str, ...] = ()
    """Those of the row's words that occurred."""
    cooperating: tuple[Beside, ...] = ()
    recused: tuple[str, ...] = ()
    """Units of the row that are complained of: others took their place."""

    def because(self, unit: str) -> str:
        """Return why the row names a unit; empty where it doesn't."""
        named = {other.unit: other.why for other in self.cooperating} | {self.lead: self.why}
        return named.get(unit, "")


class Fell(msgspec.Struct, frozen=True, omit_defaults=True):
    """A decision that moved the case, its units or its limits, as its event says it."""

    at: datetime
    by: str
    event: ev.AnyEvent
    charged_to: str | None = None
    """The unit or office to whose account the time went."""


class Reasons(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything that was decided about where the case goes, oldest first."""

    judged: tuple[Judged, ...] = ()
    routed: tuple[Routed, ...] = ()
    fell: tuple[Fell, ...] = ()


class Total(msgspec.Struct, frozen=True, omit_defaults=True):
    """The person's total time (总历时): from the first acceptance to the outcome, or until now."""

    since: datetime
    until: datetime
    working_days: int
    """Counted as the law counts: day 1 is the first working day after the date of the acceptance."""
    working_minutes: int
    running: bool = False


class Standing(msgspec.Struct, frozen=True, omit_defaults=True):
    """How the case stands. `missed` limits of the case or its units; `round` counts redos."""

    stage: Stage
    since: datetime
    due: datetime | None = None
    limit: str = ""
    provisional: bool = False
    standing: bool = False
    outcome: str | None = None
    total: Total | None = None
    round: int = 0
    missed: int = 0
    returns: int = 0
    domain: str | None = None
    cause: str | None = None
    urgent: bool = False
    recused: tuple[str, ...] = ()


class Rules(msgspec.Struct, frozen=True):
    """The policy that the case is decided under."""

    id: str
    version: str
    name: str
    hash: str


class OnList(msgspec.Struct, frozen=True, omit_defaults=True):
    """An item of the duty list, and what of all it waits for is still open."""

    id: str
    unit: str
    stage: PartStage
    required: bool
    since: datetime | None = None
    waits_for: tuple[str, ...] = ()
    returns: int = 0


class Force(msgspec.Struct, frozen=True, omit_defaults=True):
    """The task force; `members` are units with the posts that they have named."""

    why: str
    leader: str
    lead: str
    office: str
    approver: str
    delegation: str
    template: str | None
    proposed_at: datetime | None = None
    opened_at: datetime | None = None
    dissolved_at: datetime | None = None
    met_at: datetime | None = None
    meetings: int = 0
    opinion_asked: date | None = None
    """The date of an opinion that waits for the leader."""
    opinion: date | None = None
    """The date that binds."""
    members: tuple[tuple[str, str], ...] = ()
    parts: tuple[OnList, ...] = ()


class Holding(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one unit holds, or held: why it came to it, and the policy's own words for that where there are any."""

    number: int
    unit: str
    role: Share
    form: Form
    held: Held
    due: datetime
    why: str
    live: bool
    because: str = ""
    since: datetime | None = None
    part: str | None = None
    standing: bool = False
    designated: bool = False
    provisional: bool = False
    round: int = 0
    extensions: int = 0
    extra_days: int = 0
    signed_at: datetime | None = None
    contacted_at: datetime | None = None


class Running(msgspec.Struct, frozen=True, omit_defaults=True):
    """A clock that runs on somebody (or stands still), with all that its due moment follows from."""

    key: str
    holder: str
    derivation: Derivation
    due: datetime | None = None
    """What was promised; it differs from the derivation's only where the case was moved to another policy."""
    warned: int = 0
    """The share of its time, in thousandths, at which the last early warning was given."""
    overdue: int = 0


class Ahead(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that the mere passing of time will bring, and when."""

    at: datetime
    what: What
    clock: str | None = None
    holder: str | None = None
    assignment: int | None = None
    round: int = 0
    """The share of a warning, in thousandths, or which notice this is."""


class Explanation(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything there is to say of a case at a moment."""

    id: str
    now: datetime
    reference: str | None
    standing: Standing
    rules: Rules
    force: Force | None
    holdings: tuple[Holding, ...]
    clocks: tuple[Running, ...]
    ahead: tuple[Ahead, ...]
    possible: tuple[Possible, ...]
    """What `decide` would take at `now`, behind what is due by then: nothing overtakes the clock."""
    reasons: Reasons

"""Every check in the order in which its findings are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bancheng.doctor import (
    judge_access,
    judge_anchors,
    judge_broker,
    judge_database,
    judge_machine,
    judge_rules,
    judge_work,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bancheng.doctor.finding import Finding
    from bancheng.doctor.seen import Seen

JUDGES: Final[tuple[Callable[[Seen], Sequence[Finding]], ...]] = (
    judge_broker.broker,
    judge_broker.login,
    judge_broker.settings,
    judge_broker.topics,
    judge_broker.surplus,
    judge_access.rights,
    judge_database.database,
    judge_database.settings,
    judge_database.connections,
    judge_database.size,
    judge_database.migrations,
    judge_access.roles,
    judge_access.final,
    judge_machine.clocks,
    judge_machine.disks,
    judge_machine.master_key,
    judge_machine.credentials,
    judge_access.sealing,
    judge_anchors.anchors,
    judge_anchors.signing_key,
    judge_rules.policy,
    judge_rules.stored,
    judge_rules.holidays,
    judge_work.services,
    judge_work.told,
    judge_work.backlog,
    judge_work.outputs,
    judge_work.inbox,
    judge_work.due,
    judge_work.quarantined,
)

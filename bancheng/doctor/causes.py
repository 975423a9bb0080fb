"""Why something could not be looked at, in words a person can act on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kafka.errors import AuthorizationError
from psycopg.errors import InsufficientPrivilege, UndefinedTable
from sqlalchemy.exc import DBAPIError

from bancheng.doctor.finding import Words
from bancheng.doctor.seen import Missing
from router.ledger.database import NotNowError
from router.policy.load import PolicyError
from router.saying import SaidError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NO_TABLES = Missing(
    Words("数据库里还没有表", "The database has no tables yet"),
    Words("bancheng topics create", "bancheng topics create"),
)
_ADMIN = "BANCHENG_KAFKA_USER=admin BANCHENG_KAFKA_PASSWORD=… bancheng doctor"
AS_ADMIN = Words(_ADMIN, _ADMIN)
_DATABASE = (
    (
        "password authentication failed",
        Words("数据库不接受这个用户和密码", "The database refuses this user and password"),
    ),
    ("no pg_hba.conf entry", Words("数据库不允许从这里登录", "The database lets nobody in from here")),
    ("too many clients", Words("数据库的连接已用完", "The database's connections are used up")),
    ("remaining connection slots", Words("数据库的连接已用完", "The database's connections are used up")),
    ("does not exist", Words("没有这个数据库或用户", "There is no such database or user")),
    ("resolve host", Words("找不到数据库的主机名", "The database's host name is unknown")),
    ("starting up", Words("数据库正在启动", "The database is starting up")),
    ("terminating connection", Words("数据库正在停止", "The database is shutting down")),
    ("shutting down", Words("数据库正在停止", "The database is shutting down")),
    ("timeout", Words("数据库没有及时应答", "The database does not answer in time")),
    ("refused", Words("数据库的地址无人应答", "Nobody answers at the database's address")),
    ("no such file", Words("数据库的地址无人应答", "Nobody answers at the database's address")),
)
"""What PostgreSQL's client says (in English, small letters), and what a person is told."""


def missing(error: BaseException, note: Callable[[BaseException], str]) -> Missing:
    """Return what to say in place of what could not be seen; `note` writes down what nobody foresaw, under an id."""
    match error:
        case SaidError():
            return Missing(Words(error.zh.rstrip("。"), error.en.rstrip(".")))
        case PolicyError():
            return _policy(error)
        case NotNowError():
            return Missing(true_cause(" ".join(map(str, _chain(error)))))
        case UndefinedTable():
            return NO_TABLES
        case DBAPIError() if isinstance(error.orig, UndefinedTable):
            return NO_TABLES
    return Missing(_plainly(error, note), AS_ADMIN if isinstance(error, AuthorizationError) else None)


def _plainly(error: BaseException, note: Callable[[BaseException], str]) -> Words:
    match error:
        case AuthorizationError():
            return Words("当前 Kafka 用户无权查看", "This Kafka user may not look")
        case DBAPIError() if isinstance(error.orig, InsufficientPrivilege):
            return Words("当前数据库用户无权查看", "This database user may not look")
        case TimeoutError():
            return Words("没有及时应答", "No answer in time")
        case OSError():
            return Words(f"读不了：{error.strerror}", f"It can't be read: {error.strerror}")
    kind, name = type(error).__name__, note(error)
    return Words(
        f"未能查看（{kind}）；详情见 log/errors.log，编号 {name}",
        f"It could not be looked at ({kind}); log/errors.log has more under id {name}",
    )


def true_cause(message: str) -> Words:
    """Return what the database's client means by its message, with the setting to look at."""
    small = message.lower()
    known = next(
        (words for sign, words in _DATABASE if sign in small), Words("数据库没有应答", "The database doesn't answer")
    )
    return Words(
        f"{known.zh}：它在运行吗？BANCHENG_DATABASE 写对了吗？",
        f"{known.en}: is it running, and is BANCHENG_DATABASE right?",
    )


def _policy(error: PolicyError) -> Missing:
    first, others = error.mistakes[0], len(error.mistakes) - 1
    more = Words(f"（另有 {others} 处）", f" (and {others} more)") if others else Words("", "")
    check = f"bancheng policy check {first.file}"
    return Missing(
        Words(f"规则不可用：{first}{more.zh}", f"The policy can't be used: {first}{more.en}"), Words(check, check)
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = error
    while current is not None:
        yield current
        current = current.__cause__

"""What can go wrong with the embedded parts, each as one sentence that says what to do.

EmbeddedError
├── NoRoomError         the disk is full or nearly so
├── DownloadFailedError no network, or the registry answers badly
├── PortTakenError      no free port, or another program took ours thrice
├── StartupFailedError  the process ended or never became ready; names the log
├── DiedError           a part ended while it was in use; names the log
├── HomeInUseError      another live process holds the home
└── AccountError        run as root without an account to lower PostgreSQL to
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.saying import SaidError

if TYPE_CHECKING:
    from pathlib import Path


class EmbeddedError(SaidError):
    """A fault of the embedded parts."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(zh, en)


class NoRoomError(EmbeddedError):
    """The disk has too little room."""

    def __init__(self, path: Path, *, needed_mib: int, free_mib: int) -> None:
        super().__init__(
            f"The disk of {path} has {free_mib} MiB left and {needed_mib} MiB are needed:"
            " free some room, or set BANCHENG_HOME to a folder on a larger disk.",
            f"{path} 所在磁盘只剩 {free_mib} MiB，需要 {needed_mib} MiB："
            "请清理磁盘，或将 BANCHENG_HOME 设到空间更大的磁盘。",
        )


class DownloadFailedError(EmbeddedError):
    """Kafka's files could not be fetched."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"Kafka's files could not be downloaded ({reason}): check the network or the proxy"
            " settings and start again, or set BANCHENG_KAFKA to a broker of your own.",
            f"无法下载 Kafka 的文件（{reason}）：请检查网络或代理设置后重新启动，"
            "或将 BANCHENG_KAFKA 指向已有的 Kafka。",
        )


class PortTakenError(EmbeddedError):
    """No port could be kept."""

    def __init__(self, ports: tuple[int, ...]) -> None:
        listed = ", ".join(map(str, ports)) or "20000-31999"
        super().__init__(
            f"No free port on 127.0.0.1 (tried {listed}): end the program that takes them and start again.",
            f"127.0.0.1 上没有可用端口（已尝试 {listed}）：请结束占用端口的程序后重新启动。",
        )


class StartupFailedError(EmbeddedError):
    """A part ended while starting, or was not ready in time."""

    def __init__(self, part: str, *, reason: str, log: Path) -> None:
        super().__init__(
            f"{part} did not start ({reason}): the whole story is in {log}; put right what it names and start again.",
            f"{part} 未能启动（{reason}）：详情见 {log}，请按其中提示处理后重新启动。",
        )


class DiedError(EmbeddedError):
    """A part ended by itself, or was killed, while it was in use."""

    def __init__(self, part: str, *, code: int, log: Path) -> None:
        super().__init__(
            f"{part} has ended (exit code {code}), so the rest is stopped: see {log} and start again; nothing is lost.",
            f"{part} 意外停止（退出码 {code}），其余服务随之停止：详情见 {log}，请重新启动，数据不会丢失。",
        )


class HomeInUseError(EmbeddedError):
    """Another live process holds this home."""

    def __init__(self, home: Path, pid: int | None) -> None:
        holder = f"process {pid}" if pid else "another process"
        holder_zh = f"进程 {pid} " if pid else "另一个进程"
        super().__init__(
            f"{home} is in use by {holder}: stop it first, or set BANCHENG_HOME to another folder.",
            f"{home} 正被{holder_zh}使用：请先停止它，或将 BANCHENG_HOME 设为另一个目录。",
        )


class AccountError(EmbeddedError):
    """PostgreSQL refuses to run as root and no ordinary account could be made."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"PostgreSQL does not run as root and the account {name} could not be made:"
            f" start bancheng as an ordinary user, or make the account {name} first.",
            f"PostgreSQL 不能以 root 运行，且无法创建账户 {name}：请以普通用户启动 bancheng，或先创建账户 {name}。",
        )

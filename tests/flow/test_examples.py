"""The programs in examples/, run as a stranger would run them: two processes, from submission to outcome."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bancheng.secrets import party_file
from producers.window import new_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Wire

TOP = Path(__file__).parents[2]


@contextmanager
def program(wire: Wire, name: str, user: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run an example beside this process."""
    connection = wire.house.connection(user)
    router = wire.house.router_key()
    known = {
        "KAFKA": connection.bootstrap, "KAFKA_PASSWORD": connection.password or "", "PATIENCE_SECONDS": "30",
        "ROUTER_KEY": router.text if router else "",
        "KEY_FILE": str(party_file(wire.house.settings.home, user)),
    }  # fmt: skip
    command = [sys.executable, str(TOP / "examples" / name), *arguments]
    with subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": str(TOP), **known}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as running:  # fmt: skip
        try:
            yield running
        finally:
            running.terminate()


def test_window_and_department(wire: Wire) -> None:
    """The window's program submits a case, the department's works on it, and the answer comes back to the window."""
    with program(wire, "department_client.py", "unit-housing", "housing"):
        text = f"房屋漏水{new_id()}"
        with program(wire, "window_client.py", "channel-window-system", "window-system", text) as window:
            out, err = window.communicate(timeout=60)
    assert window.returncode == 0, err
    assert "cn.bancheng.result.receipt.v1" in out
    assert out.endswith("屋面已重新做防水，本人确认不再漏水。\n")


def test_a_wrong_password_is_one_sentence(wire: Wire) -> None:
    """A program with a wrong password ends with one sentence that says so."""
    connection = wire.house.connection("unit-housing")
    known = {"KAFKA": connection.bootstrap, "KAFKA_PASSWORD": "wrong", "PYTHONPATH": str(TOP)}
    command = [sys.executable, str(TOP / "examples" / "department_client.py"), "housing"]
    done = subprocess.run(command, env={**os.environ, **known}, text=True, capture_output=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith(f"The broker at {connection.bootstrap} refuses user")
    assert "Traceback" not in done.stderr

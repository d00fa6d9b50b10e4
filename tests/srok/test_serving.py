"""`srok web` as a process of its own: a taken port, an end when told, nothing printed of what is asked."""

import asyncio
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.errors import ServerError
from engine.settings import load_settings
from srok.serving import bound, run_web, web
from srok.up import run_up

ROOT = Path(__file__).parents[2]


def test_a_taken_port_is_a_sentence(tmp_path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        sentence = f"Порт {port} на 127.0.0.1 занят: назовите другой или освободите его"
        with pytest.raises(ServerError, match=sentence):
            run_web(load_settings(home=tmp_path), "127.0.0.1", port)
        with pytest.raises(ServerError, match=sentence), web(load_settings(home=tmp_path), port):
            pass


def test_srok_up_does_not_begin_when_the_port_of_its_pages_is_taken(tmp_path) -> None:
    with bound("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServerError, match=f"^Порт {port} на 127.0.0.1 занят"):
            run_up(load_settings(home=tmp_path), web_port=port, say=pytest.fail)


def test_an_address_of_another_machine_is_a_sentence() -> None:
    with (
        pytest.raises(ServerError, match=r"^Адрес «192\.0\.2\.1» не этой машины: назовите другой"),
        bound("192.0.2.1", 0),
    ):
        pass


def ask(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def test_pages_beside_other_work_end_with_it(tmp_path) -> None:
    said: list[str] = []
    with bound("127.0.0.1", 0) as probe:
        port = probe.getsockname()[1]
    with web(load_settings(home=tmp_path), port, said.append):
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                assert ask(port, "/healthz") == 503
                break
            except ConnectionError:
                continue
    assert said == [f"Страницы: http://127.0.0.1:{port}/"]
    with pytest.raises(ConnectionError):
        ask(port, "/healthz")


def test_the_command_ends_when_told_and_says_nothing_of_what_was_asked(cli) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("SROK_", "PREFECT_"))}
    with bound("127.0.0.1", 0) as probe:
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "srok", "web", "--port", str(port)], cwd=ROOT, env=env | {"SROK_HOME": str(cli.home)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert first == f"Страницы: http://127.0.0.1:{port}/ Остановка: Ctrl-C\n"
        assert ask(port, "/a/" + "A" * 40) == 404
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=20)
    finally:
        process.kill()
        process.wait()
    assert (rest, process.returncode) == ("Остановлено\n", 0)


def test_a_small_answer_is_not_held_back() -> None:
    """Else a kept connection waits 40 ms for each: Nagle's algorithm, and an acknowledgement that is delayed."""

    async def accepted() -> int:
        seen: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        async def hear(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            seen.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        with bound("127.0.0.1", 0) as listener:
            async with await asyncio.start_server(hear, sock=listener):
                _, writer = await asyncio.open_connection(*listener.getsockname())
                writer.close()
                return await seen

    assert asyncio.run(accepted()) != 0

"""The pages of an installation by a real server on a port of its own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import FastAPI

from srok.serving import bound, server_of


@contextmanager
def served(app: FastAPI) -> Iterator[int]:
    """Serve *app* inside and give the port."""
    server = server_of(app)
    with bound("127.0.0.1", 0) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()

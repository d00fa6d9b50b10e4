"""The pages of a home as a process of its own, as `srok web` serves them, but at an instant that stands.

python -m tests.browser.serving LISTENING-FD INSTANT
"""

import socket
import sys
from datetime import datetime

from engine.settings import load_settings
from srok.serving import server_of
from srok.web import make_app

if __name__ == "__main__":
    settings, now = load_settings(), datetime.fromisoformat(sys.argv[2])
    with socket.socket(fileno=int(sys.argv[1])) as listener:
        server_of(make_app(settings, lambda: now)).run(sockets=[listener])

"""What is answered where there is no page: alike whatever is wrong with an address, later to who tries too many."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from srok.desk import Desk
from srok.guard import Failures


@dataclass
class Refusals:
    """The refusals of all pages; failures are counted together."""

    desk: Desk
    failures: Failures = field(default_factory=Failures)

    def not_there(self, request: Request) -> Response:
        """Answer alike, whatever is wrong with a link; who tries too many is told to wait, a good link never is."""
        wait = self.failures.wait_seconds(request.client.host if request.client else "", self.desk.clock())
        if wait:
            return HTMLResponse(self.desk.notice(429), 429, {"Retry-After": str(wait)})
        return HTMLResponse(self._missing, 404)

    def refused(self, status: int) -> Response:
        """Say why what was asked for is not done."""
        return HTMLResponse(self.desk.notice(status), status)

    @cached_property
    def _missing(self) -> str:
        return self.desk.notice(404)

"""The pages that only show: the board, a measure of it, and how one subscribes to a calendar.

A token of the scope board opens the first two, any other the last, and none does both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool

from engine.feed import Scope
from engine.store.feeds import feed_by_token
from engine.store.models import FeedRow
from srok.board import Asked, board_page, page_number
from srok.desk import Desk
from srok.feeds import address
from srok.measure_page import measure_page
from srok.pages import render_page
from srok.refusing import Refusals
from srok.subscribing import subscribe_page


@dataclass(frozen=True, slots=True)
class _Shown:
    """A page, and the subscription whose day of use is to be kept, if it is another day."""

    html: str
    used: str | None


def add_board(app: FastAPI, desk: Desk, refusals: Refusals) -> None:
    """Serve `/board/…`, `/m/…` and `/subscribe/…`."""
    looking = _Looking(desk)

    async def answer(request: Request, show: Callable[..., _Shown | None], *given: Any) -> Response:
        shown = await run_in_threadpool(show, *given)
        if shown is None:
            return refusals.not_there(request)
        background = BackgroundTask(desk.keep_use, shown.used) if shown.used is not None else None
        return HTMLResponse(shown.html, background=background)

    @app.api_route("/board/{token}", methods=["GET", "HEAD"], include_in_schema=False)
    async def board(request: Request, token: str) -> Response:
        return await answer(request, looking.board, token, Asked.of(request.query_params))

    @app.api_route("/m/{token}/{plan}/{measure}", methods=["GET", "HEAD"], include_in_schema=False)
    async def measure(request: Request, token: str, plan: str, measure: str) -> Response:
        page = page_number(request.query_params.get("page", ""))
        return await answer(request, looking.measure, token, plan, measure, page)

    @app.api_route("/subscribe/{token}", methods=["GET", "HEAD"], include_in_schema=False)
    async def subscribe(request: Request, token: str) -> Response:
        return await answer(request, looking.subscribe, token)


@dataclass(frozen=True, slots=True)
class _Looking:
    """Makes the pages; each in one reading transaction."""

    desk: Desk

    def board(self, token: str, asked: Asked) -> _Shown | None:
        desk, now, directory = self.desk, self.desk.clock(), self.desk.people()
        with desk.store().reading() as session:
            row = feed_by_token(session, token)
            if row is None or row.scope != Scope.BOARD:
                return None
            page = board_page(
                session, directory, desk.settings.owner, ZoneInfo(desk.settings.zone), row.of, asked, now,
                f"{desk.base}/m/{token}",
            )  # fmt: skip
            return None if page is None else self._shown("board.html.j2", row, page)

    def measure(self, token: str, plan: str, measure: str, number: int) -> _Shown | None:
        desk, now, directory = self.desk, self.desk.clock(), self.desk.people()
        with desk.store().reading() as session:
            row = feed_by_token(session, token)
            if row is None or row.scope != Scope.BOARD or row.of not in {None, plan}:
                return None
            page = measure_page(session, directory, desk.settings.owner, plan, measure, number, now)
            if page is None:
                return None
            return self._shown("measure.html.j2", row, {**page, "back": f"{desk.base}/board/{token}"})

    def subscribe(self, token: str) -> _Shown | None:
        with self.desk.store().reading() as session:
            row = feed_by_token(session, token)
            if row is None or row.scope == Scope.BOARD:
                return None
            page = subscribe_page(
                address(self.desk.settings, row, token), feed_id=row.id, name=row.name, scope=row.scope,
                style=row.style, alarms=row.days_before(), local=self.desk.settings.public_url is None,
            )  # fmt: skip
        return _Shown(render_page("subscribe.html.j2", **page, base=self.desk.base), None)

    def _shown(self, template: str, row: FeedRow, page: dict[str, Any]) -> _Shown:
        html = render_page(template, **page, base=self.desk.base)
        return _Shown(html, row.id if row.used_on != self.desk.clock().date() else None)

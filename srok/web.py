"""The pages that links in letters lead to: GET shows, POST acts; and how the installation is.

Whoever holds a link acts as the person it was sent to, so nothing here writes an address of a page anywhere.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from engine.clock import utc_now
from engine.errors import SrokError
from engine.settings import Settings
from engine.store.installation import signing_key
from engine.svg import STYLE as CHART_STYLE
from engine.transition import Deed
from notifiers.tokens import Signer
from srok.desk import Desk
from srok.guard import Guard, TooLargeError, is_from_our_page, read_body
from srok.healthz import Health
from srok.pages import OK
from srok.refusing import Refusals
from srok.syncing import register_schedules
from srok.web_board import add_board
from srok.web_calendar import add_calendar

_log = logging.getLogger(__name__)

_STYLE = Path(__file__).with_name("templates") / "srok.css"
_FORM = "application/x-www-form-urlencoded"
_FIELDS = 20
_METHODS = "GET, HEAD, POST"


def make_app(settings: Settings, clock: Callable[[], datetime] = utc_now) -> FastAPI:
    """Return the pages of an installation; nothing is opened before the first request."""
    desk = Desk(settings, clock, Signer(signing_key(settings)))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        subscribed.close()
        desk.close()

    app = FastAPI(
        title="srok", docs_url=None, redoc_url=None, redirect_slashes=False, lifespan=lifespan,
        exception_handlers={HTTPException: _of_starlette(desk), 404: _of_starlette(desk), 405: _of_starlette(desk)},
    )  # fmt: skip
    app.add_middleware(Guard, unwell={status: desk.notice(status).encode() for status in (431, 500, 503)})
    refusals = Refusals(desk)
    action = _Action(desk, refusals, frozenset(_origin(settings.public_url)))
    app.add_api_route("/a/{token}", action.__call__, methods=_METHODS.split(", "), include_in_schema=False)
    subscribed = add_calendar(app, desk, refusals)
    add_board(app, desk, refusals)
    _add_rest(app, desk)
    return app


@dataclass(frozen=True, slots=True)
class _Action:
    """What answers on the address of a link."""

    desk: Desk
    refusals: Refusals
    origins: frozenset[str]

    async def __call__(self, request: Request, token: str) -> Response:
        link = self.desk.signer.read(token, self.desk.clock())
        if link is None:
            return self.refusals.not_there(request)
        if request.method == "POST":
            return await self._act(request, link)
        page = await run_in_threadpool(self.desk.show, link, request.query_params.get("r", ""))
        return self.refusals.not_there(request) if page is None else HTMLResponse(page[1], page[0])

    async def _act(self, request: Request, link: int) -> Response:
        if not is_from_our_page(request.headers, self.origins):
            return self.refusals.refused(403)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
            return self.refusals.refused(415)
        try:
            form = _fields(await read_body(request))
        except TooLargeError:
            return self.refusals.refused(413)
        except ValueError:
            return self.refusals.refused(400)
        done = await run_in_threadpool(self.desk.act, link, form)
        if done is None:
            return self.refusals.not_there(request)
        if isinstance(done, str):
            moved = done == OK and form.get("deed") == Deed.GRANT.value
            background = BackgroundTask(_schedules_follow, self.desk.settings) if moved else None
            return RedirectResponse(f"?r={done}#outcome", 303, background=background)
        return HTMLResponse(done[1], done[0])


def _schedules_follow(settings: Settings) -> None:
    """Bring a day that was granted to Prefect, after the person has had the answer; a pass would find it anyway."""
    try:
        register_schedules(settings, utc_now())
    except SrokError as error:
        _log.warning("%s", error)


def _origin(address: str | None) -> list[str]:
    parts = urlsplit(address or "")
    return [f"{parts.scheme}://{parts.netloc}"] if address else []


def _fields(body: bytes) -> dict[str, str]:
    """Read a form, the first of fields with one name.

    Raises:
        ValueError: It is no form, not UTF-8, or has more fields than any of ours.
    """
    if not body:
        return {}
    found = parse_qsl(
        body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=_FIELDS
    )
    return dict(reversed(found))


def _add_rest(app: FastAPI, desk: Desk) -> None:
    style = _STYLE.read_bytes() + CHART_STYLE.encode()

    @app.api_route("/srok.css", methods=["GET", "HEAD"], include_in_schema=False)
    async def stylesheet() -> Response:
        return Response(style, media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})

    @app.get("/healthz", response_model=Health, responses={503: {"model": Health}})
    @app.head("/healthz", include_in_schema=False)
    async def healthz() -> Response:
        """Tell whether the store answers, passes are made and messages leave."""
        found = await run_in_threadpool(desk.health)
        return JSONResponse(found.model_dump(mode="json"), 200 if found.ok else 503)


def _of_starlette(desk: Desk) -> Callable[[Request, Exception], Any]:
    """Return the one page for each of what Starlette itself refuses."""

    async def page(request: Request, error: Exception) -> Response:
        status = getattr(error, "status_code", 404)
        if status == 405:  # noqa: PLR2004 - RFC 9110, 15.5.6
            allowed = _METHODS if request.url.path.startswith("/a/") else "GET, HEAD"
            return HTMLResponse(desk.notice(405), 405, {"Allow": allowed})
        return HTMLResponse(desk.notice(404), 404)

    return page

"""`/calendar/<token>.ics`: conditional requests, gzip for whoever asks, never an empty calendar."""

from __future__ import annotations

import logging
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime

from fastapi import FastAPI, Request, Response
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers

from srok.desk import Desk
from srok.refusing import Refusals
from srok.subscribed import Body, Subscribed

_log = logging.getLogger(__name__)

MAX_AGE = 300
_NO_CALENDAR_YET = "Календарь сейчас не собрать. Программа спросит его снова сама; прежние события остаются.\n"
_RETRY_SECONDS = "300"


def add_calendar(app: FastAPI, desk: Desk, refusals: Refusals) -> Subscribed:
    """Add the route to *app*; what is returned is closed with it."""
    subscribed = Subscribed(desk)

    async def calendar(request: Request, token: str) -> Response:
        try:
            found = await run_in_threadpool(subscribed.open, token)
        except Exception as error:  # noqa: BLE001 - whatever it is, an answer of 500 makes programs give up
            _log.error("календарь не собран: %s", type(error).__name__)
            headers = {"Retry-After": _RETRY_SECONDS}
            return Response(_NO_CALENDAR_YET, 503, headers, "text/plain; charset=utf-8")
        if found is None:
            return refusals.not_there(request)
        feed, body = found
        answer = _answer(body, request.headers, desk.clock())
        if subscribed.is_first_of_day(feed):
            answer.background = BackgroundTask(desk.keep_use, feed)
        return answer

    app.add_api_route("/calendar/{token}.ics", calendar, methods=["GET", "HEAD"], include_in_schema=False)
    return subscribed


def _answer(body: Body, asked: Headers, now: datetime) -> Response:
    """Return the whole calendar, or 304 where whoever asks has it (RFC 9110, 13.2.2)."""
    zipped = _wants_gzip(asked.get("accept-encoding", ""))
    tag = f'"{body.digest}-gzip"' if zipped else f'"{body.digest}"'
    headers = {
        "ETag": tag,
        "Last-Modified": format_datetime(body.changed_at, usegmt=True),
        "Cache-Control": f"private, max-age={MAX_AGE}",
        "Vary": "Accept-Encoding",
    }
    if _has(body, tag, asked, now):
        return Response(status_code=304, headers=headers)
    if zipped:
        headers["Content-Encoding"] = "gzip"
    return Response(body.zipped if zipped else body.octets, 200, headers, "text/calendar; charset=utf-8")


def _has(body: Body, tag: str, asked: Headers, now: datetime) -> bool:
    """Tell whether whoever asks has the calendar; a tag says it, a date only where there is no tag."""
    tags = ",".join(asked.getlist("if-none-match"))
    if tags:
        return tags.strip() == "*" or tag in {one.strip().removeprefix("W/") for one in tags.split(",")}
    try:
        since = parsedate_to_datetime(asked.get("if-modified-since", ""))
    except (TypeError, ValueError):
        return False
    return since.tzinfo is not None and body.changed_at <= since <= now


def _wants_gzip(accepted: str) -> bool:
    """Tell whether gzip is named and not refused; «*» names nothing: some programs cannot do it (notes 2)."""
    for one in accepted.lower().split(","):
        name, *parameters = (part.strip() for part in one.split(";"))
        if name == "gzip":
            return not any(_is_zero(part) for part in parameters)
    return False


def _is_zero(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    try:
        return name.strip() == "q" and float(value) == 0
    except ValueError:
        return True

"""The commands of control: what people do with assignments and events. Each imports what it needs when it runs."""

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from srok.helping import Commands

if TYPE_CHECKING:
    from engine.store.events import EventDeed
# ruff: noqa: PLC0415 - a command imports prefect, sqlmodel, pydantic only when it uses them (DESIGN.md 1)

_DAY = "%Y-%m-%d"
_DAY_WORDS = "ГГГГ-ММ-ДД"
_DayOption = datetime | None
Ref = Annotated[
    str, typer.Argument(help="план/мероприятие, например lysva-2021/2.4", metavar="ПЛАН/№", show_default=False)
]
EventRef = Annotated[
    str, typer.Argument(help="план/событие или план/№ меры «по графику»", metavar="ПЛАН/СОБЫТИЕ", show_default=False)
]
By = Annotated[
    str | None,
    typer.Option(
        metavar="КТО", help="кто действует: id или имя; без него действие вносится за того, кому оно положено"
    ),
]
School = Annotated[str | None, typer.Option(help="школа, если поручение дано школам")]
Responsible = Annotated[str | None, typer.Option(help="роль из плана, если ответственных несколько")]
OccurrenceNo = Annotated[
    int | None, typer.Option("--occurrence", metavar="ЧИСЛО", help="порядковый № наступления (1, 2, …)")
]
All = Annotated[bool, typer.Option("--all", help="всем, кому дано это поручение")]
OnDay = Annotated[
    _DayOption,
    typer.Option(
        "--on", formats=[_DAY], metavar=_DAY_WORDS, help="день действия или получения отчёта; по умолчанию сегодня"
    ),
]
Reason = Annotated[str | None, typer.Option(help="причина")]
Basis = Annotated[str | None, typer.Option(help="документ, которым это решено: вид, № и дата")]
Until = Annotated[_DayOption, typer.Option(formats=[_DAY], metavar=_DAY_WORDS, help="новый срок, включительно")]

_extend = Commands(
    help="Продление: исполнитель просит, давший поручение решает.",
    epilog='Пример: srok extend ask lysva-2021/3.2 --until 2021-09-10 --reason "сведения не сданы"',
)
_event = Commands(
    help="Даты событий и мер «по графику».",
    epilog="Пример: srok event set vesyegonsk-2020/vpr-2021 --start 2021-03-15 --end 2021-05-21",
)


def add_control(app: typer.Typer) -> None:
    """Add the commands of control to *app*."""
    app.command(epilog="Пример: srok start lysva-2021/2.4 --by p-uslovnova")(start)
    app.command(
        epilog='Пример: srok report lysva-2021/3.2 --text "Справка готова" --evidence "справка № 5 от 20.08.2021"'
    )(report)
    app.command(epilog="Пример: srok accept lysva-2021/3.2")(accept)
    app.command("return", epilog='Пример: srok return lysva-2021/3.2 --reason "нет подписи"')(return_)
    app.command(epilog='Пример: srok close lysva-2021/3.2 --not-done --reason "мероприятие не проводилось"')(close)
    app.command("not-triggered", epilog='Пример: srok not-triggered vesyegonsk-2020/3.2 --reason "обращений не было"')(
        not_triggered
    )
    app.command("reopen", epilog='Пример: srok reopen lysva-2021/3.2 --reason "в справке не те классы"')(reopen)
    app.command(epilog='Пример: srok cancel lysva-2021/3.2 --basis "приказ № 40 от 01.07.2021"')(cancel)
    app.command(
        epilog="Пример: srok substitute p-maketov --with p-obraztsova --from 2021-07-01 --to 2021-07-28 "
        '--reason "отпуск, приказ № 12"'
    )(substitute)
    app.command(epilog='Пример: srok silence p-maketov --to 2021-07-28 --reason "курсы"')(silence)
    app.command(epilog="Пример: srok reconcile lysva-2021")(reconcile)
    app.add_typer(_extend, name="extend")
    app.add_typer(_event, name="event")


def start(
    ref: Ref, by: By = None, school: School = None, responsible: Responsible = None, occurrence: OccurrenceNo = None
) -> None:
    """Взять поручение в работу."""
    _deed("start", ref, by, school, responsible, occurrence)


def report(
    ref: Ref,
    by: By = None,
    school: School = None,
    responsible: Responsible = None,
    occurrence: OccurrenceNo = None,
    for_: Annotated[
        str | None, typer.Option("--for", metavar="КТО", help="за кого вносится отчёт: id, имя или роль")
    ] = None,
    on: OnDay = None,
    text: Annotated[str | None, typer.Option(help="что сделано")] = None,
    evidence: Annotated[str | None, typer.Option(help="документ (вид, № и дата) или ссылка")] = None,
    interim: Annotated[
        bool, typer.Option("--interim", help="промежуточная информация: поручение не закрывает")
    ] = False,
) -> None:
    """Отчитаться об исполнении: что сделано (--text) и чем подтверждается (--evidence)."""
    deed = "interim" if interim else "report"
    _deed(deed, ref, by, school, for_ or responsible, occurrence, on=on, text=text, evidence=evidence)


def accept(
    ref: Ref,
    by: By = None,
    school: School = None,
    responsible: Responsible = None,
    occurrence: OccurrenceNo = None,
    on_all: All = False,
) -> None:
    """Принять отчёт: контролёр закрывает поручение; --all — отчёты всех его исполнителей, что ждут приёмки."""
    _deed("accept", ref, by, school, responsible, occurrence, on_all=on_all)


def close(
    ref: Ref,
    not_done: Annotated[bool, typer.Option("--not-done", help="закрыть как не исполненное")] = False,
    reason: Reason = None,
    by: By = None,
    school: School = None,
    responsible: Responsible = None,
    occurrence: OccurrenceNo = None,
) -> None:
    """Закрыть поручение как не исполненное (исполненное закрывает accept)."""
    if not not_done:
        raise typer.BadParameter("исполненное закрывает srok accept; не исполненное: --not-done с --reason")
    _deed("close-not-done", ref, by, school, responsible, occurrence, reason=reason)


def cancel(
    ref: Ref,
    basis: Basis = None,
    superseded: Annotated[bool, typer.Option("--superseded", help="заменено другим поручением")] = False,
    by: By = None,
    school: School = None,
    responsible: Responsible = None,
    occurrence: OccurrenceNo = None,
    on_all: All = False,
) -> None:
    """Отменить поручение документом давшего его; из числа подлежащих исполнению оно выходит."""
    deed = "supersede" if superseded else "cancel"
    _deed(deed, ref, by, school, responsible, occurrence, basis=basis, on_all=on_all)


@_extend.command(
    "ask", epilog='Пример: srok extend ask lysva-2021/3.2 --until 2021-09-10 --reason "школы сдали сведения позже"'
)
def extend_ask(
    ref: Ref,
    until: Until = None,
    reason: Reason = None,
    by: By = None,
    school: School = None,
    responsible: Responsible = None,
    occurrence: OccurrenceNo = None,
) -> None:
    """Попросить о продлении: до какого дня и почему."""
    _deed("extension-asked", ref, by, school, responsible, occurrence, until=until, reason=reason)


@_extend.command("grant", epilog='Пример: srok extend grant lysva-2021/3.2 --basis "резолюция от 25.08.2021"')
def extend_grant(
    ref: Ref,
    until: Until = None,
    basis: Basis = None,
    by: By = None,
    school: School = None,
    responsible: Responsible = None,
    occurrence: OccurrenceNo = None,
    on_all: All = False,
) -> None:
    """Продлить срок: до дня, о котором просили, или до --until; первоначальный срок остаётся в отчёте."""
    _deed("extension-granted", ref, by, school, responsible, occurrence, until=until, basis=basis, on_all=on_all)


def _with_reason(deed: str, help_: str) -> Callable[..., None]:
    """Return the command of a deed for which a reason is all that must be said; *deed* is its word in the journal."""

    def command(
        ref: Ref,
        reason: Reason = None,
        by: By = None,
        school: School = None,
        responsible: Responsible = None,
        occurrence: OccurrenceNo = None,
    ) -> None:
        _deed(deed, ref, by, school, responsible, occurrence, reason=reason)

    command.__doc__ = help_
    return command


return_ = _with_reason("return", "Вернуть отчёт на доработку с причиной.")
not_triggered = _with_reason("not-triggered", "Снять с контроля: основание не наступило (делает контролёр).")
reopen = _with_reason("reopen", "Возобновить закрытое поручение с причиной (контролёр или давший поручение).")
_extend.command("refuse", epilog='Пример: srok extend refuse lysva-2021/3.2 --reason "срок установлен министерством"')(
    _with_reason("extension-refused", "Отказать в продлении с причиной: срок остаётся прежним.")
)


PersonArg = Annotated[str, typer.Argument(help="id, имя или должность", metavar="КТО", show_default=False)]
From = Annotated[
    _DayOption, typer.Option("--from", formats=[_DAY], metavar=_DAY_WORDS, help="первый день; по умолчанию сегодня")
]
To = Annotated[datetime, typer.Option("--to", formats=[_DAY], metavar=_DAY_WORDS, help="последний день, включительно")]


def substitute(
    who: PersonArg,
    with_: Annotated[str, typer.Option("--with", metavar="КТО", help="кто замещает: id, имя или должность")],
    to: To,
    from_: From = None,
    reason: Reason = None,
    by: By = None,
) -> None:
    """Назначить замещающего на срок: письма и право отчитаться переходят к нему."""
    _absence(who, from_, to, reason, by, with_)


def silence(who: PersonArg, to: To, from_: From = None, reason: Reason = None, by: By = None) -> None:
    """Не писать человеку до дня включительно; контролёру о просрочке сообщается как всегда."""
    _absence(who, from_, to, reason, by, None)


def _absence(
    who: str, start: datetime | None, end: datetime, reason: str | None, by: str | None, acting: str | None
) -> None:
    from zoneinfo import ZoneInfo

    from engine.clock import utc_now
    from engine.settings import load_settings
    from srok.absence import Absence, record
    from srok.inputs import account

    settings = load_settings()
    first = _date(start) or utc_now().astimezone(ZoneInfo(settings.zone)).date()
    typer.echo(record(settings, Absence(who, first, end.date(), reason, by, account(), acting)))


def reconcile(
    plan: Annotated[str, typer.Argument(help="id плана", metavar="ПЛАН", show_default=False)],
    measures: Annotated[
        list[str] | None, typer.Argument(help="№ мероприятий из списка", metavar="[№…]", show_default=False)
    ] = None,
    done: Annotated[bool, typer.Option("--done", help="исполнено: внести отчёт и принять его")] = False,
    not_done: Annotated[bool, typer.Option("--not-done", help="не исполнено: закрыть с --reason")] = False,
    control: Annotated[bool, typer.Option("--control", help="поставить на контроль: исполнить ещё нужно")] = False,
    on: OnDay = None,
    text: Annotated[str | None, typer.Option(help="что сделано")] = None,
    evidence: Annotated[str | None, typer.Option(help="документ (вид, № и дата) или ссылка")] = None,
    reason: Reason = None,
    by: By = None,
    occurrence: OccurrenceNo = None,
    on_all: Annotated[bool, typer.Option("--all", help="все старые сроки мероприятия")] = False,
) -> None:
    """Показать, что было в срок до внесения плана, и решить: исполнено, не исполнено, на контроль."""
    from engine.settings import load_settings
    from srok.inputs import account
    from srok.reconciling import Decision, Verdict, decide, print_list

    verdicts = [one for one, given in zip(Verdict, (done, not_done, control), strict=True) if given]
    if not measures and not verdicts:
        print_list(load_settings(), plan)
        return
    if not measures or len(verdicts) != 1:
        raise typer.BadParameter("нужны № мероприятий и одно из трёх: --done, --not-done, --control")
    decision = Decision(verdicts[0], by, _date(on), account(), reason, text, evidence, occurrence, on_all)
    for sentence in decide(load_settings(), plan, measures, decision):
        typer.echo(sentence)


def _deed(
    deed: str,
    ref: str,
    by: str | None,
    school: str | None,
    responsible: str | None,
    occurrence: int | None,
    *,
    on: datetime | None = None,
    until: datetime | None = None,
    on_all: bool = False,
    **said: str | None,
) -> None:
    from engine.settings import load_settings
    from engine.store.deeds import Act, Target
    from engine.transition import Deed
    from srok.doing import do
    from srok.inputs import account

    plan_id, measure = _split(ref)
    act = Act(Deed(deed), by, _date(on), account(), until=_date(until), **said)
    for sentence in do(load_settings(), plan_id, Target(measure, occurrence, school, responsible), act, on_all=on_all):
        typer.echo(sentence)


def _date(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _split(ref: str) -> tuple[str, str]:
    plan_id, slash, rest = ref.partition("/")
    if not (plan_id and slash and rest):
        raise typer.BadParameter("нужно план/номер, например lysva-2021/2.4")
    return plan_id, rest


First = Annotated[datetime, typer.Option("--start", formats=[_DAY], metavar=_DAY_WORDS, help="первый день")]
Last = Annotated[
    _DayOption,
    typer.Option("--end", formats=[_DAY], metavar=_DAY_WORDS, help="последний день, включительно; без него один день"),
]


@_event.command(
    "set",
    epilog='Пример: srok event set vesyegonsk-2020/vpr-2021 --start 2021-03-15 --end 2021-05-21 --basis "приказ № 119"',
)
def event_set(ref: EventRef, start: First, end: Last = None, basis: Basis = None, by: By = None) -> None:
    """Внести даты события: что ждало, получает срок."""
    from engine.store.events import EventDeed

    _event_act(EventDeed.SET, ref, by, start=_date(start), end=_date(end), basis=basis)


@_event.command(
    "move",
    epilog="Пример: srok event move vesyegonsk-2020/vpr-2021 --start 2021-04-01 --end 2021-05-28 "
    '--basis "приказ № 140 от 20.03.2021"',
)
def event_move(ref: EventRef, start: First, end: Last = None, basis: Basis = None, by: By = None) -> None:
    """Перенести событие документом: что висело на нём, переносится, и людям об этом сообщается."""
    from engine.store.events import EventDeed

    _event_act(EventDeed.MOVE, ref, by, start=_date(start), end=_date(end), basis=basis)


@_event.command("cancel", epilog='Пример: srok event cancel vesyegonsk-2020/vpr-2021 --basis "приказ № 150"')
def event_cancel(ref: EventRef, basis: Basis = None, by: By = None) -> None:
    """Отменить событие документом: что висело на нём, снова ждёт даты."""
    from engine.store.events import EventDeed

    _event_act(EventDeed.CANCEL, ref, by, basis=basis)


def _event_act(deed: "EventDeed", ref: str, by: str | None, **said: Any) -> None:
    from engine.settings import load_settings
    from engine.store.events import EventAct
    from srok.doing import set_dates
    from srok.inputs import account

    plan_id, name = _split(ref)
    set_dates(load_settings(), plan_id, name, EventAct(deed, by, account(), **said))

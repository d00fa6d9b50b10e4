"""The commands. Each imports what it needs when it runs: `srok --help` costs Typer alone."""

import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from srok.control import add_control
from srok.feed_commands import feed_app
from srok.helping import Commands, install_completion, shown_version
from srok.people_commands import people_app

if TYPE_CHECKING:
    from engine.settings import Settings

# ruff: noqa: PLC0415 - a command imports prefect, sqlmodel, pydantic only when it uses them (DESIGN.md 1)

app = Commands(
    name="srok",
    help="Читает сроки дорожных карт, напоминает исполнителям, докладывает о просрочке.",
    epilog="Первые шаги: srok init · srok import приказ.docx -o черновики · srok check черновики\n"
    "О команде подробно, с примером: srok check --help",
)
app.add_typer(feed_app, name="feed")
app.add_typer(people_app, name="people")
add_control(app)

_DAY = "%Y-%m-%d"
_DAY_WORDS = "ГГГГ-ММ-ДД"
Paths = Annotated[list[Path], typer.Argument(help="файлы планов или папки с ними", metavar="ПУТЬ", show_default=False)]
DayOption = datetime | None
Json = Annotated[bool, typer.Option("--json", help="вывести JSON")]


def _settings() -> "Settings":
    from engine.settings import load_settings

    return load_settings()


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=1))


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=shown_version, help="показать версию")
    ] = False,
    completion: Annotated[
        bool,
        typer.Option(
            "--install-completion", is_eager=True, callback=install_completion, help="дополнять команды клавишей Tab"
        ),
    ] = False,
) -> None:
    """Take what is said before the command."""


@app.command(epilog='Пример: srok init --office "Управление образования" --zone Asia/Yekaterinburg')
def init(
    office: Annotated[str | None, typer.Option(help="название учреждения")] = None,
    zone: Annotated[str | None, typer.Option(help="часовой пояс, например Asia/Yekaterinburg")] = None,
    mail: Annotated[
        str | None, typer.Option(help="почта: smtps://имя:пароль@сервер:465?from=… или file:///папка")
    ] = None,
    owner: Annotated[str | None, typer.Option(help="id ответственного за установку в people.yaml")] = None,
    test_to: Annotated[str | None, typer.Option(help="адрес для пробного письма")] = None,
    force: Annotated[bool, typer.Option("--force", help="заменить существующий srok.toml")] = False,
) -> None:
    """Спросить учреждение, пояс, почту, ответственного; записать srok.toml."""
    from srok.setup import run_init

    run_init(office=office, zone=zone, mail=mail, owner=owner, test_to=test_to, force=force)


@app.command(epilog="Пример: srok check plans · srok check черновики/artem-2020.yaml")
def check(paths: Paths, as_json: Json = False) -> None:
    """Проверить планы: ошибки и замечания с файлом, строкой, № и тем, что делать."""
    from engine.errors import PlanError
    from srok.inputs import read_inputs
    from srok.screens import print_next_step, print_problems

    inputs = read_inputs(paths, _settings(), real_people=False)
    if as_json:
        _print_json({"measures": inputs.measures, "problems": [one.as_json() for one in inputs.problems]})
    else:
        print_problems(inputs)
        print_next_step(inputs, paths)
    if inputs.errors:
        raise typer.Exit(PlanError.exit_code)


@app.command(epilog="Пример: srok diff plans/lysva-2021.yaml новые/lysva-2021.yaml")
def diff(
    old: Annotated[Path, typer.Argument(help="файл плана до", metavar="ПРЕЖНИЙ", show_default=False)],
    new: Annotated[Path, typer.Argument(help="файл плана после", metavar="НОВЫЙ", show_default=False)],
    as_json: Json = False,
) -> None:
    """Сравнить два файла плана: что изменилось, перенесённые сроки первыми. Код 0 — одинаковы, 1 — нет, 2 — ошибка."""
    from srok.diffing import diff_files, diff_json, print_differences

    found = diff_files(old, new, _settings())
    if as_json:
        _print_json(diff_json(found))
    else:
        print_differences(found)
    if found:
        raise typer.Exit(1)


@app.command("import", epilog="Пример: srok import приказ.docx -o черновики")
def import_(
    files: Annotated[list[Path], typer.Argument(help="документы", metavar="ФАЙЛ", show_default=False)],
    folder: Annotated[
        Path, typer.Option("-o", "--output", metavar="ПАПКА", help="папка для черновиков", show_default=False)
    ],
    onto: Annotated[
        Path | None, typer.Option(help="файл плана, который документ изменяет: id и решения остаются", metavar="ПЛАН")
    ] = None,
    as_json: Json = False,
) -> None:
    """Сделать из приказа или плана черновик файла плана: ячейки дословно, сомнительное названо."""
    from srok.importing import import_documents, print_imported

    if onto is not None:
        from srok.amending import amend_file, print_written

        if len(files) > 1:
            raise typer.BadParameter("с --onto нужен один документ: весь план в новой редакции")
        written = amend_file(files[0], onto, folder, _settings())
        if as_json:
            _print_json(written.as_json())
        else:
            print_written(written)
        return
    done = import_documents(files, folder, _settings())
    if as_json:
        _print_json(done.as_json())
    else:
        print_imported(done)
    if done.refused:
        raise typer.Exit(1)


@app.command(epilog='Пример: srok explain "Ежегодно июль-август" --from 2021-01-01 --to 2024-12-31')
def explain(
    text: Annotated[
        str | None, typer.Argument(help="срок, как он записан в плане", metavar="ТЕКСТ", show_default=False)
    ] = None,
    start: Annotated[
        DayOption, typer.Option("--from", formats=[_DAY], metavar=_DAY_WORDS, help="первый день плана")
    ] = None,
    end: Annotated[
        DayOption, typer.Option("--to", formats=[_DAY], metavar=_DAY_WORDS, help="последний день плана")
    ] = None,
    as_json: Json = False,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="читать записи {id, text, horizon} со стандартного ввода")
    ] = False,
) -> None:
    """Показать, как понят срок: даты, что домыслено и по какому правилу."""
    from srok.explaining import explain_cell, explain_lines

    if jsonl:
        bad = explain_lines(sys.stdin, sys.stdout)
        raise typer.Exit(2 if bad else 0)
    if text is None or start is None or end is None:
        raise typer.BadParameter("нужны ТЕКСТ, --from и --to; либо --jsonl")
    explain_cell(text, start.date(), end.date(), as_json=as_json)


@app.command(epilog="Пример: srok sync plans/lysva-2021.yaml")
def sync(paths: Paths) -> None:
    """Внести планы в базу (и в Prefect, если работает srok up); повтор ничего не меняет."""
    from engine.clock import utc_now
    from srok.inputs import account
    from srok.syncing import print_what_follows, register_schedules, sync_files

    settings, now = _settings(), utc_now()
    sync_files(paths, settings, now, account())
    register_schedules(settings, now)
    print_what_follows(settings)


@app.command(epilog="Пример: srok rehearse черновики · srok rehearse план.yaml --from 2021-06-01 --to 2024-12-31")
def rehearse(
    paths: Paths,
    start: Annotated[
        DayOption,
        typer.Option(
            "--from",
            formats=[_DAY],
            metavar=_DAY_WORDS,
            help="первый день; без него сегодня, а если план не идёт — день его начала",
        ),
    ] = None,
    end: Annotated[
        DayOption, typer.Option("--to", formats=[_DAY], metavar=_DAY_WORDS, help="последний день; без него конец плана")
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="и каждое сообщение; с --from или --to всегда")] = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="по строке JSON на сообщение")] = False,
) -> None:
    """Показать, сколько писем кому придёт, если никто не отчитается; ничего не отправляется и не хранится."""
    from engine.clock import utc_now
    from srok.rehearsing import Asked, run_rehearsal

    asked = Asked(start.date() if start else None, end.date() if end else None, listed, jsonl)
    run_rehearsal(paths, _settings(), asked, utc_now())


@app.command(epilog="Пример: srok status --overdue")
def status(
    plan: Annotated[str | None, typer.Option(metavar="ПЛАН", help="id плана")] = None,
    official: Annotated[str | None, typer.Option(metavar="КТО", help="id, имя или роль ответственного")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="только просроченное")] = False,
    as_of: Annotated[
        DayOption, typer.Option("--as-of", formats=[_DAY], metavar=_DAY_WORDS, help="на какой день считать просрочку")
    ] = None,
    as_json: Json = False,
) -> None:
    """Показать, где стоит исполнение: просрочено, скоро, на проверке, ждут даты."""
    from srok.standing import run_status

    run_status(_settings(), plan, official, overdue=overdue, as_of=as_of.date() if as_of else None, as_json=as_json)


@app.command(epilog="Пример: srok summary --plan lysva-2021 --docx отчёт.docx")
def summary(
    plan: Annotated[str | None, typer.Option(metavar="ПЛАН", help="id плана; без него все планы")] = None,
    docx: Annotated[Path | None, typer.Option(metavar="ФАЙЛ", help="файл для Word")] = None,
    xlsx: Annotated[Path | None, typer.Option(metavar="ФАЙЛ", help="файл для Excel")] = None,
    only: Annotated[
        str | None,
        typer.Option(metavar="overdue|soon", help="overdue — только просроченное, soon — срок в ближайшие 10 дней"),
    ] = None,
    official: Annotated[
        str | None, typer.Option(metavar="КТО", help="ответственный: человек, роль, подразделение или школа")
    ] = None,
    as_of: Annotated[
        DayOption, typer.Option("--as-of", formats=[_DAY], metavar=_DAY_WORDS, help="на какой день отчёт")
    ] = None,
) -> None:
    """Написать отчёт об исполнении плана: строки, отметки, исполнительская дисциплина."""
    if docx is None and xlsx is None:
        raise typer.BadParameter("куда писать отчёт? укажите --docx или --xlsx с именем файла")
    from srok.summary import ONLY, run_summary

    if only is not None and only not in ONLY:
        raise typer.BadParameter(f"такого отчёта нет: --only {only}; есть {' и '.join(ONLY)}")
    made = run_summary(
        _settings(), plan, official, only=ONLY.get(only or ""), as_of=as_of.date() if as_of else None,
        docx=docx, xlsx=xlsx,
    )  # fmt: skip
    for output in (docx, xlsx):
        if output is not None:
            typer.echo(f"Записано: {output} — планов: {len(made)}, строк: {sum(len(one.rows) for one in made)}")


@app.command(epilog="Пример: srok timeline lysva-2021 --svg план.svg")
def timeline(
    plan: Annotated[
        str | None, typer.Argument(help="id плана; без него все планы", metavar="ПЛАН", show_default=False)
    ] = None,
    svg: Annotated[Path | None, typer.Option(metavar="ФАЙЛ", help="записать картинкой SVG в файл")] = None,
    as_of: Annotated[
        DayOption, typer.Option("--as-of", formats=[_DAY], metavar=_DAY_WORDS, help="какой день считать сегодняшним")
    ] = None,
) -> None:
    """Показать план по месяцам: от начала до срока, что исполнено, что просрочено."""
    from srok.timeline import run_timeline

    run_timeline(_settings(), plan, svg, as_of.date() if as_of else None)


@app.command(epilog="Пример: srok tick --now 2021-06-16T09:00+05:00")
def tick(
    now: Annotated[str | None, typer.Option(metavar="МОМЕНТ", help="момент вместо часов, ISO 8601 с поясом")] = None,
) -> None:
    """Сделать один обход без сервера: поставить и отправить всё, что подошло. Можно запускать одновременно."""
    from engine.errors import SrokError
    from flows.passes import run_pass

    try:
        moment = datetime.fromisoformat(now) if now else None
    except ValueError:
        moment = datetime.min  # noqa: DTZ901 - refused below with the naive ones
    if moment is not None and (moment.tzinfo is None or not 1950 <= moment.year <= 2150):  # noqa: PLR2004 - as plans
        raise typer.BadParameter("момент пишется как 2021-06-16T09:00+05:00", param_hint="--now")
    done = run_pass(_settings(), moment)
    typer.echo(done)
    for alarm in done.alarms:
        raise SrokError(f"{alarm}; что ждёт, уйдёт позже")


@app.command(epilog="Пример: srok outbox --json")
def outbox(as_json: Json = False) -> None:
    """Показать сообщения и их судьбу."""
    from srok.outgoing import run_outbox

    run_outbox(_settings(), as_json=as_json)


@app.command(epilog="Пример: srok resend --all-uncertain")
def resend(
    keys: Annotated[
        list[str] | None,
        typer.Argument(help="key сообщения из srok outbox --json или srok status --json", metavar="КЛЮЧ…"),
    ] = None,
    all_uncertain: Annotated[bool, typer.Option("--all-uncertain", help="все, чей исход неизвестен")] = False,
) -> None:
    """Отправить ещё раз то, что не доставлено или чей исход неизвестен: под тем же Message-ID."""
    from srok.inputs import account
    from srok.resending import run_resend

    if not keys and not all_uncertain:
        raise typer.BadParameter("что отправить ещё раз? укажите КЛЮЧ или --all-uncertain")
    run_resend(_settings(), keys or [], account(), all_uncertain=all_uncertain)


@app.command("log", epilog="Пример: srok log 2.4 --plan lysva-2021")
def log_(
    measure: Annotated[str, typer.Argument(help="№ мероприятия или план/№", metavar="МЕРОПРИЯТИЕ", show_default=False)],
    plan: Annotated[str | None, typer.Option(metavar="ПЛАН", help="id плана, если такой № есть в нескольких")] = None,
    as_json: Json = False,
) -> None:
    """Показать, кому, что, когда и как сообщено о мероприятии и кто что сделал."""
    from srok.history import run_log

    run_log(_settings(), measure, plan, as_json=as_json)


@app.command(epilog="Пример: srok doctor")
def doctor() -> None:
    """Проверить установку: целы ли база и журнал решений, идут ли обходы и письма, кому доступны файлы."""
    from srok.doctor import run_doctor

    run_doctor(_settings())


@app.command(epilog="Пример: srok backup -o /mnt/disk/srok-2026-11-22.db")
def backup(
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="ФАЙЛ", help="файл копии; по умолчанию с датой и временем, в папке SROK_HOME"
        ),
    ] = None,
) -> None:
    """Снять копию базы в один файл; работать это не мешает. Файл годится и для SQLite, и для PostgreSQL."""
    from srok.backup import run_backup

    run_backup(_settings(), output)


@app.command(epilog="Пример: srok restore srok-2026-11-22-090000.db")
def restore(
    file: Annotated[Path, typer.Argument(help="файл, снятый srok backup", metavar="ФАЙЛ", show_default=False)],
    force: Annotated[bool, typer.Option("--force", help="заменить данные базы; прежние сохраняются в файл")] = False,
) -> None:
    """Вернуть базу из копии; сначала остановите srok up."""
    from srok.backup import run_restore

    run_restore(_settings(), file, force=force)


@app.command(epilog="Пример: srok up --port 4200")
def up(
    port: Annotated[
        int | None, typer.Option(metavar="ПОРТ", help="порт сервера Prefect; по умолчанию свободный")
    ] = None,
    web_port: Annotated[
        int | None,
        typer.Option(metavar="ПОРТ", help="порт страниц; с SROK_PUBLIC_URL по умолчанию 8321, без него страниц нет"),
    ] = None,
) -> None:
    """Работать: сервер Prefect, расписания всех планов, отправка, страницы. Остановка: Ctrl-C."""
    from srok.up import run_up

    run_up(_settings(), port=port, web_port=web_port)


@app.command(epilog="Пример: srok web --port 8321")
def web(
    host: Annotated[str, typer.Option(metavar="АДРЕС", help="адрес, на котором слушать")] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="ПОРТ", help="порт")] = 8321,
) -> None:
    """Показывать страницы, куда ведут ссылки писем; srok up делает это сам. Остановка: Ctrl-C."""
    from srok.serving import run_web

    run_web(_settings(), host, port)


@app.command(epilog="Пример: srok demo --as-of 2021-04-28 -o demo-out")
def demo(
    as_of: Annotated[
        DayOption, typer.Option("--as-of", formats=[_DAY], metavar=_DAY_WORDS, help="до какого дня прожить")
    ] = None,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="ПАПКА", help="куда положить письма и календари")
    ] = Path("demo-out"),
) -> None:
    """Показать всё на пяти настоящих планах: письма, просрочка, возврат, ожидание; без сети."""
    from srok.demo import run_demo

    run_demo(as_of.date() if as_of else date(2021, 4, 28), output)

"""Cells that an earlier reading took wrongly, lost a part of, or let through: what they mean now, each looked at."""

from datetime import date

import pytest

from engine.calendar import Horizon, Part, resolve
from engine.deadline import DeadlineError, canonical, parse_deadline

S = Horizon(date(2020, 9, 1), date(2021, 8, 31))
M = Horizon(date(2021, 1, 1), date(2024, 12, 31))

# the cell, the horizon, its parts with the first window and how many there are, or the code of the refusal
REVIEWED = [
    ("март 2021 – май 2023", S, "dated 2021-03-01..2023-05-31"),
    ("1-й кв. 2021 - 4-й кв. 2022", S, "dated 2021-01-01..2022-12-31"),
    ("15-20, 25-30 января", S, "dated 2021-01-15..2021-01-20 (2)"),
    ("10-15, 20 мая", S, "dated 2021-05-10..2021-05-15 (2)"),
    ("10-12, 15, 20-22 апреля", S, "dated 2021-04-10..2021-04-12 (3)"),
    ("1 мая; 10-20; 5 июня", S, "refused not-read"),
    ("23-30, май", S, "refused not-read"),
    ("1 мая, 20-25", S, "refused not-read"),
    ("10-15, 20-25 числа каждого месяца", S, "recurring monthly 2020-09-10..2020-09-15 (24)"),
    ("15.05 10.00 – 16.05 12.00", S, "refused time-or-date"),
    ("май 2022, до 15 мая", S, "dated ..2022-05-15"),
    ("2 квартал 2022 (июнь)", S, "dated 2022-06-01..2022-06-30"),
    ("1 квартал 2022 15 апреля", S, "dated 2022-04-15..2022-04-15"),
    ("2022 2 квартал июнь", S, "dated 2022-06-01..2022-06-30"),
    ("в течение 2022 года (март, май)", S, "dated 2022-03-01..2022-03-31 (2)"),
    ("(март, май) 2021", S, "refused not-read"),
    ("март (май) 2021", S, "refused not-read"),
    ("сентябрь, май 2022-2023 уч. года", S, "dated 2022-09-01..2022-09-30 (2)"),
    ("2020.09.01", S, "dated 2020-09-01..2020-09-01"),
    ("1. до 1 марта\n2. до 1 мая", S, "refused not-read"),
    ("15 марта, апреля", S, "dated 2021-03-15..2021-03-15 (2)"),
    ("первая декада марта, мая", S, "dated 2021-03-01..2021-03-10 (2)"),
    ("до 10 апреля, июля", S, "dated ..2021-04-10 (2)"),
    ("март, апрель (15 числа)", S, "dated 2021-03-15..2021-03-15 (2)"),
    ("март, июнь, сентябрь (до 10 числа)", S, "dated ..2020-09-10 (3)"),
    ("март, апрель, 15 числа", S, "refused month-not-named"),
    ("сентябрь, с 15 по 20 число", S, "dated 2020-09-15..2020-09-20"),
    ("январь, 1-2 неделя", S, "dated 2021-01-01..2021-01-14"),
    ("март, 15 и 20 числа", S, "dated 2021-03-15..2021-03-15 (2)"),
    ("март (с 15 числа)", S, "refused not-read"),
    ("1 раз в квартал до конца 2020 года", S, "recurring quarterly 2020-09-01..2020-09-30 (2)"),
    ("ежегодно до 2023 года", S, "recurring yearly 2020-09-01..2021-08-31"),
    ("ежегодно до конца года", S, "refused not-read"),
    ("ежеквартально до 25 числа", S, "refused month-not-named"),
    ("ежеквартально 1-5 числа", S, "refused month-not-named"),
    ("1 раз в полугодие до 25 числа", S, "refused month-not-named"),
    ("ежеквартально до 10 числа каждого месяца", S, "refused month-not-named"),
    ("до 1 марта 2022, далее ежемесячно до 5 числа", S, "dated ..2022-03-01 | unknown"),
    ("до 1 марта 2022, далее - постоянно", S, "dated ..2022-03-01 | unknown"),
    ("II квартал 2022 г., далее - ежеквартально", S, "dated 2022-04-01..2022-06-30 | unknown"),
    ("2022, далее – ежегодно", S, "dated 2022-01-01..2022-12-31 | unknown"),
    ("март, далее ежемесячно", S, "dated 2021-03-01..2021-03-31 | recurring monthly 2021-03-01..2021-03-31 (6)"),
    ("1 марта 2022, затем 1 раз в 2 года", S, "dated 2022-03-01..2022-03-01 | unknown"),
    ("с 1 мая постоянно", S, "continuous 2021-05-01..2021-08-31"),
    ("постоянно, с 1 мая 2021", S, "continuous 2021-05-01..2021-08-31"),
    ("с 1 мая и до 1 июня", S, "dated 2021-05-01..2021-06-01"),
    ("с мая до июня", S, "refused end-not-said"),
    ("с 1 мая до начала июня", S, "refused not-read"),
    ("с 1 мая до конца июня", S, "dated 2021-05-01..2021-06-30"),
    ("март, каждый понедельник", S, "recurring weekly 2021-03-01..2021-03-31"),
    ("март (каждый понедельник)", S, "recurring weekly 2021-03-01..2021-03-31"),
    (
        "март;\nмай;\nежеквартально",
        S,
        "dated 2021-03-01..2021-03-31 (2) | recurring quarterly 2020-09-01..2020-09-30 (5)",
    ),
    ("1 марта; ежеквартально", S, "dated 2021-03-01..2021-03-01 | recurring quarterly 2020-09-01..2020-09-30 (5)"),
    ("ежегодно в течение летнего периода", S, "recurring yearly 2021-06-01..2021-08-31"),
    ("не позднее 3 дней до начала", S, "event before P3D начала"),
    ("по окончании четверти, полугодия, учебного года", S, "event after четверти, полугодия, учебного года"),
    ("сентябрь-май, кроме каникул", S, "refused not-read"),
    ("в течение года (кроме каникул)", S, "refused not-read"),
    ("в течение 1,5 месяцев после приказа", S, "refused not-read"),
    ("в течение 45 минут", S, "refused not-read"),
    ("в течение 5 (10) дней после", S, "refused not-read"),
    ("в течение каждого месяца", S, "refused not-read"),
    ("в течение сезона", S, "event during сезона"),
    ("ежеквартально до примерно 25 числа", S, "refused not-read"),
    ("до не 5 числа месяца", S, "refused not-read"),
    ("ежемесячно до последнего рабочего дня", S, "refused not-read"),
    ("после II квартала", S, "refused not-read"),
    ("после 2021 года", S, "refused not-read"),
    ("31 августа 2013 до года", S, "refused not-read"),
    ("в течение 10 (пяти) дней после X", S, "refused not-read"),
    ("ежегодно текущего года", S, "refused not-read"),
    ("текущего года ежегодно", S, "refused not-read"),
    ("текущего года по 2019", S, "refused not-read"),
    ("01.00.2021", S, "refused impossible-date"),
    ("01.05.0021", S, "refused bad-year"),
    ("01.05.3021", S, "refused bad-year"),
    ("до 31.12.9999", S, "refused bad-year"),
    ("12.04.2021 с 10.05 до 12.05", S, "refused not-read"),
    ("12.04.2021 10.05", S, "refused not-read"),
    ("15 мая 18.05", S, "refused not-read"),
    ("1 мая 1 июня", S, "dated 2021-05-01..2021-05-01 (2)"),
    ("каждый вторник мая 2023", S, "unknown"),
    ("не позднее конца квартала", S, "refused not-read"),
    ("еженедельно пн-пт", S, "recurring weekly 2020-09-01..2021-08-31"),
    ("до конца текущего года", S, "dated ..2020-12-31"),
    ("1 и 15 марта, апреля", S, "dated 2021-03-01..2021-03-01 (4)"),
    ("до 1 и 15 марта, апреля", S, "dated ..2021-03-01 (4)"),
    ("1 и 2 декада марта, апреля", S, "dated 2021-03-01..2021-03-10 (4)"),
    ("март, апрель (1 и 15 числа)", S, "dated 2021-03-01..2021-03-01 (4)"),
    ("1-15 марта, апреля", S, "dated 2021-03-01..2021-03-15 (2)"),
    ("2022: май; сентябрь", S, "dated 2022-05-01..2022-05-31 (2)"),
    ("ежемесячно (сентябрь-май) до 5 числа", S, "recurring monthly ..2020-09-05 (9)"),
    ("в первых числах мая", S, "refused not-read"),
    ("20-е числа мая", S, "refused not-read"),
    ("май, июнь 2021, 2022", S, "refused not-read"),
    ("февраль 2021, 2022, 2023", S, "dated 2021-02-01..2021-02-28 (3)"),
    ("до конца 2021 года, далее ежегодно до 1 марта", S, "refused not-read"),
    ("сентябрь-ноябрь, далее ежемесячно", S, "refused not-read"),
    ("28-30 марта, вторник", S, "dated 2021-03-28..2021-03-30"),
    ("вторник 1-я половина февраля", S, "refused not-read"),
    ("сентябрь, ежемесячно; 1 мая", S, "recurring monthly 2020-09-01..2020-09-30 | dated 2021-05-01..2021-05-01"),
    ("с мая; по июнь", S, "continuous 2021-05-01..2021-08-31 | dated ..2021-06-30"),
    ("5 числа каждого месяца, следующего за отчетным кварталом", S, "refused not-read"),
    ("раз в полугодие до 20 января года, следующего за отчетным", S, "refused not-read"),
    ("с 1 сентября по 1 сентября", S, "refused reversed-order"),
    ("до первой пятницы сентября", S, "dated ..2020-09-04"),
    ("с 1 мая, не позднее 15 мая", S, "dated 2021-05-01..2021-05-15"),
    ("с 1 мая, но не позднее 15 мая", S, "dated 2021-05-01..2021-05-15"),
    ("1.9, далее 31.12.2020", S, "refused not-read"),
    ("в течение 2022 года, март", S, "continuous 2022-01-01..2022-12-31 | dated 2021-03-01..2021-03-31"),
    ("сентябрь (1-15)", S, "dated 2020-09-01..2020-09-15"),
    ("по вторникам и 1 мая", S, "recurring weekly 2020-09-01..2021-08-31 | dated 2021-05-01..2021-05-01"),
    ("ОГЭ-2024", S, "refused not-read"),
    ("п. 3.2", S, "refused not-read"),
    ("до 01,10,2023", S, "dated ..2023-10-01"),
    ("Ежегодно к 20.12", S, "recurring yearly ..2020-12-20"),
    ("май, далее ежегодно", M, "recurring yearly 2021-05-01..2021-05-31 (4)"),
    (
        "II квартал 2022 г., далее - ежеквартально",
        M,
        "dated 2022-04-01..2022-06-30 | recurring quarterly 2022-04-01..2022-06-30 (11)",
    ),
    ("2 квартал 2022 до 15 мая", M, "dated ..2022-05-15"),
    ("в течение мая 2022 ежедневно", M, "recurring daily 2022-05-01..2022-05-31"),
    ("с 15 мая по 1 мая 2022 г.", M, "refused reversed-order"),
    ("ежегодно до 2023 года", M, "recurring yearly 2021-01-01..2021-12-31 (2)"),
]


def shown(part: Part) -> str:
    windows = [f"{window.first or ''}..{window.last}" for window in part.windows]
    many = f"({len(windows)})" if len(windows) > 1 else ""
    words = [part.kind, part.freq, part.relation, part.offset, part.event, part.ref, "".join(windows[:1]), many]
    return " ".join(word for word in words if word)


@pytest.mark.parametrize(("cell", "horizon", "meaning"), REVIEWED, ids=[f"{row[0]} {row[1].start}" for row in REVIEWED])
def test_a_reviewed_cell_means(cell: str, horizon: Horizon, meaning: str) -> None:
    if meaning.startswith("refused"):
        with pytest.raises(DeadlineError) as error:
            parse_deadline(cell)
        assert f"refused {error.value.code}" == meaning
        return
    deadline = parse_deadline(cell)
    assert " | ".join(map(shown, resolve(deadline, horizon).parts)) == meaning
    assert parse_deadline(canonical(deadline)).terms == deadline.terms

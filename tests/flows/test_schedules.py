from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from flows.coming import coming_instants
from flows.schedules import (
    PlanInstants,
    WantedSchedule,
    artifact_key,
    coming,
    daily_cron,
    delivery_cron,
    rdates,
    wanted_schedules,
)

JUNE = datetime(2021, 6, 1, 4, 0, tzinfo=UTC)
YEKATERINBURG = ZoneInfo("Asia/Yekaterinburg")
# lysva-2021 № 1.1 «До 21 июня 2021»: the reminder five days before, the due day, the day after.
LYSVA_1_1 = [datetime(2021, 6, day, 4, 0, tzinfo=UTC) for day in (16, 21, 22)]


def lysva(instants, *, measure_schedules=True) -> PlanInstants:
    return PlanInstants("lysva-2021", "Дорожная карта", "Asia/Yekaterinburg", measure_schedules, instants)


def test_a_measure_has_one_list_of_local_instants_and_its_own_parameters():
    assert wanted_schedules(lysva({"1.1": LYSVA_1_1}), JUNE) == {
        "1.1": WantedSchedule(
            "Asia/Yekaterinburg",
            {"plan_id": "lysva-2021", "measure_id": "1.1"},
            rrule="DTSTART:20210616T090000\nRDATE:20210616T090000,20210621T090000,20210622T090000",
        ),
        "daily": WantedSchedule("Asia/Yekaterinburg", {"plan_id": "lysva-2021"}, cron="5 9 * * *"),
    }


DAILY_ONLY = [
    ("a region", lysva({"1.1": LYSVA_1_1}, measure_schedules=False)),
    ("101 measures", lysva({str(number): LYSVA_1_1 for number in range(101)})),
    ("no instants: «по графику»", lysva({"1.1": []})),
    ("a measure called as the daily schedule", lysva({"daily": LYSVA_1_1})),
]


@pytest.mark.parametrize(("why", "plan"), DAILY_ONLY)
def test_the_daily_schedule_stands_alone(why, plan):
    wanted = wanted_schedules(plan, JUNE)
    assert list(wanted) == ["daily"]
    assert wanted["daily"].cron == "5 9 * * *"


def test_a_hundred_measures_have_their_own_schedules():
    assert len(wanted_schedules(lysva({str(number): LYSVA_1_1 for number in range(100)}), JUNE)) == 101


def test_a_day_that_passes_changes_no_text():
    assert wanted_schedules(lysva({"1.1": LYSVA_1_1}), JUNE) == wanted_schedules(
        lysva({"1.1": LYSVA_1_1}), JUNE + timedelta(days=900)
    )


def test_instants_are_sorted_and_stand_once():
    assert rdates([LYSVA_1_1[1], LYSVA_1_1[0], LYSVA_1_1[1]], YEKATERINBURG, JUNE) == (
        "DTSTART:20210616T090000\nRDATE:20210616T090000,20210621T090000"
    )


def dates(text: str) -> list[str]:
    return text.partition("RDATE:")[2].split(",")


LONG = [JUNE + timedelta(days=number) for number in range(800)]
WINDOWS = [
    (400, 300, 400, "20210601T090000"),  # all fit: the past ones stay
    (800, 0, 400, "20210601T090000"),
    (800, 99, 400, "20210601T090000"),  # the text holds for a hundred instants
    (800, 100, 400, "20210909T090000"),
    (800, 750, 100, "20230502T090000"),  # the end of the list
]


@pytest.mark.parametrize(("count", "passed", "kept", "first"), WINDOWS)
def test_of_more_than_400_instants_the_nearest_are_kept(count, passed, kept, first):
    text = rdates(LONG[:count], YEKATERINBURG, LONG[passed])
    assert (len(dates(text)), dates(text)[0]) == (kept, first)
    assert len(text) <= 6500


DELIVERY = [
    ([("Asia/Yekaterinburg", 9, 17)], "*/15 4,5,6,7,8,9,10,11,12 * * *"),
    ([("Europe/Kaliningrad", 9, 17)], "*/15 7,8,9,10,11,12,13,14,15 * * *"),
    ([("Asia/Vladivostok", 9, 17)], "*/15 0,1,2,3,4,5,6,7,23 * * *"),  # 09:00 there is 23:00 of the day before in UTC
    ([("Asia/Yekaterinburg", 9, 17), ("Europe/Moscow", 9, 17)], "*/15 4,5,6,7,8,9,10,11,12,13,14 * * *"),
    ([("Europe/Moscow", 12, 13)], "*/15 9,10 * * *"),  # the plan's own hours
]


@pytest.mark.parametrize(("speaking", "cron"), DELIVERY)
def test_delivery_runs_when_somebody_may_be_written_to(speaking, cron):
    assert delivery_cron(speaking, JUNE) == cron


def test_a_recipient_in_another_zone_is_among_those_delivered_to(office):
    people = office.people_file.read_text("utf-8")
    office.people_file.write_text(
        people.replace("id: p-eskizov", "id: p-eskizov\n    timezone: Asia/Kamchatka"), "utf-8"
    )
    assert {zone for zone, _, _ in coming_instants(office, "lysva-2021").speaking} == {
        "Asia/Kamchatka",
        "Asia/Yekaterinburg",
    }


def test_the_daily_run_comes_just_after_the_plans_slot():
    assert [daily_cron(slot) for slot in ("09:00", "08:57", "23:58")] == ["5 9 * * *", "2 9 * * *", "3 0 * * *"]


def test_a_person_reads_the_coming_instants_the_nearest_measure_first():
    later = [JUNE + timedelta(days=day) for day in (1, 40, 50, 60)]
    plan = lysva({"2.1": later, "1.1": [JUNE - timedelta(days=1), *LYSVA_1_1], "1.2": [JUNE], "2.2": []})
    assert coming(plan, JUNE) == [
        {"мероприятие": "2.1", "ближайшие": "02.06.2021 09:00, 11.07.2021 09:00, 21.07.2021 09:00", "всего": "4"},
        {"мероприятие": "1.1", "ближайшие": "16.06.2021 09:00, 21.06.2021 09:00, 22.06.2021 09:00", "всего": "3"},
    ]


KEYS = [
    ("lysva-2021", "plan-lysva-2021"),
    ("Lysva_2021", "plan-lysva-2021-2d678ca0"),
    ("lysva.2021", "plan-lysva-2021-a688460f"),
]


@pytest.mark.parametrize(("plan_id", "key"), KEYS)
def test_no_two_plans_share_a_table_in_prefect(plan_id, key):
    assert artifact_key(plan_id) == key

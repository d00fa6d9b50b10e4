"""What a person has to look at in those whom a plan names: unknown words, no lead, a controller who executes."""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import Problem
from engine.people import Directory, Role, Unit, normalise
from engine.plan import Roadmap
from engine.plan_places import DAY, At


def people_findings(at: At, roadmap: Roadmap, directory: Directory) -> Iterator[Problem]:
    """Yield whom the measure names in vain, that nobody single leads it, that who executes it accepts it."""
    yield from _unknown(at, directory)
    yield from _lead_findings(at, directory)
    yield from _self_control_findings(at, roadmap, directory)


def _unknown(at: At, directory: Directory) -> Iterator[Problem]:
    measure = at.measure
    for reference in measure.responsibles:
        if directory.find(reference) is None:
            yield at(
                "responsible", "unknown-responsible", f"«{reference}» нет в справочнике людей: добавьте в people.yaml"
            )
    if measure.controller is not None and directory.holder(measure.controller) is None:
        message = f"контролёр «{measure.controller}» не найден в справочнике людей как один человек: назовите другого"
        yield at("controller", "unknown-controller", message)
    for school in measure.school_ids or ():
        if school not in {one.id for one in directory.schools}:
            yield at("schools", "unknown-school", f"школы «{school}» нет в справочнике людей: исправьте id")


def _lead_findings(at: At, directory: Directory) -> Iterator[Problem]:
    """Yield measures that nobody single leads: the first of several is a group or a body, or a lead is asked of one."""
    measure = at.measure
    if not measure.responsibles or measure.completion == "all":
        return
    first, *others = measure.responsibles
    entry = directory.find(first)
    many = isinstance(entry, Role) and len(directory.addressees(first, measure.school_ids)) > 1
    if not others and not (many and measure.completion == "lead"):
        return
    remedy = "поставьте первым одного или, если отчитывается каждый, запишите completion: all"
    if many:
        yield at("responsible", "no-lead", f"головного нет: первыми названы «{first}», это не один человек; {remedy}")
    elif isinstance(entry, Unit):
        message = f"головным названо подразделение «{first}», а не должность; {remedy}"
        yield at("responsible", "no-lead", message)


def _self_control_findings(at: At, roadmap: Roadmap, directory: Directory) -> Iterator[Problem]:
    measure = at.measure
    allowed = roadmap.plan.self_control if measure.self_control is None else measure.self_control
    reference = measure.controller or roadmap.plan.controller
    controller = directory.holder(reference)
    if allowed or controller is None:
        return
    executors = {
        one.person: words
        for words in reversed(measure.responsibles)
        for one in directory.addressees(words, measure.school_ids)
    }
    if controller.id in executors:
        words = executors[controller.id]
        who = f"контролёр «{reference}» и исполнитель «{words}» — один человек"
        if normalise(words) == normalise(reference or ""):
            who = f"контролёр «{reference}» сам исполняет меру"
        message = f"{who}: отчёт примет руководитель; назначьте другого (controller) или запишите self_control: true"
        yield at("responsible", "self-control", message)
        return
    acting = (
        (day, directory.acting(controller.id, day)) for day in sorted({one.due_on for one in at.dated if one.due_on})
    )
    for day, one in acting:
        if one is not None and one.id in executors:
            message = (
                f"контролёра «{reference}» в день срока {day:{DAY}} замещает исполнитель «{executors[one.id]}», "
                "принять его отчёт некому: назначьте другого заместителя (substitute)"
            )
            yield at("responsible", "self-control", message)
            return

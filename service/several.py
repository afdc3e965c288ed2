"""A petition of several matters: its parts, decided one by one, joined to matters; who leads; who may see what."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache

from rules.departments import Departments
from rules.match import Marked
from rules.matter_file import Steps
from rules.matters import Part, Span, split
from rules.rulebook import Rulebook
from rules.value import replace, value
from service.decision import DepartmentName, MatterAnswer, Reason, TextSpan, accuses
from service.joining import Group, Judged, grouped, mainness, speaker
from service.parts import Whole


@value
class Matter:
    """One matter: its places, in order, and what was decided; `answer` names the place where it is first told."""

    spans: tuple[Span, ...]
    answer: MatterAnswer
    accusation: bool


@value
class Several:
    """What the matters of a petition mean for it as a whole. One matter: `reasons` and `steps` are empty.

    `accusation`: a part of it is one, even where the petition as a whole did not show it.
    """

    matters: tuple[Matter, ...]
    lead: DepartmentName | None
    supporting: tuple[DepartmentName, ...]
    steps: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    accusation: bool = False


def parts(match: Marked, rulebook: Rulebook) -> tuple[Part, ...]:
    """The parts to decide one by one; none when nothing is cut. The title stays with a part that begins with it."""
    spans = split(match, rulebook.matters.words)
    if len(spans) < 2:
        return ()
    petition = match.reading.petition
    text, body, title = petition.text, petition.body_start, petition.title
    return tuple(
        Part(one, replace(petition, title=title if one.start < body else "", body=text[max(one.start, body) : one.end]))
        for one in spans
    )


def combine(whole: Whole, judged: Sequence[Judged], rulebook: Rulebook) -> Several:
    """The matters that are left when parts that tell of one matter are joined; `judged`: all parts.

    Where every one of them accuses, it is one accusation.
    """
    file, groups = whole.matters.file, grouped(whole, judged)
    accusing = [any(one.accusation for one in group) for group in groups]
    if len(groups) < 2 or all(accusing) or file is None:
        return one_matter(whole, any(one.told.accuses for one in judged))
    shared = _shared([one.part.span for one in judged], whole) if any(accusing) else ()
    matters = [_matter(group, whole, shared if own else None) for group, own in zip(groups, accusing, strict=True)]
    return _led(_guarded(matters), whole, file.steps, rulebook)


def one_matter(whole: Whole, accusation: bool) -> Several:
    """The petition as it was decided as a whole. `accusation`: a part of it is one."""
    decision = whole.decision
    own, assignment = accuses(decision.kind), decision.assignment
    span = Span(0, len(whole.match.text))
    answer = MatterAnswer(span.start, span.end, decision.category, decision.kind, assignment, decision.procedure)
    matter = Matter((span,), answer, own)
    return Several((matter,), assignment.lead, assignment.supporting, accusation=own or accusation)


def visible(text: str, matters: Sequence[Matter], department: str) -> tuple[Span, ...]:
    """What of the petition's text a department may see, in order: nothing unless it has a part in a matter.

    An accusation is seen by its own lead alone; whom an accusation is withheld from sees nothing at all.
    """
    if not any(department in _recipients(matter) for matter in matters):
        return ()
    if any(matter.accusation and department in _withheld(matter) for matter in matters):
        return ()
    hidden = sorted(
        span
        for matter in matters
        if department in _withheld(matter) or (matter.accusation and department not in _recipients(matter))
        for span in matter.spans
    )
    return tuple(_gaps(hidden, len(text)))


def common_views(text: str, matters: Sequence[Matter]) -> list[tuple[TextSpan, ...]]:
    """What of the text every recipient of each matter may see, nothing where it has none."""
    if any(one.accusation or one.answer.assignment.withheld for one in matters):
        return [_common_view(text, matters, _recipients(matter)) for matter in matters]
    return [(TextSpan(0, len(text)),) if _recipients(one) else () for one in matters]


def _common_view(text: str, matters: Sequence[Matter], recipients: Collection[str]) -> tuple[TextSpan, ...]:
    hidden = {gap for one in recipients for gap in _gaps(visible(text, matters, one), len(text))}
    return tuple([TextSpan(*span) for span in _gaps(sorted(hidden), len(text))]) if recipients else ()


def _gaps(hidden: Sequence[Span], end: int) -> Iterator[Span]:
    at = 0
    for span in hidden:
        if at < span.start:
            yield Span(at, span.start)
        at = max(at, span.end)
    if at < end:
        yield Span(at, end)


def _recipients(matter: Matter) -> set[str]:
    assignment = matter.answer.assignment
    return {name.code for name in (assignment.lead, *assignment.supporting) if name}


def _withheld(matter: Matter) -> set[str]:
    return {withheld.code for withheld in matter.answer.assignment.withheld}


def _shared(parts: Sequence[Span], whole: Whole) -> list[Span]:
    """Stretches in no part (title, introduction, closing) that hold a word of an accusation."""
    return [gap for gap in _gaps(parts, len(whole.match.text)) if whole.accuses(gap)]


def _matter(group: Group, whole: Whole, shared: Sequence[Span] | None) -> Matter:
    """The group's surest part speaks for it; for an accusation a part, else the whole, that was decided as one.

    `shared`: what of the text between the parts belongs to an accusation; None: it is no accusation.
    """
    spans = _joined(sorted([*[one.part.span for one in group], *(shared or ())]))
    withheld = tuple(dict.fromkeys([each for one in group for each in one.assignment.withheld]))
    speaking = speaker(group) if shared is None else next((one for one in group if one.told.accuses), None)
    first = group[0].part.span.start
    own = next(span for span in spans if span.start <= first < span.end)
    told = speaking.told if speaking else whole.decision
    decided = speaking or whole.decision
    assignment = decided.assignment
    if assignment.withheld != withheld:
        assignment = replace(assignment, withheld=withheld)
    answer = MatterAnswer(own.start, own.end, told.category, told.kind, assignment, decided.procedure)
    return Matter(spans, answer, shared is not None)


def _joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Neighbours become one."""
    joined: list[Span] = []
    for span in spans:
        if joined and joined[-1].end == span.start:
            joined[-1] = Span(joined[-1].start, span.end)
        else:
            joined.append(span)
    return tuple(joined)


def _guarded(matters: Sequence[Matter]) -> Sequence[Matter]:
    """No matter goes to anyone from whom an accusation of the same petition is withheld."""
    accused = {code for matter in matters if matter.accusation for code in _withheld(matter)}
    if not accused:
        return matters
    return [matter if matter.accusation else _without(matter, accused) for matter in matters]


def _without(matter: Matter, accused: set[str]) -> Matter:
    given = matter.answer.assignment
    if accused.isdisjoint(_recipients(matter)):
        return matter
    lost = given.lead is not None and given.lead.code in accused
    assignment = replace(
        given,
        lead=None if lost else given.lead,
        supporting=tuple(name for name in given.supporting if name.code not in accused),
        candidates=tuple(name for name in given.candidates if name.code not in accused),
        unclear=given.unclear or lost,
    )
    return replace(matter, answer=replace(matter.answer, assignment=assignment))


def _led(matters: Sequence[Matter], whole: Whole, steps: Steps, rulebook: Rulebook) -> Several:
    """The petition's lead: of its accusation; else the one lead of all; else, to be agreed on, the main matter's."""
    plain = [matter for matter in matters if not matter.accusation]
    accusing = [matter for matter in matters if matter.accusation]
    main = max(plain, key=lambda matter: mainness(_category(matter), matter.spans, whole.decision))
    leads = _leads([main, *plain])
    lead = (accusing[0] if accusing else main).answer.assignment.lead
    supporting = () if accusing else tuple([name for name in leads if lead is None or name.code != lead.code])
    said = _agreement_steps(leads, steps.others if accusing else steps.one, steps, rulebook.departments)
    if accusing and lead:
        said = (steps.accusation.format(lead=lead.name), *said)
    return Several(tuple(matters), lead, supporting, said, (Reason.SEVERAL_MATTERS,), bool(accusing))


def _category(matter: Matter) -> str:
    return matter.answer.category.code if matter.answer.category else ""


def _leads(matters: Sequence[Matter]) -> tuple[DepartmentName, ...]:
    leads = [matter.answer.assignment.lead for matter in matters]
    return tuple({lead.code: lead for lead in leads if lead}.values())


@lru_cache(maxsize=4096)
def _agreement_steps(
    leads: tuple[DepartmentName, ...], alone: str, steps: Steps, departments: Departments
) -> tuple[str, ...]:
    """What article 24 asks for, in order; `alone`: what is said where one department leads all."""
    if not leads:
        return ()
    first, *others = [lead.name for lead in leads]
    if not others:
        return (alone.format(lead=first),)
    agree = steps.agree.format(lead=first, departments="、".join((first, *others)))
    superior = common_superior(tuple([lead.code for lead in leads]), departments)
    if superior is None:
        return agree, steps.alone
    return agree, steps.superior.format(superior=departments[superior].name), steps.conference


@lru_cache(maxsize=4096)
def common_superior(codes: tuple[str, ...], departments: Departments) -> str | None:
    """The nearest department that supervises all of these, none of them itself; None when there is none."""
    chains = [list(_superiors(code, departments)) for code in codes]
    return next((code for code in chains[0] if code not in codes and all(code in chain for chain in chains)), None)


def _superiors(code: str, departments: Departments) -> Iterator[str]:
    seen = {code}
    above = departments.superior(code) if code in departments else None
    while above is not None and above not in seen:
        yield above
        seen.add(above)
        above = departments.superior(above)

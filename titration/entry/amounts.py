"""What the door asks about amounts: doses, strengths, volumes, typed in a field of each other.

Pure: facts and what the log holds in, questions out. It compares typing with typing; it knows no limit of a dose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from titration import units
from titration.entry.asking import ALSO, Past, apart, asked_of, by_patient, day_of, ratio_words, spoken
from titration.records import Bolus, DoseChange, OralDose, Pump, Readout, Record, Refill, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from titration.errors import Question

TENFOLD = 10.0
LEAST_ML = 3.0
"""Volumes a factor apart are asked about only when they also lie so far apart: 0.4 and 2 mL are both a nearly empty pump."""
SAME = 1e-6
SYRINGE = "compare with the printout and the syringe; it is so, or retype"


def of_facts(facts: Sequence[Record], past: Past) -> Iterator[Question]:
    """Each fact's amounts against the log's and against those of the same entry."""
    own = dict(by_patient(facts))
    for fact in facts:
        yield from _strength(fact, own[fact.patient], past)
        if isinstance(fact, DoseChange):
            yield from _is_concentration(fact, past)
            yield from _kind_of_pump(fact, past)
        elif isinstance(fact, Refill):
            yield from _volumes(fact, own[fact.patient], past)
        elif isinstance(fact, Readout):
            yield from _found(fact, own[fact.patient], past)
        elif isinstance(fact, (OralDose, Bolus)):
            yield from _against_last(fact, past)


def _alike(one: float | None, other: float | None) -> bool:
    return one is not None and other is not None and abs(one - other) <= SAME * max(abs(one), abs(other))


def _strength(fact: Record, facts: Sequence[Record], past: Past) -> Iterator[Question]:
    """A concentration never used for this patient, unless another record of the same entry says the same."""
    new = getattr(fact, "concentration_mcg_per_ml", None)
    day = day_of(fact)
    if not new or day is None:
        return
    stating = [f for f in facts if f is not fact and getattr(f, "concentration_mcg_per_ml", None)]
    others: list[float] = [f.concentration_mcg_per_ml for f in stating]  # type: ignore[attr-defined]  # it states one
    unlike = next(
        (
            o
            for o, f in zip(others, stating, strict=True)
            if isinstance(f, Refill) and day_of(f) == day and not _alike(o, new)
        ),
        None,
    )
    used = past.strengths(fact.patient)
    said = units.quantity(new, units.MCG_PER_ML)
    if unlike is not None and isinstance(fact, DoseChange) and fact.status == "done":
        yield asked_of(
            fact.patient, day, "two-strengths",
            f"{spoken(fact)} states the concentration {said}, and the refill of this entry"
            f" {units.quantity(unlike, units.MCG_PER_ML)}: {ALSO}",
        )  # fmt: skip
        return
    if not used or any(_alike(new, u) for u in used):
        return
    near = min(used, key=lambda u: max(u / new, new / u))
    far = max(near / new, new / near)
    if far >= TENFOLD * (1 - SAME) or not any(_alike(o, new) for o in others):
        yield asked_of(
            fact.patient, day, "concentration",
            f"the concentration {said} was never entered for this patient; it is {ratio_words(new / near)}"
            f" {units.quantity(near, units.MCG_PER_ML)}, which was: {ALSO}",
        )  # fmt: skip


def _is_concentration(change: DoseChange, past: Past) -> Iterator[Question]:
    """The daily dose is the number of a concentration, and not near the last dose."""
    dose, day, last = change.dose_mcg_per_day, day_of(change), past.dose_before(change)
    assert day is not None  # a dose change has a day
    known = {*past.strengths(change.patient), change.concentration_mcg_per_ml} - {None, 0.0}
    if not any(_alike(dose, k) for k in known):
        return
    old = last.dose_mcg_per_day if last else 0.0
    if old and max(dose / old, old / dose) < 1.5:  # noqa: PLR2004 - a step of up to half: it can be the dose
        return
    yield asked_of(
        change.patient, day, "dose-is-concentration",
        f"the daily dose {units.quantity(dose, units.MCG_PER_DAY)} is the same number as a concentration of this"
        f" patient's: {ALSO}",
    )  # fmt: skip


def _kind_of_pump(change: DoseChange, past: Past) -> Iterator[Question]:
    """A constant flow pump has no other mode, and no other pump has that one."""
    last, day = past.dose_before(change), day_of(change)
    modes = {change.mode, last.mode if last else change.mode}
    if day is not None and len(modes) > 1 and "constant flow" in modes and "stopped" not in modes:
        yield asked_of(
            change.patient, day, "mode",
            f"the mode is {change.mode}, and the last one entered was {last.mode if last else ''}: {ALSO}",
        )  # fmt: skip


def _volumes(refill: Refill, facts: Sequence[Record], past: Past) -> Iterator[Question]:
    day = day_of(refill)
    assert day is not None  # a refill has a day
    own = [f.reservoir_ml for f in facts if isinstance(f, Pump) and f.reservoir_ml]
    holds = own[-1] if own else past.reservoir_ml(refill.patient)
    last = past.before(refill)
    for name in ("injected_ml", "withdrawn_ml", "expected_ml", "alarm_ml"):
        volume = getattr(refill, name)
        if volume is None:
            continue
        said = f"{kind_of(Refill).field(name).title.lower()} {units.quantity(volume, units.ML)}"
        before = getattr(last, name, None)
        if holds and volume > holds:
            more = f"{said} is more than the reservoir holds ({units.quantity(holds, units.ML)})"
            yield asked_of(refill.patient, day, name.replace("_", "-"), f"{more}: {SYRINGE}")
        elif name in {"injected_ml", "alarm_ml"} and before and apart(volume, before):
            ratio = f"{said} is {ratio_words(volume / before)} that of the refill before"
            yield asked_of(
                refill.patient, day, name.replace("_", "-"),
                f"{ratio} ({units.quantity(before, units.ML)}): {SYRINGE}",
            )  # fmt: skip
    yield from _in_and_out(refill)


def _in_and_out(refill: Refill) -> Iterator[Question]:
    day, out, into, due = day_of(refill), refill.withdrawn_ml, refill.injected_ml, refill.expected_ml
    assert day is not None  # a refill has a day
    if out is not None and into is not None and out > into:
        said = [units.quantity(v, units.ML) for v in (out, into)]
        yield asked_of(
            refill.patient, day, "withdrawn-injected",
            f"more was withdrawn ({said[0]}) than injected ({said[1]}): {SYRINGE}",
        )  # fmt: skip
    elif out is not None and due is not None and apart(out, due) and abs(out - due) >= LEAST_ML:
        yield asked_of(
            refill.patient, day, "withdrawn-expected",
            f"withdrawn {units.quantity(out, units.ML)} is {ratio_words(out / due)} the volume expected as printed"
            f" ({units.quantity(due, units.ML)}): {SYRINGE}",
        )  # fmt: skip


def _found(readout: Readout, facts: Sequence[Record], past: Past) -> Iterator[Question]:
    """A readout against the program before it, and against the one entered beside it."""
    last, day, dose = past.dose_before(readout), day_of(readout), readout.dose_mcg_per_day
    assert day is not None  # a readout has a day
    holds, left = past.reservoir_ml(readout.patient), readout.reservoir_ml
    if holds and left is not None and left > holds:
        yield asked_of(
            readout.patient, day, "reservoir",
            f"the reservoir volume {units.quantity(left, units.ML)} is more than the reservoir holds"
            f" ({units.quantity(holds, units.ML)}): {ALSO}",
        )  # fmt: skip
    if last is None or dose is None or _alike(dose, last.dose_mcg_per_day):
        return
    old, found = (units.quantity(d, units.MCG_PER_DAY) for d in (last.dose_mcg_per_day, dose))
    changes = [f for f in facts if isinstance(f, DoseChange) and f.status == "done"]
    if any(_alike(c.dose_mcg_per_day, last.dose_mcg_per_day) for c in changes):
        yield asked_of(
            readout.patient, day, "as-found",
            f"the daily dose as found ({found}) is unlike the last one entered ({old}), and the dose change beside it"
            f" is that one: check which was found and which was programmed; {ALSO}",
        )  # fmt: skip
    elif apart(dose, last.dose_mcg_per_day):
        yield asked_of(
            readout.patient, day, "dose-as-found",
            f"the daily dose as found ({found}) is {ratio_words(dose / last.dose_mcg_per_day)} the last one entered"
            f" ({old}): {ALSO}",
        )  # fmt: skip


def _against_last(fact: OralDose | Bolus, past: Past) -> Iterator[Question]:
    """An oral dose or a bolus against the last one of the same drug or kind."""
    name = "dose_mg_per_day" if isinstance(fact, OralDose) else "dose_mcg"
    same = "drug" if isinstance(fact, OralDose) else "bolus"
    last, day = past.before(fact), day_of(fact)
    if last is None or day is None or getattr(last, same) != getattr(fact, same):
        return
    new, old = getattr(fact, name), getattr(last, name)
    if apart(new, old):
        say = kind_of(type(fact)).field(name).value.say
        yield asked_of(
            fact.patient, day, f"{same}-amount",
            f"{say(new)} of {getattr(fact, same)} is {ratio_words(new / old)} the last one entered ({say(old)}):"
            " compare with the prescription; it is so, or retype",
        )  # fmt: skip


def ordered(change: DoseChange) -> Iterator[Question]:
    """The dose as ordered against the dose as programmed, of one change."""
    day = day_of(change)
    if day is not None and apart(change.dose_ordered_mcg_per_day, change.dose_mcg_per_day):
        assert change.dose_ordered_mcg_per_day is not None  # `apart` says so
        ratio = change.dose_ordered_mcg_per_day / change.dose_mcg_per_day
        yield asked_of(
            change.patient, day, "ordered",
            f"the daily dose as ordered is {ratio_words(ratio)} the one programmed: {ALSO}",
        )  # fmt: skip

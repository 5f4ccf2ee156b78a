"""The slips: each takes a clean visit as typed and plants one realistic error, or says that this visit has no room for it.

`None` means no room. `hidden` says why no record can reveal the class; without it the class counts for the aim.
"""

import copy
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

MOMENT = re.compile(r"^(visited|read|effective|filled|observed)_at$")


@dataclass(frozen=True)
class Slip:
    name: str
    plant: object
    hidden: str = ""


SLIPS = []


def slip(name, hidden=""):
    def declare(plant):
        SLIPS.append(Slip(name, plant, hidden))
        return plant

    return declare


def of(said, table, *fields):
    """The texts of that kind that have those fields."""
    return [texts for t, texts in said if t == table and all(f in texts for f in fields)]


def amount(text):
    return float(text.split()[0])


def scaled(said, table, field, factor, rng):
    found = of(said, table, field)
    if not found or not amount(found[0][field]):
        return None
    texts = rng.choice(found)
    unit = texts[field].split(" ", 1)[1]
    texts[field] = f"{amount(texts[field]) * factor:g} {unit}"
    return said


def retimed(said, change, only=None):
    """Every moment of the visit (or of one kind) changed."""
    for table, texts in said:
        for name in [n for n in texts if MOMENT.match(n)]:
            if only is None or table in only:
                texts[name] = change(texts[name])
    return said


def shifted(days):
    return lambda text: f"{datetime.fromisoformat(text) + timedelta(days=days):%Y-%m-%d %H:%M}"


def dose(name, factor):
    slip(name)(lambda said, past, rng: scaled(said, "dose_change", "dose_mcg_per_day", factor, rng))


dose("dose x10 (decimal point)", 10)
dose("dose /10 (decimal point)", 0.1)
dose("dose x24 (hourly rate for daily)", 24)
dose("dose /24 (daily for hourly rate)", 1 / 24)
dose("dose x1000 (mg for mcg)", 1000)
dose("dose /1000 (mcg for mg)", 0.001)


def unit(name, table, field, to):
    @slip(name)
    def plant(said, past, rng):
        found = of(said, table, field)
        if not found:
            return None
        found[0][field] = (found[0][field].split()[0] + " " + to).strip()
        return said


unit("dose without its unit", "dose_change", "dose_mcg_per_day", "")
unit("mL/day for mcg/day", "dose_change", "dose_mcg_per_day", "mL/day")
unit("mcg/mL for mcg/day", "dose_change", "dose_mcg_per_day", "mcg/mL")
unit("mcg/h for mcg/day", "dose_change", "dose_mcg_per_day", "mcg/h")
unit("mcg for mL (volume)", "refill", "injected_ml", "mcg")


@slip("dose and concentration swapped")
def _(said, past, rng):
    found = of(said, "dose_change", "dose_mcg_per_day", "concentration_mcg_per_ml")
    if not found or amount(found[0]["dose_mcg_per_day"]) == amount(found[0]["concentration_mcg_per_ml"]):
        return None
    a, b = (amount(found[0][f]) for f in ("dose_mcg_per_day", "concentration_mcg_per_ml"))
    found[0] |= {"dose_mcg_per_day": f"{b:g} mcg/day", "concentration_mcg_per_ml": f"{a:g} mcg/mL"}
    return said


@slip("concentration typed as dose")
def _(said, past, rng):
    found = of(said, "dose_change", "concentration_mcg_per_ml")
    if not found or amount(found[0]["dose_mcg_per_day"]) == amount(found[0]["concentration_mcg_per_ml"]):
        return None
    found[0]["dose_mcg_per_day"] = f"{amount(found[0]['concentration_mcg_per_ml']):g} mcg/day"
    return said


@slip("dose typed as concentration")
def _(said, past, rng):
    found = of(said, "dose_change", "concentration_mcg_per_ml")
    if not found or amount(found[0]["dose_mcg_per_day"]) == amount(found[0]["concentration_mcg_per_ml"]):
        return None
    found[0]["concentration_mcg_per_ml"] = f"{amount(found[0]['dose_mcg_per_day']):g} mcg/mL"
    return said


def strength(name, table):
    @slip(name)
    def plant(said, past, rng):
        found = of(said, table, "concentration_mcg_per_ml")
        if not found:
            return None
        now = amount(found[0]["concentration_mcg_per_ml"])
        found[0]["concentration_mcg_per_ml"] = f"{rng.choice([s for s in (500, 1000, 2000) if s != now])} mcg/mL"
        return said


strength("another strength in the program", "dose_change")
strength("another strength in the refill", "refill")
slip("concentration /10")(lambda said, past, rng: scaled(said, "dose_change", "concentration_mcg_per_ml", 0.1, rng))


def transposed(digits):
    for i in range(len(digits) - 1):
        if digits[i] != digits[i + 1] and not (i == 0 and digits[1] == "0"):
            return digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :]
    return None


def program(said, with_sums):
    found = of(said, "dose_change", "dose_mcg_per_day")
    if not found or ("steps" in found[0] or "flow_ml_per_day" in found[0]) != with_sums:
        return None
    return found[0]


def transpose(said, with_sums):
    texts = program(said, with_sums)
    digits = texts and transposed(texts["dose_mcg_per_day"].split()[0])
    if not digits:
        return None
    texts["dose_mcg_per_day"] = f"{digits} mcg/day"
    return said


slip("digits of the dose transposed, steps or flow stated")(lambda said, past, rng: transpose(said, with_sums=True))
NEAR = "a dose within a factor of five can be a dose, and nothing else in the record restates it"
slip("digits of the dose transposed, nothing restates it", NEAR)(
    lambda said, past, rng: transpose(said, with_sums=False)
)


@slip("dose one step off (10 %), nothing restates it", NEAR)
def _(said, past, rng):
    texts = program(said, with_sums=False)
    return texts and scaled(said, "dose_change", "dose_mcg_per_day", 1.1, rng)


@slip("one rate of a flex program mistyped")
def _(said, past, rng):
    found = of(said, "dose_change", "steps")
    if not found:
        return None
    first, rest = found[0]["steps"].split(" mcg/h", 1)
    clock, rate = first.rsplit(" ", 1)
    found[0]["steps"] = f"{clock} {float(rate) * 10:g} mcg/h{rest}"
    return said


@slip("as found and as programmed swapped")
def _(said, past, rng):
    read, changed = of(said, "readout", "dose_mcg_per_day"), of(said, "dose_change", "dose_mcg_per_day")
    if not read or not changed or read[0]["dose_mcg_per_day"] == changed[0]["dose_mcg_per_day"]:
        return None
    a, b = read[0]["dose_mcg_per_day"], changed[0]["dose_mcg_per_day"]
    read[0]["dose_mcg_per_day"], changed[0]["dose_mcg_per_day"] = b, a
    for name in ("steps", "flow_ml_per_day"):
        changed[0].pop(name, None)
    return said


@slip("dose as found mistyped")
def _(said, past, rng):
    return scaled(said, "readout", "dose_mcg_per_day", rng.choice((0.9, 1.1, 10, 0.1)), rng)


@slip("withdrawn and injected swapped")
def _(said, past, rng):
    found = of(said, "refill", "withdrawn_ml")
    if not found:
        return None
    found[0]["withdrawn_ml"], found[0]["injected_ml"] = found[0]["injected_ml"], found[0]["withdrawn_ml"]
    return said


slip("volume injected x10")(lambda said, past, rng: scaled(said, "refill", "injected_ml", 10, rng))
slip("volume withdrawn x10")(lambda said, past, rng: scaled(said, "refill", "withdrawn_ml", 10, rng))
slip("volume withdrawn /10")(lambda said, past, rng: scaled(said, "refill", "withdrawn_ml", 0.1, rng))
slip("reservoir as read x10")(lambda said, past, rng: scaled(said, "readout", "reservoir_ml", 10, rng))
slip("oral dose x10")(lambda said, past, rng: scaled(said, "oral_dose", "dose_mg_per_day", 10, rng))


def other_patient(said, code):
    for _, texts in said:
        texts["patient"] = code
    return said


@slip("code mistyped (check characters on)")
def _(said, past, rng):
    code = said[0][1]["patient"]
    place = rng.randint(1, 3)
    digit = rng.choice([d for d in "0123456789" if d != code[place]])
    return other_patient(said, code[:place] + digit + code[place + 1 :])


@slip(
    "another patient picked from the list",
    "a visit that fits another patient as well; only a difference in strength, scale or dose shows it",
)
def _(said, past, rng):
    return other_patient(said, rng.choice([c for c in past.codes if c != said[0][1]["patient"]]))


@slip("NRS answered under a scale never used")
def _(said, past, rng):
    found = [t for t in of(said, "score", "value") if t["scale"] == "NRS"]
    found[0]["scale"] = "vas_spasticity"
    return said


@slip("NRS typed under Penn")
def _(said, past, rng):
    found = [t for t in of(said, "score", "value") if t["scale"] == "NRS"]
    found[0]["scale"] = "penn_frequency"
    return said


@slip("NRS and Penn answers swapped", "both answers are possible on both scales")
def _(said, past, rng):
    a, b = (next(t for t in of(said, "score", "value") if t["scale"] == s) for s in ("NRS", "penn_frequency"))
    if a["value"] == b["value"] or float(a["value"]) > 4:
        return None
    a["value"], b["value"] = b["value"], a["value"]
    return said


@slip("NRS out of range (two keys)")
def _(said, past, rng):
    found = [t for t in of(said, "score", "value") if t["scale"] == "NRS"]
    found[0]["value"] = found[0]["value"] + str(rng.randint(1, 9)) if found[0]["value"] != "0" else "44"
    return said


@slip("NRS one point off", "any answer of the scale can be the answer")
def _(said, past, rng):
    found = [t for t in of(said, "score", "value") if t["scale"] == "NRS"]
    found[0]["value"] = str(int(found[0]["value"]) + (1 if found[0]["value"] != "10" else -1))
    return said


def sides(said):
    return of(said, "score", "side")


@slip("wrong side, one side ever scored")
def _(said, past, rng):
    found = sides(said)
    if not found or len({t["side"] for t in found}) > 1:
        return None
    found[0]["side"] = "left" if found[0]["side"] == "right" else "right"
    return said


@slip("wrong side, both sides scored (one twice)")
def _(said, past, rng):
    found = sides(said)
    if len({t["side"] for t in found}) < 2:
        return None
    found[0]["side"] = "left" if found[0]["side"] == "right" else "right"
    return said


@slip("left and right swapped", "both sides are there, each with a grade of the scale")
def _(said, past, rng):
    found = sides(said)
    if len({t["side"] for t in found}) < 2 or len({t["grade"] for t in found}) < 2:
        return None
    for texts in found:
        texts["side"] = "left" if texts["side"] == "right" else "right"
    return said


@slip("1+ typed by a number code (1.5)")
def _(said, past, rng):
    found = of(said, "score", "grade")
    found[0]["grade"] = "1.5"
    return said


@slip("not assessed typed as 5")
def _(said, past, rng):
    found = of(said, "score", "grade")
    found[0]["grade"] = "5"
    return said


@slip("1+ coded 2 (0 to 5 coding)", "2 is a grade of the scale")
def _(said, past, rng):
    found = [t for t in of(said, "score", "grade") if t["grade"] == "1+"]
    if not found:
        return None
    found[0]["grade"] = "2"
    return said


@slip("visit entered twice")
def _(said, past, rng):
    return copy.deepcopy(past.last)


@slip("one score entered twice")
def _(said, past, rng):
    return [*said, copy.deepcopy(rng.choice([part for part in said if part[0] == "score"]))]


@slip("last visit copied (five answers or more)")
def _(said, past, rng):
    if len(of(past.last, "score", "scale")) < 5:
        return None
    now = {t["scale"] + t.get("body_part", "") + t.get("side", ""): t for t in of(said, "score", "scale")}
    for then in of(past.last, "score", "scale"):
        key = then["scale"] + then.get("body_part", "") + then.get("side", "")
        if key not in now:
            return None
        now[key] |= {n: then[n] for n in ("value", "grade") if n in then}
    changed = of(said, "dose_change", "dose_mcg_per_day")
    return [part for part in said if part[1] not in changed]


@slip("two-digit year")
def _(said, past, rng):
    return retimed(said, lambda text: text[2:])


@slip("day first (08.10.2026)")
def _(said, past, rng):
    return retimed(said, lambda text: f"{text[8:10]}.{text[5:7]}.{text[:4]}{text[10:]}")


@slip("day and month swapped")
def _(said, past, rng):
    day = said[0][1]["visited_at"]
    if int(day[8:10]) > 12 or day[8:10] == day[5:7]:
        return None
    return retimed(said, lambda text: f"{text[:4]}-{text[8:10]}-{text[5:7]}{text[10:]}")


@slip("last year typed")
def _(said, past, rng):
    return (
        retimed(said, lambda text: f"{int(text[:4]) - 1}{text[4:]}")
        if "-02-29" not in said[0][1]["visited_at"]
        else None
    )


@slip("next year typed")
def _(said, past, rng):
    return (
        retimed(said, lambda text: f"{int(text[:4]) + 1}{text[4:]}")
        if "-02-29" not in said[0][1]["visited_at"]
        else None
    )


@slip("future day (next week)")
def _(said, past, rng):
    return retimed(said, shifted(7))


@slip("back-dated before the last visit")
def _(said, past, rng):
    return retimed(said, shifted(-120))


@slip("two weeks or more late or mistyped")
def _(said, past, rng):
    return retimed(said, shifted(-20))


@slip("yesterday typed for today", "a visit can be written down the day after")
def _(said, past, rng):
    return retimed(said, shifted(-1))


def one_day(name, table):
    @slip(name)
    def plant(said, past, rng):
        return retimed(said, shifted(-rng.choice((1, 3, 9))), only={table}) if of(said, table) else None


one_day("one record of the visit on another day (program)", "dose_change")
one_day("one record of the visit on another day (refill)", "refill")
one_day("one record of the visit on another day (scores)", "score")


@slip("morning and afternoon (12 h)")
def _(said, past, rng):
    return retimed(
        said,
        lambda text: f"{text[:11]}{(int(text[11:13]) + 12) % 24:02d}{text[13:]}",
        only={"visit", "readout", "dose_change"},
    )


@slip("hour the clock skips or repeats")
def _(said, past, rng):
    year = int(said[0][1]["visited_at"][:4]) - 1
    skipped, doubled = {2022: ("03-27", "10-30"), 2023: ("03-26", "10-29"), 2024: ("03-31", "10-27"), 2025: ("03-30", "10-26"),
                        2026: ("03-29", "10-25")}.get(year, ("03-26", "10-29"))  # fmt: skip
    return retimed(
        said,
        lambda text: f"{year if year in range(2022, 2027) else 2023}-{rng.choice((skipped, doubled))} 01:{text[14:]}",
    )


@slip("scores timed after the change (before and after swapped)")
def _(said, past, rng):
    if not of(said, "dose_change"):
        return None
    return retimed(
        said, lambda text: f"{datetime.fromisoformat(text) + timedelta(minutes=32):%Y-%m-%d %H:%M}", only={"score"}
    )


@slip("alarm date of the wrong year")
def _(said, past, rng):
    found = of(said, "dose_change", "alarm_on")
    if not found:
        return None
    found[0]["alarm_on"] = (
        f"{int(found[0]['alarm_on'][:4]) + rng.choice((-1, 2))}{found[0]['alarm_on'][4:].replace('-02-29', '-02-28')}"
    )
    return said


@slip("concentration left out of the refill")
def _(said, past, rng):
    found = of(said, "refill", "concentration_mcg_per_ml")
    if not found:
        return None
    del found[0]["concentration_mcg_per_ml"]
    return said


@slip("reporter of the wrong kind")
def _(said, past, rng):
    found = [t for t in of(said, "score", "value") if t["scale"] == "NRS"]
    found[0]["reporter"] = "clinician"
    return said

"""A valid record or frame in a word; override what matters."""

from titration import columns
from titration.records import KINDS, DoseChange, Score, kind_of


class Anything(dict):
    """Answers whatever the door asks, for tests of something else."""

    def get(self, key, default=None):
        return "the pump shows this"


ANYTHING = Anything()


def dose(at="2026-10-08T09:30+01:00", mcg=120, patient="P001", mode="simple continuous", **more):
    when = {"effective_on": at} if len(at) == 10 else {"effective_at": at}
    return DoseChange(patient=patient, mode=mode, dose_mcg_per_day=mcg, **when, **more)


def score(at="2026-10-08", value=5, scale="nrs_spasticity", patient="P001", **more):
    when = {"observed_on": at} if len(at) == 10 else {"observed_at": at}
    if "grade" in more or "as_stated" in more or "not_assessed" in more:
        value = None
    return Score(patient=patient, scale=scale, value=value, **when, **more)


def frames(*records):
    """Every frame a chart has, by name, from records in memory."""
    made = {
        kind.frame: columns.of_records(kind, [r for r in records if kind_of(type(r)) is kind])
        for kind in KINDS.values()
        if kind.parent is None
    }
    for table, name in (("dose_step", "steps"), ("timed_bolus", "boluses")):
        parts, of = [], []
        for row, change in enumerate((r for r in records if isinstance(r, DoseChange)), 1):
            parts += getattr(change, name)
            of += [row] * len(getattr(change, name))
        made[KINDS[table].frame] = columns.of_records(KINDS[table], parts)
        made[KINDS[table].frame]["of"] = of
    is_done = made["doses"]["status"] == "done"
    made["plans"] = made["doses"][~is_done].reset_index(drop=True)
    made["doses"] = made["doses"][is_done].reset_index(drop=True)
    return made

"""A score against the scale it names: the canonical code, the version, the value or grade as the scale keeps it.

Imports `records` and `scales`; the same for one typed score and for a million out of a file.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from titration.errors import Fault, InvalidRecord
from titration.units import Unfit, number

if TYPE_CHECKING:
    from titration.records import Score
    from titration.scales import Register


def settle(score: Score, scales: Register) -> Score:
    """The same score with its scale's own code and version, its value or grade as that scale keeps it.

    Args:
        score: As it was typed or read.
        scales: The scales of the log: the published ones and the site's own.

    Raises:
        InvalidRecord: There is no such scale, it has another version, or the value is not of it.

    Example:
        >>> from titration.records import Score
        >>> from titration.scales import register
        >>> made = settle(Score(patient="P001", scale="MAS", observed_on="2026-10-08", value=2), register())
        >>> made.scale, made.version, made.value, made.grade
        ('modified_ashworth', '1987', None, '2')
    """
    try:
        scale = scales.find(score.scale)
    except Unfit as unfit:
        raise _invalid("scale", score.scale, unfit) from unfit
    if score.version not in {None, scale.version}:
        says = f"of {scale.code} this log holds version {scale.version}; leave the version out, or add yours as a scale"
        raise _invalid("version", score.version or "", Unfit(says))
    value, grade = score.value, score.grade
    if value is not None or grade is not None:
        try:
            value, grade = scale.fit(value, grade)
        except Unfit as unfit:
            named, seen = ("grade", grade or "") if value is None else ("value", number(value))
            raise _invalid(named, seen, unfit) from unfit
    return replace(score, scale=scale.code, version=scale.version, value=value, grade=grade)


def _invalid(name: str, seen: str, unfit: Unfit) -> InvalidRecord:
    return InvalidRecord("Score", [Fault(name, seen, str(unfit), kind="score")])

"""Who the made-up patients are: twelve codes, most seen at visits only, some with a diary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Person:
    """A made-up patient and how they are followed."""

    code: str
    born: int
    sex: str
    diagnosis: str
    origin: str
    walking: str
    implanted: date
    doses: tuple[float, ...]
    every_days: int
    severity: float
    strength: float = 500.0
    diary: str | None = None
    proxy: bool = False
    muscles: tuple[str, ...] = ("knee flexors",)
    model: str = "SynchroMed II 8637-40"
    mode: str = "simple continuous"


PEOPLE = (
    Person("P001", 1974, "female", "multiple sclerosis", "spinal", "walks with aids", date(2025, 6, 3),
           (100, 115, 130, 150, 165, 180, 195, 205, 220), 58, 6.6, diary="app"),
    Person("P002", 1988, "male", "spinal cord injury", "spinal", "does not walk", date(2023, 9, 12),
           (110, 140, 180, 220, 260, 290, 310, 330, 345, 350), 61, 6.0, 1000.0, muscles=("knee flexors", "adductors")),
    Person("P003", 2009, "male", "cerebral palsy", "cerebral", "does not walk", date(2024, 10, 8),
           (60, 70, 85, 95, 110, 120, 132, 144), 70, 5.5, proxy=True, muscles=("adductors", "elbow flexors"), mode="flex"),
    Person("P004", 1961, "female", "stroke", "cerebral", "walks with aids", date(2024, 4, 16),
           (80, 95, 115, 140, 170, 200, 230, 240), 75, 5.0, muscles=("plantar flexors",)),
    Person("P005", 1992, "male", "brain injury", "cerebral", "stands for transfers", date(2025, 11, 18),
           (0, 50, 75, 95, 120), 60, 6.2),
    Person("P006", 1969, "female", "multiple sclerosis", "spinal", "does not walk", date(2025, 9, 2),
           (90, 110, 135, 160, 175), 72, 6.4, diary="paper"),
    Person("P007", 1955, "male", "spinal cord injury", "spinal", "does not walk", date(2024, 1, 23),
           (100, 130, 160, 190, 210, 215), 80, 5.8),
    Person("P008", 1980, "female", "hereditary spastic paraplegia", "spinal", "walks with aids", date(2025, 3, 11),
           (50, 60, 72, 85, 95, 100), 66, 4.8),
    Person("P009", 1999, "male", "multiple sclerosis", "spinal", "walks", date(2026, 10, 13), (75, 90), 16, 5.6),
    Person("P010", 2011, "female", "cerebral palsy", "cerebral", "does not walk", date(2024, 6, 18),
           (55, 65, 80, 95, 110, 125, 138), 84, 6.0, proxy=True, muscles=("adductors",)),
    Person("P011", 1966, "male", "spinal cord injury", "spinal", "does not walk", date(2024, 8, 6),
           (250, 300, 350), 63, 5.2, model="IsoMed, 0.5 mL/day", mode="constant flow"),
)  # fmt: skip

"""Words of open fields that are known to name nobody: body parts, positions, drugs, levels.

Offered in drop-downs, and let through in a de-identified data set; a field takes other words too.
"""

from __future__ import annotations

BODY_PARTS = (
    "hip adductors", "hip flexors", "hip extensors", "knee flexors", "knee extensors", "ankle plantar flexors",
    "ankle dorsiflexors", "toe flexors", "shoulder adductors", "shoulder internal rotators", "elbow flexors",
    "elbow extensors", "forearm pronators", "wrist flexors", "finger flexors", "thumb flexors", "trunk", "neck", "lower limbs",
    "upper limbs", "adductors", "plantar flexors",
)  # fmt: skip
POSITIONS = ("supine", "sitting", "side-lying", "prone", "standing", "in the wheelchair", "in bed")
DRUGS = (
    "baclofen", "baclofen oral", "tizanidine", "dantrolene", "diazepam", "clonazepam", "gabapentin", "pregabalin",
    "cyproheptadine", "cannabinoids", "nabiximols", "morphine", "hydromorphone", "fentanyl", "ziconotide", "clonidine",
    "bupivacaine", "none",
)  # fmt: skip
LEVELS = (*(f"C{n}" for n in range(1, 9)), *(f"T{n}" for n in range(1, 13)), *(f"L{n}" for n in range(1, 6)), "S1")

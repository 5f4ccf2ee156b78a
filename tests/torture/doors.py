"""Every door of the shell, verbs that draw and write files too, with what nobody should type; and files as tall as can be.

PYTHONPATH=tests python tests/torture/doors.py 12     so many hostile texts for each parameter; `make test` tries fewer
"""

from __future__ import annotations

import io
import os
import random
import resource
import sys
import tempfile
import time
import zipfile
from collections import Counter
from pathlib import Path

import openpyxl
from fuzz import test_shell
from fuzz.hostile import NOT_TEXT, TEXTS

import titration
from titration import scales, times
from titration.entry import importer

SLOW = {"report", "demo", "audit", "export", "cohort", "drill"}
"""Verbs of which each parameter is tried with a third of the texts."""
TALL = 1_048_576
"""Rows of the tallest sheet a spreadsheet program makes."""
SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def shell(each: int, place: Path) -> tuple[Counter, list[str]]:
    """Each parameter of each command with hostile texts: a sentence and status 0, 1 or 2, and a refusal stores nothing."""
    test_shell.LEFT_OUT.clear()
    chance, count, bad = random.Random(7), Counter(), []
    with titration.create(place / "clinic.db", site="S", zone="Europe/London", by=test_shell.BY) as log:
        log.append(titration.Patient(patient="P001", birth_year=1974), titration.Patient(patient="P002"))
        log.append(titration.Note(patient="P001", noted_on="2026-10-08", words="seen"))
    for words, command in test_shell.commands():
        for parameter in command.params:
            if getattr(parameter, "is_flag", False) or parameter.name == "jobs":
                continue
            texts = chance.sample([*TEXTS, *NOT_TEXT], max(1, each // 3 if words[0] in SLOW else each))
            for text in texts:
                before = test_shell.head(place)
                said = test_shell.invoke(place, words, command, parameter, text)
                try:
                    test_shell.holds(place, said)
                    assert not said.exit_code or test_shell.head(place) == before, "a refusal stored something"
                except AssertionError as error:
                    bad.append(f"{' '.join(words)} {parameter.name}={text[:60]!r}: {error}"[:600])
                count["calls"] += 1
                count[f"status {said.exit_code}"] += 1
    return count, bad


def workbook(path: Path, rows: list[str]) -> None:
    """A workbook with those rows of XML in the place of its own, as a spreadsheet program packs them."""
    held = io.BytesIO()
    openpyxl.Workbook().save(held)
    with zipfile.ZipFile(held) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != SHEET:
                new.writestr(part, old.read(part))
        new.writestr(SHEET, f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(rows)}</sheetData></worksheet>')


def cells(row: int, *texts: str) -> str:
    """A row of XML."""
    inside = "".join(f'<c r="{"ABCD"[n]}{row}" t="str"><v>{text}</v></c>' for n, text in enumerate(texts))
    return f'<row r="{row}">{inside}</row>'


def tall(place: Path) -> list[str]:
    """Files of as many rows as a sheet can have: read to the last row, or refused in a sentence."""
    head, last = ("patient", "scale", "observed_on", "value"), ("P777", "nrs_spasticity", "2026-10-08", "99")
    made = {
        "one cell in the last row": [cells(1, *head), cells(TALL, *last)],
        "every row filled": [cells(1, *head), *(cells(n, "P001", "nrs_spasticity", "2026-10-08", "5") for n in range(2, TALL)), cells(TALL, *last)],
    }  # fmt: skip
    for name, rows in made.items():
        workbook(place / f"{name}.xlsx", rows)
    body = ["P001,nrs_spasticity,2026-10-08,5"] * (TALL - 2)
    (place / "as CSV.csv").write_text("\n".join([",".join(head), *body, ",".join(last)]), encoding="utf-8")
    said = []
    for path in sorted([*place.glob("*.xlsx"), *place.glob("*.csv")]):
        began = time.process_time()
        try:
            read = importer.read(
                path,
                None,
                zone=times.zone("Europe/London"),
                scales=scales.register(),
                kind=titration.records.KINDS["score"],
            )
            told = f"{read.lines} rows read, the last fault in row {max(fault.row for fault in read.faults)}"
        except titration.errors.TitrationError as error:
            told = f"refused: {str(error)[:120]}"
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        said.append(
            f"{path.name}: {told}; {time.process_time() - began:.1f} s of processor time, {peak:.1f} GB at most"
        )
        if "read" in told and str(TALL) not in told.split("row")[-1]:
            said[-1] = f"WRONG {said[-1]}"
    return said


def main(each: int) -> int:
    """Both; 1 when anything was answered by a traceback or stored in part."""
    with tempfile.TemporaryDirectory() as name:
        os.environ["TITRATION_STATE"] = str(Path(name) / "state")
        os.environ.pop("TITRATION_BY", None)
        folder = Path(name) / "a" / "b"
        folder.mkdir(parents=True, mode=0o700)
        count, bad = shell(each, folder)
        sys.stdout.write(", ".join(f"{n} {what}" for what, n in sorted(count.items())) + "\n")
        files = Path(name) / "files"
        files.mkdir()
        said = tall(files)
    sys.stdout.write("".join(f"{line}\n" for line in said))
    sys.stdout.write(f"{len(bad)} of {count['calls']} not answered in words\n" + "".join(f"  {line}\n" for line in bad))
    return 1 if bad or any(line.startswith("WRONG") for line in said) else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))

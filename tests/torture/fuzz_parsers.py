"""Bad input by the million: atheris drives every parser, guided by the branches it has reached.

    python tests/torture/fuzz_parsers.py            each parser in a process of its own; how many inputs, what was reached
    python tests/torture/fuzz_parsers.py csv 1000   one of them

Whatever is typed or lies in a file, a parser answers with a value or with a sentence of ours (`Unfit`, `TitrationError`)
that can be shown: one line, no control marks, what is allowed. Anything else ends the run, and the input is printed.
What was found once is an example in tests/fuzz.
"""

import functools
import io
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from datetime import date
from pathlib import Path

import atheris
import openpyxl

with atheris.instrument_imports(include=["titration", "tomllib"]):
    from titration import scales, times, units
    from titration.entry import importer, maps, sheets, sidecar, templates, workbooks
    from titration.errors import TitrationError
    from titration.fields import Children, Instant, Reading
    from titration.records import KINDS, from_texts

RUNS = {"quantity": 430_000, "time": 350_000, "field": 200_000, "toml": 30_000, "csv": 20_000, "xlsx": 20_000}
"""Inputs for each parser; 1,050,000 in all."""
SEED = 20261123
LONDON = times.zone("Europe/London")
UNITS = [unit for unit in vars(units).values() if isinstance(unit, units.Unit)]
FIELDS = [(kind, field) for kind in KINDS.values() for field in kind.fields]
TOPS = [kind for kind in KINDS.values() if kind.parent is None]
PARTS = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml")
PLACE = Path(tempfile.mkdtemp(prefix="fuzz-"))


def sentence(error):
    """Hold that an error can be shown, and says what is allowed."""
    for fault in getattr(error, "faults", ()):
        assert fault.allowed.strip(), "a fault must say what is allowed"
        assert fault.seen.isprintable(), "what was seen is shown on one line, without control marks"
        assert len(fault.seen) <= 60, "what was seen is shortened"
    assert str(error).strip(), "an error says something"
    assert "Traceback" not in str(error)


def answers(parse, *given, **more):
    """What a parser says to something: a value, or None when it refused it in words."""
    try:
        return parse(*given, **more)
    except (units.Unfit, TitrationError) as error:
        sentence(error)
        return None


def parted(data):
    """The text, and the number in the last two bytes, which chooses how it is read; stray bytes are stray marks."""
    return data[:-2].decode("utf-8", "surrogateescape"), int.from_bytes(data[-2:])


def quantity(data):
    text, choice = parted(data)
    unit, decimal = UNITS[choice % len(UNITS)], (None, ".", ",")[choice // 16 % 3]
    read = answers(units.parse_quantity, text, unit, decimal=decimal, bare=(None, unit.name)[choice // 64 % 2])
    if read is not None:
        again = units.parse_quantity(f"{units.number(read)} {unit.name}", unit, decimal=".")
        assert again == read, "what is printed reads back as the same number"


def time(data):
    text, choice = parted(data)
    parses = (times.parse_instant, times.parse_day, times.parse_clock, times.parse_offset, zoned)
    parse = parses[choice % len(parses)]
    read = answers(parse, text)
    if parse is times.parse_day and read is not None:
        assert times.parse_day(read.isoformat()) == read


def zoned(text):
    """A time in a zone with changes of clocks, and back from what a log keeps of it."""
    when = times.parse_instant(text, LONDON)
    assert times.from_seconds(int(when.timestamp()), times.offset_min(when)) == when
    return when


def field(data):
    """One field of one kind as typed; then the whole record."""
    text, choice = parted(data)
    kind, found = FIELDS[choice % len(FIELDS)]
    read = answers(found.value.parse, text, Reading(zone=LONDON))
    if read is not None and not isinstance(found.value, (Children, Instant)):
        assert found.value.back(found.value.keep(read)) == read, "what a table keeps is what was read"
    if kind.parent is None:
        made = answers(from_texts, kind, {found.name: text, "patient": "P001"}, Reading(zone=LONDON))
        list(made.said() if made else ())


def toml(data):
    text, place = data.decode("utf-8", "replace"), PLACE / "a.toml"
    place.write_bytes(data)
    for parse, given in ((scales.from_toml, text), (maps.load, place), (sidecar.read, place)):
        answers(parse, given)
    mapped = answers(maps.parse, text)
    for part in mapped.parts if mapped else ():  # what the map says of days is said again to the texts of a column
        for name, source in part.fields.items():
            for typed in ("08/10/2026 09:30", "5", "-79999"):
                answers(source._turn, part.kind.field(name), typed)


def csv(data):
    place = PLACE / "a.csv"
    place.write_bytes(data)
    table = answers(sheets.read, place)
    if table is not None:
        assert len(table.rows) == len(table.texts)
        for kind in [None, TOPS[len(data) % len(TOPS)]]:
            answers(imported, place, kind)


def imported(place, kind):
    read = importer.read(place, None, zone=LONDON, scales=scales.register(), kind=kind)
    for fault in read.faults:
        assert fault.row is not None, "a fault of a file says its row"
        assert fault.allowed
        assert len(fault.seen) <= 60
    return read


@functools.cache
def whole():
    """The parts of a sound workbook, by name, as a spreadsheet program writes them."""
    book, held = openpyxl.Workbook(), io.BytesIO()
    for row in (["patient", "birth_year", "sex"], ["P001", 1974, "=1+1"], ["P002", "#N/A", date(2026, 10, 8)]):
        book.active.append(row)
    book.save(held)
    with zipfile.ZipFile(held) as made:
        return {name: made.read(name) for name in made.namelist()}


def xlsx(data):
    """The XML of one part of a workbook, or its bytes as they are."""
    which, rest = (data[-1] % 4 if data else 3), data[:-1]
    packed = rest
    if which < len(PARTS):
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as made:
            for name, held_there in whole().items():
                made.writestr(name, rest if name == PARTS[which] else held_there)
        packed = held.getvalue()
    book = answers(workbooks.opened, "a.xlsx", packed)
    for sheet in book.sheets if book else ():
        answers(book.lines, sheet, formulas=False)


def seeds(name):
    """What each parser is shown first: what people write."""
    examples = [f.example.encode() + n.to_bytes(2) for n, (_, f) in enumerate(FIELDS)]
    if name == "toml":
        head = '[[record]]\nkind = "score"\nonly = [{ column = "S", is = ["a"] }]\n[record.fields]\npatient = "ID"\n'
        fields = 'scale = { constant = "NRS" }\nvalue = { column = "V", codes = { "1.5" = "1+" } }\n'
        day = 'observed_on = { column = "D", format = ["%d/%m/%Y", "iso"] }\n'
        study = 'observed_on = { column = "D", study_day = { reference = 2000-01-01, first = 1 } }\n'
        scale = '[[scale]]\ncode = "s"\nversion = "1"\nname = "S"\nreporters = ["patient"]\nlow = 0\nhigh = 10\nmore_is = "m"\n'
        asked = '[[question]]\nid = "a"\nquestion = "q"\nanswer = "x"\n'
        return [t.encode() for t in (head + fields + day, head + fields + study, scale, asked)]
    if name == "csv":
        return [templates.csv(kind).encode() for kind in TOPS]
    if name == "xlsx":
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
            for part in ("[Content_Types].xml", *PARTS):
                made.writestr(part, whole()[part])
        return [whole()[part] + bytes([n]) for n, part in enumerate(PARTS)] + [held.getvalue() + b"\x03"]
    times_of = ["2026-10-25 01:30", "2026-03-29T01:30:00.0Z", "2026-10-08 09:30+01:00", "2026-10-08", "06:30", "-14:00"]
    return examples if name != "time" else [f"{text}aa".encode() for text in times_of]


def tokens():
    """Words a parser knows, for the inputs that are put together."""
    chosen = {w for _, f in FIELDS for w in (f.name, *getattr(f.value, "options", ()))}
    chosen |= {word for spelled in units._WORDS for word in spelled} | {unit.name for unit in UNITS}
    chosen |= {*maps.WORDS, *maps.RECORD_WORDS, *maps.ONLY_WORDS, "format", "study_day", "century", "%d/%m/%Y %H:%M"}
    chosen |= {"<c r=", " t=", "<f>", "<v>", "<row>", "</", "<!DOCTYPE", "[[record]]", "= [", "{ column = "}
    return "".join(f'"{word}"\n' for word in sorted(chosen) if word.isascii() and not set(word) & set('\\"'))


def fuzz(name, runs):
    """Drive one parser in this process; ends the process."""
    place = PLACE / "seeds"
    place.mkdir()
    for number, seed in enumerate(seeds(name)):
        (place / str(number)).write_bytes(seed)
    (PLACE / "words").write_text(tokens(), encoding="utf-8")
    how = [
        f"-atheris_runs={runs}",
        f"-seed={SEED}",
        "-max_len=4096",
        "-len_control=0",
        f"-artifact_prefix={PLACE}/",
        f"-dict={PLACE}/words",
    ]
    atheris.Setup([name, *how, str(place)], globals()[name])
    atheris.Fuzz()


def told(name, runs):
    """Drive one parser in a process of its own; returns (inputs, branches at first, branches at the end)."""
    words = [sys.executable, __file__, name, str(runs)]
    done = subprocess.run(words, capture_output=True, text=True, errors="replace", env=os.environ, check=False)
    counts = [int(n) for n in re.findall(r"^Done (\d+) in", done.stderr, re.MULTILINE)]
    reached = [int(n) for n in re.findall(r"cov: (\d+)", done.stderr)]
    if done.returncode or not counts or not reached:
        sys.exit(f"{name}: {done.stdout[-3000:]}\n{done.stderr[-6000:]}")
    return counts[-1], reached[0], reached[-1]


def main():
    """Every parser, one after another."""
    total = 0
    for name, runs in RUNS.items():
        inputs, first, last = told(name, runs)
        total += inputs
        sys.stdout.write(
            f"{name:9} {inputs:9,} inputs, branches reached {first} -> {last}: a value or a sentence, each time\n"
        )
    sys.stdout.write(f"bad input: {total:,} inputs, no other end\n")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        fuzz(sys.argv[1], int(sys.argv[2]))
    else:
        main()

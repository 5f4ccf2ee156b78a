"""Heads kept apart from the log catch what the file alone cannot tell; several processes find the same as one."""

import shutil

import pytest
from click.testing import CliRunner
from store import attacks, test_forgeries, test_verify

import titration
from titration import errors
from titration.cli import main
from titration.store.verify import verify


@pytest.fixture
def anchor(tmp_path):
    (tmp_path / "other disk").mkdir()
    return tmp_path / "other disk" / "heads.txt"


def test_a_head_is_added_when_all_fits_and_only_once(grown, anchor):
    first = verify(grown, anchored=anchor)
    assert first.notes == (f"no head was kept in {anchor} yet: the newest is now, and nothing was compared",)
    assert "a chain that someone wrote anew from the start would fit too" in str(first)
    content = anchor.read_text()
    assert content == f"entry 15 of 2026-11-23T23:00:00Z: {first.head[1].hex()}\n"
    assert oct(anchor.stat().st_mode & 0o777) == "0o600"
    second = verify(grown, anchored=anchor)
    assert second.notes == (f"the head kept in {anchor} is in it",)
    assert "a chain that someone wrote anew" not in str(second)
    assert anchor.read_text() == content
    with titration.open(grown, by="clinician-1") as log:
        log.append(titration.Patient(patient="P009"))
    assert verify(grown, anchored=anchor).notes == (f"the head kept in {anchor} is in it, and the newest was added",)
    assert verify(grown, anchored=anchor).notes == (f"the 2 heads kept in {anchor} are all in it",)
    assert [line.split()[1] for line in anchor.read_text().splitlines()] == ["15", "16"]


def test_a_chain_written_anew_from_the_start_is_caught_by_an_anchor_and_by_nothing_else(grown, anchor):
    assert verify(grown, anchored=anchor).fits
    content = anchor.read_text()
    attacks.forge(grown, "UPDATE score SET value = value + 1 WHERE row = 10")
    test_verify.recomputed(grown)
    alone = verify(grown)
    assert alone.fits
    assert "nothing in the file can tell: only a head kept apart from it can" in str(alone)
    found = verify(grown, anchored=anchor)
    assert not found.fits
    assert "entry 15 had the seal" in str(found)
    assert anchor.read_text() == content  # a head that does not fit is never added


@pytest.mark.parametrize("jobs", [1, 2])
def test_newest_entries_cut_off_are_caught_by_an_anchor(grown, anchor, jobs):
    assert verify(grown, anchored=anchor, jobs=jobs).fits
    test_verify.cut_off(grown, 14)
    assert "it was rolled back, cut off, rewritten, or is another log" in str(verify(grown, anchored=anchor, jobs=jobs))


@pytest.mark.parametrize("line", ["", "entry 15", "entry 0 of 2026-11-24T03:00:00Z: " + "0" * 64, "entry 15 of x: 00"])
def test_an_anchor_file_that_holds_anything_else_is_a_finding(grown, anchor, line):
    anchor.write_text(f"{line}\n")
    assert f"line 1 of {anchor} is no head" in str(verify(grown, anchored=anchor))
    assert anchor.read_text() == f"{line}\n"


def test_an_anchor_file_that_cannot_be_read_or_written_says_so(grown, anchor):
    anchor.write_bytes(b"\xff")
    assert "cannot be read" in str(verify(grown, anchored=anchor))
    with pytest.raises(errors.StorageFailed, match=r"the head was not added to .*nowhere"):
        verify(grown, anchored=anchor.parent / "nowhere" / "heads.txt")


SAMPLE = ["a value", "a row taken out", "an amendment taken out", "the layout", "a block taken out", "words"]


def test_two_processes_find_exactly_what_one_finds(grown, tmp_path):
    """One pool a case costs half a second, so a few cases of each kind."""
    assert verify(grown, jobs=2) == verify(grown)
    for name in SAMPLE[:3]:
        copy = shutil.copy(grown, tmp_path / "copy.db")
        attacks.forge(copy, test_forgeries.FORGERIES[name][0])
        one, two = verify(copy, alone=True), verify(copy, alone=True, jobs=2)
        assert one == two
        assert test_forgeries.FORGERIES[name][1] in str(two)
    attacks.forge(
        grown, "UPDATE score SET value = value + 1 WHERE row = 10", "UPDATE visit SET visit = 1 WHERE row = 40"
    )
    assert "block of entry 6" in verify(grown, jobs=2).faults[0]  # the first, though the other process was done before


def test_an_open_log_compares_with_an_anchor(log, anchor):
    assert log.verify(anchor=str(anchor), jobs=2).notes == (
        f"no head was kept in {anchor} yet: the newest is now, and nothing was compared",
    )


def test_the_shell_compares_with_an_anchor_and_reads_with_several_processes(grown, anchor):
    def run():
        return CliRunner().invoke(main, ["verify", str(grown), "--jobs", "2", "--anchor", str(anchor)])

    first = run()
    assert (first.exit_code, "no head was kept in" in first.output) == (0, True)
    test_verify.cut_off(grown, 14)
    second = run()
    assert (second.exit_code, "entry 15 had the seal" in second.stderr) == (1, True)

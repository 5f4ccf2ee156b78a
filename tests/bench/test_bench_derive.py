"""The bench of the derivations runs, on a small clinic, and leaves no public function out."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import bench_derive
import thousand


def test_every_derivation_takes_the_clinic_in_one_piece_and_none_is_left_out():
    f, until = thousand.frames(patients=4, years=1)
    run, _ = bench_derive.calls(f, until)
    rows = {name: len(call()) for name, call in run.items() if call is not None}
    assert rows["score.daily"] == 4 * 365
    assert rows["windows.before_after"] > 30
    assert bench_derive.unlisted(run) == []

"""The limit of the timeline is the very same picture, drawn by hand."""

import io
import sys
from pathlib import Path

import build
import matplotlib.image
import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parent))

import bench_figures

from titration.plot import pictures
from titration.scales import register


def test_what_is_drawn_by_hand_is_the_same_picture():
    facts = [build.dose("2026-06-01", 100), build.dose("2026-08-03", 120)]
    facts += [build.score(f"2026-{month:02}-05", month - 2, reporter="patient") for month in range(5, 10)]
    figure = pictures.picture(
        "timeline", build.frames(*facts), patient="P001", zone="Europe/London", scales=register(),
        until=pd.Timestamp("2026-10-09T00:00Z"),
    )  # fmt: skip
    ours, by_hand = (
        matplotlib.image.imread(io.BytesIO(png)) for png in (figure.image("png"), bench_figures.by_hand(figure)())
    )
    assert ours.shape == by_hand.shape
    assert len(np.unique(ours.reshape(-1, ours.shape[2]), axis=0)) > 10  # there is something on it
    assert np.abs(ours - by_hand).max() < 0.02

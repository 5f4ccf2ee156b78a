"""The rows of the bench about pictures and windows: the timeline to PNG, before and after many changes.

The limit of the timeline is the same figure with nothing left to work out: its artists, ready made, put together
again and drawn. A person who writes matplotlib by hand has more to do than that.
"""

import io
import pickle

import bench_derive
import grown
import numpy as np
import pandas as pd
import thousand
from table import Case, Work

import titration
from titration.plot import style


def data_of(chart):
    """The days and values a peer draws: doses as a step, scores as points."""
    doses, scores = chart.doses, chart.scores
    return (
        doses["effective_at"].dt.tz_localize(None), doses["dose_mcg_per_day"],
        scores["observed_at"].dt.tz_localize(None), scores["value"],
    )  # fmt: skip


def with_matplotlib(chart):
    """Two panels by hand and no more: no lanes, no medians, no labels, no words."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    at, dose, when, value = data_of(chart)
    figure = Figure((7.5, 5))
    FigureCanvasAgg(figure)
    upper, lower = figure.subplots(2, sharex=True)
    upper.step(at.to_numpy(), dose.to_numpy(), where="post")
    lower.plot(when.to_numpy(), value.to_numpy(), ".")
    figure.savefig(io.BytesIO(), format="png", dpi=style.DPI)


def with_seaborn(chart):
    import seaborn as sns
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    at, dose, when, value = data_of(chart)
    figure = Figure((7.5, 5))
    FigureCanvasAgg(figure)
    upper, lower = figure.subplots(2, sharex=True)
    sns.lineplot(x=at, y=dose, drawstyle="steps-post", ax=upper)
    sns.scatterplot(x=when, y=value, ax=lower)
    figure.savefig(io.BytesIO(), format="png", dpi=style.DPI)


def with_plotnine(chart):
    import plotnine as p9

    _, _, when, value = data_of(chart)
    made = p9.ggplot(pd.DataFrame({"at": when, "value": value}), p9.aes("at", "value")) + p9.geom_point()
    made.save(io.BytesIO(), format="png", verbose=False)


def with_altair(chart):
    import altair as alt

    _, _, when, value = data_of(chart)
    alt.data_transformers.disable_max_rows()
    made = alt.Chart(pd.DataFrame({"at": when, "value": value})).mark_point().encode(x="at:T", y="value:Q")
    made.save(io.BytesIO(), format="png")


def with_plotly(chart):
    import plotly.graph_objects as go

    at, dose, when, value = data_of(chart)
    traces = [go.Scatter(x=at, y=dose, line={"shape": "hv"}), go.Scatter(x=when, y=value, mode="markers", yaxis="y2")]
    go.Figure(traces).to_image(format="png")


def timeline(place):
    chart = titration.open(grown.log_of(place, 1_000_000)).chart(grown.code(1))
    made = chart.plot()
    assert made.twin  # words and all
    held = pickle.dumps(made)
    limit = "its artists, ready made, put together and drawn"
    return Work(
        "timeline", "timeline of 7,300 scores and 60 changes to PNG", "chart.plot() to PNG", limit, 1.10,
        (
            Case(limit, lambda: pickle.loads(held).image("png")),
            Case("chart.plot() to PNG", lambda: chart.plot().image("png")),
            Case("two bare panels in matplotlib", lambda: with_matplotlib(chart)),
            Case("seaborn", lambda: with_seaborn(chart)),
            Case("plotnine, one panel", lambda: with_plotnine(chart)),
            Case("altair and vl-convert, one panel", lambda: with_altair(chart)),
            Case("plotly and kaleido", lambda: with_plotly(chart)),
        ),
    )  # fmt: skip


def windows(place, *, is_sorted=True):
    """Before and after 60,000 changes over 1.8 million scores, of the clinic of a thousand patients."""
    f, until = thousand.frames(place.n(1000, 4))
    run, use = bench_derive.calls(f, until)
    for name in ("dose.staircase", "cuts.device_changes", "cuts.changes"):
        run[name]()
    plain = bench_derive.plain_windows(use, f, is_sorted=is_sorted)
    limit = "numpy searchsorted and cumsum" + (" on sorted arrays" if is_sorted else ", the sort included")
    few = min(60, len(use["changes"]))
    cases = [Case(limit, plain), Case("windows.before_after", run["windows.before_after"])]
    if is_sorted:
        cases += [
            Case("pandas merge_asof, four times", lambda: with_merge_asof(f, use)),
            Case("DuckDB range join", lambda: with_duckdb(f, use)),
            Case(f"pandas loop, of {few} changes only", lambda: with_loop(f, use["changes"].head(few))),
        ]
    return Work(
        "windows" if is_sorted else "windows-unsorted", "before/after windows: 60,000 changes, 1.8 million scores",
        "windows.before_after", limit, 1.5 if is_sorted else 10.0, tuple(cases),
        note="ours also cuts at the next change, washes out, counts days and takes medians by scale and reporter",
    )  # fmt: skip


def with_loop(f, changes):
    """The mean of the days before and after, change by change."""
    scores, day = f["scores"], pd.Timedelta(days=1)
    for patient, start in zip(changes["patient"], changes["start"].dt.tz_localize(None), strict=True):
        own = scores[scores["patient"] == patient]
        for a, b in ((-14, 0), (3, 17)):
            own[(own["observed_on"] >= start + a * day) & (own["observed_on"] < start + b * day)]["value"].mean()


def with_merge_asof(f, use):
    """Running sums looked up at the four edges."""
    scores = f["scores"][["patient", "observed_on", "value"]].sort_values("observed_on", kind="stable")
    scores["sum"] = scores.groupby("patient")["value"].cumsum()
    scores["at"] = scores["observed_on"].astype("datetime64[us]")
    for days in (-14, 0, 3, 17):
        edges = use["changes"][["patient"]].assign(
            at=(use["changes"]["start"].dt.tz_localize(None) + np.timedelta64(days, "D")).astype("datetime64[us]")
        )
        pd.merge_asof(edges.sort_values("at"), scores[["patient", "at", "sum"]], on="at", by="patient")


def with_duckdb(f, use):
    import duckdb

    scores = f["scores"][["patient", "observed_on", "value"]].astype({"patient": "object"})
    changes = use["changes"][["patient"]].astype("object").assign(at=use["changes"]["start"].dt.tz_localize(None))
    db = duckdb.connect()
    db.register("s", scores)
    db.register("c", changes)
    for a, b in ((-14, 0), (3, 17)):
        db.execute(
            "SELECT c.patient, c.at, avg(s.value) FROM c JOIN s ON s.patient = c.patient"
            f" AND s.observed_on >= c.at + INTERVAL ({a}) DAY AND s.observed_on < c.at + INTERVAL ({b}) DAY GROUP BY 1, 2"
        ).fetchall()
    db.close()


def unsorted_windows(place):
    return windows(place, is_sorted=False)


WORKS = {"timeline": timeline, "windows": windows, "windows-unsorted": unsorted_windows}

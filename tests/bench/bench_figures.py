"""The rows of the bench about pictures and windows: the timeline to PNG, before and after many changes.

The limit of the timeline is what a person would write by hand to get the very same picture, once every number, label
and place is known: the same artists, each by its own call of matplotlib, at the same size and resolution.
"""

import dataclasses
import io

import bench_derive
import grown
import numpy as np
import pandas as pd
import plain
import thousand
from table import Case, Work

import titration
from titration.plot import style

LINE = (
    "color", "linewidth", "marker", "markersize", "markerfacecolor", "markeredgecolor", "markeredgewidth", "fillstyle",
    "markerfacecoloralt", "drawstyle", "zorder", "clip_on", "solid_capstyle",
)  # fmt: skip
TEXT = ("fontfamily", "fontsize", "fontweight", "color", "ha", "va", "zorder")


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


def look(artist, names):
    return {name: getattr(artist, f"get_{name}")() for name in names}


def lines_of(ax):
    """The lines of an axes by the call that makes each: `axvline`, `axhline`, or `plot`, in data, in shares of the axes,
    or upright: x in data, y in shares."""
    upright, level = ax.get_xaxis_transform(which="grid"), ax.get_yaxis_transform(which="grid")
    made = []
    for line in ax.lines:
        x, y, of = line.get_xdata(), line.get_ydata(), line.get_transform()
        words = look(line, LINE) | {
            "linestyle": line._unscaled_dash_pattern if line.is_dashed() else line.get_linestyle()
        }
        if of == upright and list(y) == [0, 1]:
            made.append(("axvline", (x[0],), words))
        elif of == level and list(x) == [0, 1]:
            made.append(("axhline", (y[0],), words))
        else:
            kind = {"transform": "shares" if of == ax.transAxes else "upright"}
            made.append(("plot", (x, y), words | (kind if of in (ax.transAxes, upright) else {})))
    return made


def notes_of(ax):
    """The annotations and texts of an axes."""
    return [
        (text.get_text(), text.xy, text.xyann, text.xycoords, text.anncoords,
         look(text, TEXT) | {"linespacing": text._linespacing, "annotation_clip": text.get_annotation_clip()})
        if hasattr(text, "xyann")
        else (text.get_text(), text.get_position(), None, None, None, look(text, TEXT))
        for text in ax.texts
    ]  # fmt: skip


def by_hand(figure):
    """A function that draws the same picture from ready numbers, with matplotlib alone; it gives the PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    panels = [
        {
            "box": ax.get_position().bounds, "xlim": ax.get_xlim(), "ylim": ax.get_ylim(), "lines": lines_of(ax), "notes": notes_of(ax),
            "x": (ax.get_xticks(), [t.get_text() for t in ax.get_xticklabels()]), "xwords": ax.xaxis.get_tick_params(),
            "y": (ax.get_yticks(), [t.get_text() for t in ax.get_yticklabels()]), "ywords": ax.yaxis.get_tick_params(),
            "ylabel": (ax.get_ylabel(), ax.yaxis.label.get_position(), ax.yaxis.label.get_transform() - ax.transAxes,
                       look(ax.yaxis.label, TEXT) | {"linespacing": ax.yaxis.label._linespacing}),
            "sizes": [t.get_fontsize() for t in (*ax.get_xticklabels()[:1], *ax.get_yticklabels()[:1])],
            "spines": {name: (s.get_visible(), s.get_edgecolor(), s.get_linewidth()) for name, s in ax.spines.items()},
        }
        for ax in figure.axes
    ]  # fmt: skip
    texts = [(t.get_position(), t.get_text(), look(t, TEXT) | {"linespacing": t._linespacing}) for t in figure.texts]
    inches = tuple(figure.get_size_inches())

    def draw():
        made = Figure(inches, dpi=style.DPI, facecolor=style.PAPER)
        FigureCanvasAgg(made)
        for panel in panels:
            put(made.add_axes(panel["box"], facecolor=style.PAPER), panel)
        for (x, y), text, words in texts:
            made.text(x, y, text, **words)
        out = io.BytesIO()
        made.savefig(out, format="png", dpi=style.DPI, metadata={"Software": None})
        return out.getvalue()

    return draw


def put(ax, panel):
    """One panel, call by call."""
    for name, (is_visible, colour, wide) in panel["spines"].items():
        ax.spines[name].set_visible(is_visible)
        ax.spines[name].set(color=colour, linewidth=wide)
    ax.set(xlim=panel["xlim"], ylim=panel["ylim"])
    for set_ticks, side in ((ax.set_xticks, "x"), (ax.set_yticks, "y")):
        at, labels = panel[side]
        size = {"fontsize": panel["sizes"][-1], "fontfamily": style.FONT, "color": style.INK} if any(labels) else {}
        set_ticks(at, labels=labels if any(labels) else None, **size)
        kept = ("length", "width", "color", "pad", "labelbottom", "labelleft")
        ax.tick_params(axis=side, **{name: value for name, value in panel[f"{side}words"].items() if name in kept})
    text, (x, y), _, words = panel["ylabel"]
    if text:
        ax.set_ylabel(text, **words)
        ax.yaxis.set_label_coords(x, y)
    places = {"shares": ax.transAxes, "upright": ax.get_xaxis_transform(which="grid")}
    for call, at, words in panel["lines"]:
        getattr(ax, call)(*at, **(words | {"transform": places[words["transform"]]} if "transform" in words else words))
    for text, at, beside, of, of_text, words in panel["notes"]:
        if beside is None:
            ax.text(*at, text, transform=ax.transAxes, **words)
        else:
            ax.annotate(text, at, beside, xycoords=of, textcoords=of_text, **words)


def anew(chart):
    """The same chart with nothing derived yet, as it is when it was just read."""
    return dataclasses.replace(chart)


def timeline(place):
    chart = titration.open(grown.log_of(place, 1_000_000)).chart(grown.code(1))
    limit = "the same artists by hand, from ready numbers"
    draw = by_hand(chart.plot())
    return Work(
        "timeline", "timeline of 7,300 scores and 60 changes to PNG", "chart.plot() to PNG", limit, 1.10,
        (
            Case(limit, draw),
            Case("chart.plot() to PNG", lambda fresh: fresh.plot().image("png"), lambda: anew(chart)),
            Case("chart.plot() to PNG, asked again", lambda: chart.plot().image("png")),
            Case("two bare panels in matplotlib", lambda: with_matplotlib(chart)),
            Case("seaborn", lambda: with_seaborn(chart)),
            Case("plotnine, one panel", lambda: with_plotnine(chart)),
            Case("altair and vl-convert, one panel", lambda: with_altair(chart)),
            Case("plotly and kaleido", lambda: with_plotly(chart)),
        ),
        note="ours also derives the staircase, the medians and the lanes, and finds each label a place",
    )  # fmt: skip


def windows(place, *, is_sorted=True):
    """Before and after 60,000 changes over 1.8 million scores, of the clinic of a thousand patients."""
    f, until = thousand.frames(place.n(1000, 4))
    if is_sorted:  # as a log gives its scores, and as the plain form has them then
        f["scores"] = f["scores"].sort_values(["patient", "observed_on"], kind="stable", ignore_index=True)
    run, use = bench_derive.calls(f, until)
    for name in ("dose.staircase", "cuts.device_changes", "cuts.changes"):
        run[name]()
    by_numpy = plain.plain_windows(use, f, is_sorted=is_sorted)
    limit = "numpy: searchsorted, medians by one sort, " + (
        "rows sorted before" if is_sorted else "the sort of the rows included"
    )
    few = min(60, len(use["changes"]))
    cases = [Case(limit, by_numpy), Case("windows.before_after", run["windows.before_after"])]
    if is_sorted:
        cases += [
            Case("pandas merge_asof, four times", lambda: with_merge_asof(f, use)),
            Case("DuckDB range join", lambda: with_duckdb(f, use)),
            Case(f"pandas loop, of {few} changes only", lambda: with_loop(f, use["changes"].head(few))),
        ]
    return Work(
        "windows" if is_sorted else "windows-unsorted", "before/after windows: 60,000 changes, 1.8 million scores",
        "windows.before_after", limit, 1.5 if is_sorted else 10.0, tuple(cases),
        note="ours also cuts at the next change, washes out, and keeps scales, reporters and sides apart",
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

"""A picture that shows exactly once in a notebook, with the same in words beside it.

A real matplotlib Figure, made without pyplot, so that none stays open behind the user.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as PlainFigure

from titration.plot import style

if TYPE_CHECKING:
    from matplotlib.backend_bases import RendererBase

FORMATS = ("png", "svg", "pdf")
_NO_DATE = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}


class Figure(PlainFigure):
    """A picture and its text twin.

    Attributes:
        twin: The same in plain words: ASCII, at most 80 columns.

    Example:
        >>> Figure((2, 1), twin="nothing drawn").twin
        'nothing drawn'
    """

    def __init__(self, inches: tuple[float, float], *, twin: str) -> None:
        super().__init__(figsize=inches, dpi=style.DPI, facecolor=style.PAPER)
        self._agg = FigureCanvasAgg(self)
        self.twin = twin

    @property
    def renderer(self) -> RendererBase:
        """What measures texts, at the size the picture is laid out for."""
        made: RendererBase = self._agg.get_renderer()  # type: ignore[no-untyped-call]  # matplotlib has no types there
        return made

    def image(self, kind: str = "png") -> bytes:
        """The picture as bytes of a file; the same picture gives the same bytes.

        Args:
            kind: png, svg or pdf.

        Raises:
            ValueError: Another kind.

        Example:
            >>> Figure((2, 1), twin="").image("svg")[:5]
            b'<?xml'
        """
        if kind not in FORMATS:
            message = f"a picture is saved as {', '.join(FORMATS)}, not {kind or 'without an ending'}"
            raise ValueError(message)
        settings: Any = {"svg.hashsalt": "titration", "svg.fonttype": "none", "pdf.fonttype": 42}
        made = io.BytesIO()
        with style.plain(), mpl.rc_context(settings):
            self.savefig(made, format=kind, dpi=style.DPI, facecolor=style.PAPER, metadata=_NO_DATE[kind])
        return made.getvalue()

    def save(self, path: str | Path) -> Path:
        """Write the picture; its ending says as what.

        Args:
            path: A file ending in .png, .svg or .pdf.

        Returns:
            The path.

        Raises:
            ValueError: Another ending.
        """
        target = Path(path)
        target.write_bytes(self.image(target.suffix.removeprefix(".").lower()))
        return target

    def _repr_png_(self) -> bytes:
        """What Jupyter shows."""
        return self.image("png")

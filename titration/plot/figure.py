"""A picture that shows exactly once in a notebook, with the same in words beside it.

A real matplotlib Figure, made without pyplot, so that none stays open behind the user.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as PlainFigure

from titration import private
from titration.plot import style
from titration.plot.theme import worn

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.backend_bases import RendererBase

FORMATS = ("png", "svg", "pdf")
_OWN: dict[str, dict[str, Any]] = {
    "png": {"metadata": {"Software": None}, "pil_kwargs": {"compress_level": 3}},
    "svg": {"metadata": {"Date": None}},
    "pdf": {"metadata": {"CreationDate": None}},
}
"""No date in any; a picture of lines and letters at level 3 of PNG is as small as at the default of 6, in two thirds of the time."""
ALT_LETTERS = 240


class Figure(PlainFigure):
    """A picture and its text twin.

    Attributes:
        twin: The same in plain words: ASCII, at most 80 columns.
        theme: The colours Jupyter shows it in: light, or dark as `themed` sets it.

    Example:
        >>> Figure((2, 1), twin="nothing drawn").twin
        'nothing drawn'
    """

    def __init__(self, inches: tuple[float, float], *, twin: str | Callable[[], str]) -> None:
        super().__init__(figsize=inches, dpi=style.DPI, facecolor=style.PAPER)
        self._agg = FigureCanvasAgg(self)
        self._twin = twin
        self.theme = "light"

    @property
    def twin(self) -> str:
        """The same in plain words; a picture that is long to tell is told when that is first asked for."""
        if not isinstance(self._twin, str):
            self._twin = self._twin()
        return self._twin

    @property
    def renderer(self) -> RendererBase:
        """What measures texts, at the size the picture is laid out for."""
        made: RendererBase = self._agg.get_renderer()  # type: ignore[no-untyped-call]  # matplotlib has no types there
        return made

    @property
    def alt(self) -> str:
        r"""What a reader who does not see the picture is told first: the first lines of the twin, cut at a word.

        Example:
            >>> Figure((2, 1), twin="P001, 2026-01-01 to 2026-10-08\n\nDaily dose").alt
            'P001, 2026-01-01 to 2026-10-08. Daily dose'
        """
        said = ""
        for line in filter(None, (" ".join(line.split()) for line in self.twin.splitlines())):
            joined = f"{said}{'' if said.endswith(('.', ':')) else '.'} {line}" if said else line
            if len(joined) > ALT_LETTERS:
                return said or joined[:ALT_LETTERS].rsplit(" ", 1)[0]
            said = joined
        return said

    def themed(self, theme: str) -> Self:
        """The same picture, shown in other colours: `chart.plot().themed("dark")` on a dark notebook.

        Args:
            theme: light or dark.

        Returns:
            The figure itself.

        Raises:
            ValueError: There is no such theme.

        Example:
            >>> Figure((2, 1), twin="").themed("dark").theme
            'dark'
        """
        with worn(self, theme):
            self.theme = theme
        return self

    def image(self, kind: str = "png", *, theme: str | None = None) -> bytes:
        """The picture as bytes of a file; the same picture gives the same bytes.

        Args:
            kind: png, svg or pdf.
            theme: light or dark; as `themed` left it when None.

        Raises:
            ValueError: Another kind, or another theme.

        Example:
            >>> Figure((2, 1), twin="").image("svg")[:5]
            b'<?xml'
        """
        if kind not in FORMATS:
            message = f"a picture is saved as {', '.join(FORMATS)}, not {kind or 'without an ending'}"
            raise ValueError(message)
        settings: Any = {"svg.hashsalt": "titration", "svg.fonttype": "none", "pdf.fonttype": 42}
        made = io.BytesIO()
        with style.plain(), mpl.rc_context(settings), worn(self, theme or self.theme):
            self.savefig(made, format=kind, dpi=style.DPI, facecolor=self.get_facecolor(), **_OWN[kind])
        return made.getvalue()

    def save(self, path: str | Path, *, theme: str | None = None) -> Path:
        """Write the picture, for its owner alone; its ending says as what.

        Args:
            path: A file ending in .png, .svg or .pdf.
            theme: See `image`.

        Returns:
            The path.

        Raises:
            ValueError: Another ending.
        """
        target = Path(path)
        return private.write(target, self.image(target.suffix.removeprefix(".").lower(), theme=theme))

    def _repr_png_(self) -> tuple[bytes, dict[str, str]]:
        """What Jupyter shows, and its alt text."""
        return self.image("png"), {"alt": self.alt}

"""Frames that are no longer changed, with what was derived from them: each derivation is made once.

Imports pandas only. What is kept belongs to these frames and goes with them; nothing is kept anywhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd


class Kept(Mapping[str, "pd.DataFrame"]):
    """Frames by name, of one moment; what is handed out is a copy, so that nothing kept can come to differ.

    A copy costs nothing until it is edited (pandas copies on write).

    Attributes:
        patient: The code, where every row is of this one patient.

    Example:
        >>> import pandas as pd
        >>> kept = Kept({"doses": pd.DataFrame({"row": [1]})})
        >>> own = kept["doses"]
        >>> own.loc[0, "row"] = 2
        >>> kept["doses"]["row"].tolist()
        [1]
    """

    def __init__(self, frames: Mapping[str, pd.DataFrame], *, patient: str | None = None) -> None:
        self.patient = patient
        self._frames = {name: frame.copy(deep=False) for name, frame in frames.items()}
        self._made: dict[tuple[Any, ...], pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        """A copy of your own of that frame."""
        return self._frames[name].copy(deep=False)

    def __contains__(self, name: object) -> bool:
        """Whether there is a frame of that name."""
        return name in self._frames

    def __iter__(self) -> Iterator[str]:
        """The names, in their order."""
        return iter(self._frames)

    def __len__(self) -> int:
        """How many frames."""
        return len(self._frames)

    def __getstate__(self) -> dict[str, Any]:
        """What is sent to another process: the frames, without what was derived."""
        return {"patient": self.patient, "_frames": self._frames, "_made": {}}

    def derived(self, make: Callable[..., pd.DataFrame], how: Mapping[str, Any]) -> pd.DataFrame:
        """What that function makes of these frames: made when it is first asked for, a copy of it after.

        Args:
            make: Takes the frames, and `how` as keywords.
            how: Its keywords; one that cannot be a key of a dict is known by what it is, not by what it holds.
        """
        key = (make, *((name, _known_by(value)) for name, value in sorted(how.items())))
        if key not in self._made:
            self._made[key] = make(self, **how)
        return self._made[key].copy(deep=False)


class _Same:
    """A thing as a key: equal to itself alone, and held, so that its place is not taken by another."""

    def __init__(self, thing: object) -> None:
        self.thing = thing

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.thing is self.thing

    def __hash__(self) -> int:
        return id(self.thing)


def _known_by(value: Any) -> Any:
    return _Same(value) if type(value).__hash__ is None else value


def once(frames: Mapping[str, pd.DataFrame], make: Callable[..., pd.DataFrame], **how: Any) -> pd.DataFrame:
    """What a function makes of frames; made once where the frames are `Kept`, and each time where they are not.

    Args:
        frames: Frames by name.
        make: Takes the frames, and `how` as keywords; gives a frame that depends on nothing else.
        how: Its keywords.

    Returns:
        The frame, a copy of your own.

    Example:
        >>> import pandas as pd
        >>> def counted(frames, *, name):
        ...     print("counted")
        ...     return pd.DataFrame({"n": [len(frames[name])]})
        >>> kept = Kept({"doses": pd.DataFrame({"row": [1]})})
        >>> [int(once(kept, counted, name="doses")["n"].iloc[0]) for _ in range(2)]
        counted
        [1, 1]

    Source:
        By definition.
    """
    return frames.derived(make, how) if isinstance(frames, Kept) else make(frames, **how)


def own_frames(frames: Mapping[str, pd.DataFrame], patient: str) -> Kept:
    """The frames of one patient; frames whose rows name no patient are whole.

    Args:
        frames: Frames by name, of one patient or many.
        patient: The code.

    Returns:
        The frames, as they are where they are known to be of this patient alone.

    Example:
        >>> import pandas as pd
        >>> every = {"doses": pd.DataFrame({"patient": ["P001", "P002"], "row": [1, 2]})}
        >>> own_frames(every, "P002")["doses"]["row"].tolist()
        [2]

    Source:
        By definition.
    """
    if isinstance(frames, Kept) and frames.patient == patient:
        return frames
    own = {name: frame[frame["patient"] == patient] if "patient" in frame else frame for name, frame in frames.items()}
    return Kept(own, patient=patient)

"""The visit form for a notebook: one screen, read back before it is saved, saved once.

Made from the declarations of the records, so that a new field appears by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from titration.errors import TitrationError

if TYPE_CHECKING:
    from titration.forms.visit import VisitForm
    from titration.log import Log


def enter(log: Log, patient: str | None = None) -> VisitForm:
    """The form for one visit, in the order of a visit.

    Nothing is stored until what is in the boxes was read back and "Save" is pressed; one form saves
    one entry, once.

    Args:
        log: An open log; without `by` the form can be read back but not saved.
        patient: Code of the patient to begin with; chosen on the form when left out.

    Returns:
        A widget; `.entry` is what it saved, None before.

    Raises:
        PatientNotFound: There is no such patient.
        TitrationError: The packages for a notebook are not installed.

    Example:
        >>> enter(demo_log, "P001").entry is None
        True
    """
    try:
        from titration.forms.visit import VisitForm  # noqa: PLC0415 - ipywidgets is an extra, for notebooks only
    except ModuleNotFoundError as error:
        raise TitrationError("the form needs the notebook packages: pip install 'titration[notebook]'") from error
    return VisitForm(log, patient)

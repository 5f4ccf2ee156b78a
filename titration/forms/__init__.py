"""For a notebook: the form of a visit, read back before it is saved, saved once; and a patient's pictures with pickers.

The form is made from the declarations of the records, so that a new field appears by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from titration.errors import TitrationError

if TYPE_CHECKING:
    from titration.forms.explorer import Explorer
    from titration.forms.visit import VisitForm
    from titration.log import Log


def enter(log: Log, patient: str | None = None) -> VisitForm:
    """The form for one visit, in the order of a visit.

    Nothing is stored until what is in the boxes was read back and "Save" is pressed; one form saves
    one entry, once. What is typed is kept as a draft in the user's own state folder until it is saved,
    and offered when the form of that patient and log is opened again; a draft is no record.

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


def explore(log: Log, patient: str) -> Explorer:
    """The pictures of one patient, with pickers for picture, dates, scale, time between changes, and the log as known.

    Args:
        log: An open log.
        patient: Code of the patient.

    Returns:
        A widget; `.figure` is what it shows.

    Raises:
        PatientNotFound: There is no such patient.
        TitrationError: The packages for a notebook are not installed.

    Example:
        >>> explore(demo_log, "P001").figure.twin.splitlines()[0][:4]
        'P001'
    """
    try:
        from titration.forms.explorer import Explorer  # noqa: PLC0415 - ipywidgets is an extra, for notebooks only
    except ModuleNotFoundError as error:
        raise TitrationError("the pickers need the notebook packages: pip install 'titration[notebook]'") from error
    return Explorer(log, patient)

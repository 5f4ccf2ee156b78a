"""Errors say what was seen, what is allowed and what to do; they survive copying and pickling."""

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from titration import errors
from titration.errors import Fault, Question, shown

NOT_FOUND = (
    "there is no log at db/clinic.db; check the path, "
    'or start one: titration init db/clinic.db --site "..." --zone Europe/London'
)


def every_error():
    made = {
        "_Faulty": errors._Faulty("a row", [Fault("dose", "-5", "must be 0 or more")]),
        "InvalidRecord": errors.InvalidRecord("Score", [Fault("value", "11", "runs from 0 to 10")]),
        "InvalidEntry": errors.InvalidEntry("the file", [Fault("day", "", "is missing"), Fault("dose", "x", "no")]),
        "NeedsConfirmation": errors.NeedsConfirmation([Question("Ten times the last dose?", id="10x")]),
        "FrameError": errors.FrameError("the frame does not fit", ["row"], ["entry"]),
        "LogNotFound": errors.LogNotFound("db/clinic.db"),
        "LogExists": errors.LogExists("db/clinic.db"),
        "AlreadyAmended": errors.AlreadyAmended("row 3 was corrected", 7),
    }
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    return [made.get(kind.__name__) or kind("says what is the matter") for kind in kinds]


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        (Fault("dose_mcg_per_day", "-5", "must be 0 or more"), "dose_mcg_per_day=-5: must be 0 or more"),
        (Fault("dose_mcg_per_day", "", "is missing"), "dose_mcg_per_day: is missing"),
        (Fault("value", "11", "runs to 10", row=7), "row 7, value=11: runs to 10"),
        (Fault("value", "11", "runs to 10", row=7, column="NRS"), "row 7, column 'NRS', value=11: runs to 10"),
        (Fault("value", "11", "runs to 10", row=7, column="value"), "row 7, value=11: runs to 10"),
        (Fault("value", "11", "runs to 10", kind="score"), "value=11: runs to 10"),
    ],
)
def test_a_fault_is_one_line_that_says_where_what_and_what_is_allowed(fault, line):
    assert str(fault) == line


def test_one_fault_stands_on_the_first_line_and_several_below_it():
    faults = [Fault("mode", "fast", "must be one of: flex"), Fault("dose", "", "is missing")]
    assert str(errors.InvalidRecord("Dose change", faults[:1])) == "Dose change: mode=fast: must be one of: flex"
    assert str(errors.InvalidEntry("import.csv", faults)) == (
        "import.csv: 2 faults\n  mode=fast: must be one of: flex\n  dose: is missing"
    )
    assert errors.InvalidEntry("import.csv", iter(faults)).faults == tuple(faults)


def test_a_question_is_its_sentence_with_a_short_name_and_can_be_answered_by_either():
    question = Question("12 mcg/day is a tenth of the last dose, 120 mcg/day", id="10x")
    assert question == "12 mcg/day is a tenth of the last dose, 120 mcg/day"
    assert {question: "the pump shows this"}["12 mcg/day is a tenth of the last dose, 120 mcg/day"]
    assert str(errors.NeedsConfirmation([question])) == (
        "to be answered before anything is stored:\n  [10x] 12 mcg/day is a tenth of the last dose, 120 mcg/day"
    )


def test_the_file_errors_say_what_to_do():
    assert str(errors.LogNotFound("db/clinic.db")) == NOT_FOUND
    assert (
        str(errors.LogExists("db/clinic.db"))
        == "db/clinic.db is already there and is never written over; name another file"
    )
    assert str(errors.AlreadyAmended("row 3 was corrected by row 7", 7)) == "row 3 was corrected by row 7"


def test_a_frame_error_names_what_is_missing_and_what_is_wrong():
    assert str(errors.FrameError("the frame does not fit")) == "the frame does not fit"
    assert str(errors.FrameError("the frame does not fit", ["row", "entry"], ["value (object, not float64)"])) == (
        "the frame does not fit; missing: row, entry; not allowed: value (object, not float64)"
    )


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (errors.InvalidRecord, ValueError), (errors.InvalidEntry, ValueError), (errors.FrameError, ValueError),
        (errors.LogNotFound, FileNotFoundError), (errors.LogExists, FileExistsError),
        (errors.PatientNotFound, LookupError), (errors.RowNotFound, LookupError),
    ],
)  # fmt: skip
def test_an_error_is_also_the_builtin_one_a_script_would_catch(kind, builtin):
    assert issubclass(kind, builtin)


def test_every_error_is_ours_to_catch_and_stands_in_the_tree_of_the_module():
    for error in every_error():
        assert isinstance(error, errors.TitrationError)
        name = type(error).__name__
        assert name in errors.__doc__ or name.startswith("_")


@pytest.mark.parametrize("error", every_error(), ids=lambda error: type(error).__name__)
def test_an_error_copied_or_pickled_is_the_same_error(error):
    for again in (copy.copy(error), copy.deepcopy(error), pickle.loads(pickle.dumps(error))):
        assert (type(again), str(again), again.args) == (type(error), str(error), error.args)


def test_a_copied_question_keeps_its_short_name():
    question = Question("Ten times the last dose?", id="10x")
    assert copy.deepcopy(question).id == pickle.loads(pickle.dumps(question)).id == "10x"


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("120 mcg/day", "120 mcg/day"), (120.5, "120.5"), (None, "None"), (b"\xff", r"b'\xff'"),
        ("a\nb\tc\x00", "a?b?c?"), ("\N{RIGHT-TO-LEFT OVERRIDE}021", "?021"), ("a" * 60, "a" * 60),
        ("a" * 61, "a" * 59 + "…"),
    ],
)  # fmt: skip
def test_a_value_is_shown_on_one_line_and_never_whole_when_it_is_long(value, line):
    assert shown(value) == line


def test_a_number_too_long_for_python_to_write_out_is_named():
    assert shown(10**5000) == "int too long to show"


@given(st.text() | st.binary() | st.integers() | st.floats() | st.lists(st.text()))
def test_any_value_can_be_shown(value):
    assert len(shown(value)) <= 60
    assert shown(value).isprintable()


def test_a_fault_cannot_be_changed():
    with pytest.raises(AttributeError):
        Fault("dose", "1", "no").seen = "2"

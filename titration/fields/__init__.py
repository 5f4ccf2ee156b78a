"""What a field of a record can be: one class per kind of value, one function to declare it.

Each class knows, once, how a value is checked, read from text, kept in the file and shown in a
frame. Everything else (tables, frames, templates, forms, dictionary) asks these. Imports `units`,
`times`, `errors`; knows no record.
"""

from titration.fields.declared import Children, Field, Reading, Shown, Stored, Value, field
from titration.fields.moments import ClockTime, Day, Instant, offset_name
from titration.fields.quantities import LARGEST, Count, Number
from titration.fields.texts import LONGEST_WORDS, Choice, Code, Label, Words

__all__ = [
    "LARGEST", "LONGEST_WORDS", "Children", "Choice", "ClockTime", "Code", "Count", "Day", "Field", "Instant", "Label",
    "Number", "Reading", "Shown", "Stored", "Value", "Words", "field", "offset_name",
]  # fmt: skip

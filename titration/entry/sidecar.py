"""The questions of the door to a file, and their answers, as TOML beside it: `FILE.answers.toml`, to be filled in and kept.

The one file it writes bears a name of its own; knows no log.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from titration import private
from titration.errors import Fault, InvalidEntry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from titration.errors import Question

HEAD = """\
# What is unlikely in {file}. Compare each with the papers. Where the file is right, write why between the quotes, as in
# answer = "the pump shows this"; where it is wrong, correct the file. A blank answer answers nothing. Then import again.
"""


def beside(path: str | Path) -> Path:
    """Where the questions about a file are written: its name with `.answers.toml` after it.

    Example:
        >>> beside("in/scores.xlsx").name
        'scores.xlsx.answers.toml'
    """
    path = Path(path)
    return path.with_name(path.name + ".answers.toml")


def text(questions: Sequence[Question], answers: Mapping[str, str], file: str) -> str:
    """The questions as TOML text, with the answers already given.

    Args:
        questions: What was asked.
        answers: Reason by question.
        file: The name of the file.

    Example:
        >>> from titration.errors import Question
        >>> print(text([Question("sure?", id="P001:x")], {}, "a.csv").splitlines()[-1])
        answer = ""
    """
    parts = [HEAD.format(file=file)]
    for question in questions:
        lines = {"id": question.id, "question": str(question), "answer": answers.get(question, "")}
        parts.append("[[question]]\n" + "".join(f"{name} = {_quoted(said)}\n" for name, said in lines.items()))
    return "\n".join(parts)


def _quoted(said: str) -> str:
    return json.dumps(said, ensure_ascii=False).replace("\x7f", "\\u007f")


def save(questions: Sequence[Question], answers: Mapping[str, str], path: Path, file: str) -> Path:
    """Write the questions; answers already given stay.

    Args:
        questions: What was asked.
        answers: Reason by question.
        path: Where to.
        file: The name of the file they are about.

    Returns:
        Where they were written.
    """
    return private.write(path, text(questions, answers, file).encode())


def read(path: Path) -> dict[str, str]:
    """The answers in such a file, by question; blank ones are left out.

    Raises:
        InvalidEntry: It is no such file.
    """
    try:
        listed = tomllib.loads(path.read_text(encoding="utf-8")).get("question", [])
    except (OSError, ValueError, RecursionError) as error:  # RecursionError: tables in tables without end
        raise InvalidEntry(path.name, [Fault("file", "", f"cannot be read as answers: {error}")]) from error
    if not isinstance(listed, list) or not all(
        isinstance(q, dict) and isinstance(q.get("question"), str) and isinstance(q.get("answer"), str) for q in listed
    ):
        raise InvalidEntry(path.name, [Fault("[[question]]", "", 'must each have question = "..." and answer = "..."')])
    return {q["question"]: q["answer"].strip() for q in listed if q["answer"].strip()}

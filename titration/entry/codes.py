"""Check characters of patient codes (ISO 7064 MOD 37,36): a mistyped letter or digit, or two swapped, is found.

Pure text; whether a log asks for them is a property of the log.
"""

from __future__ import annotations

from titration.errors import AppendRefused

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PROPERTY = "check characters"
SYSTEM = "ISO 7064 MOD 37,36"
_CHARACTERS = len(ALPHABET)


def check_character(code: str) -> str:
    """The character that stands at the end of a code; signs between letters and digits do not count.

    Args:
        code: A code without its check character, as in P001.

    Example:
        >>> check_character("A12425GABC1234002")
        'M'

    Source:
        ISO/IEC 7064:2003, hybrid system MOD 37,36; the example is the Global Release Identifier's
        (A1-2425G-ABC1234002-M).
    """
    rest = _CHARACTERS
    for character in code.upper():
        if character in ALPHABET:
            total = (rest + ALPHABET.index(character)) % _CHARACTERS or _CHARACTERS
            rest = total * 2 % (_CHARACTERS + 1)
    return ALPHABET[(_CHARACTERS + 1 - rest) % _CHARACTERS]


def with_check(code: str) -> str:
    """A code with its check character at the end.

    Example:
        >>> fits(with_check("P001")), fits("P001")
        (True, False)
    """
    return code + check_character(code)


def fits(code: str) -> bool:
    """Whether the last character of a code is the check character of what stands before it.

    Example:
        >>> fits(with_check("P001").replace("0", "O", 1))
        False
    """
    return len(code) > 1 and code[-1].upper() == check_character(code[:-1])


def refuse_unfit(code: str) -> None:
    """Raise for a code whose check character does not fit; the right one is not told, the code is to be read again.

    Raises:
        AppendRefused: It does not fit.
    """
    if not fits(code):
        raise AppendRefused(
            f"{code} is no code of this log: its check character does not fit, so a letter or digit was mistyped or two"
            " were swapped; read the code again (a new patient's comes from: titration code P001); nothing was stored"
        )

"""Backups encrypted to a public key with age (pyrage, the extra `[backup]`): who makes them cannot read them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, BinaryIO

from titration import errors

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SUFFIX = ".age"
_BEGINS = b"age-encryption.org/v1"


def _library() -> Any:
    """Pyrage, or what to install."""
    try:
        import pyrage  # noqa: PLC0415 - an extra, and only for encrypted backups
    except ImportError as error:
        raise errors.StorageFailed(
            "encrypted backups need the extra: pip install 'titration[backup]'; nothing was written"
        ) from error
    return pyrage


def is_encrypted(path: Path) -> bool:
    """Whether a file begins as age's do."""
    try:
        with path.open("rb") as file:
            return file.read(len(_BEGINS)) == _BEGINS
    except OSError:
        return False


def _fault(field: str, allowed: str) -> errors.InvalidEntry:
    return errors.InvalidEntry("a key", [errors.Fault(field, "", allowed)])  # a key is never shown


def _keys(path: Path, field: str) -> list[str]:
    """The lines of a key file, without comments."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise errors.StorageFailed(f"the {field} file {path} cannot be read; nothing was written") from error
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def encrypt(plain: BinaryIO, target: Path, recipients: Sequence[str]) -> None:
    """Encrypt a file to public keys.

    Args:
        plain: What is encrypted, open; it need not have a name.
        target: A file that is there and empty: it is filled.
        recipients: `age1...`; any one of their secret keys opens it.
    """
    library = _library()
    try:
        keys = [library.x25519.Recipient.from_str(text) for text in recipients]
    except library.RecipientError as error:
        raise _fault(
            "recipient", "must be a public key, as in age1..., or a file of them; see titration key"
        ) from error
    with target.open("wb") as into:
        library.encrypt_io(plain, into, keys)


def recipients(given: Sequence[str], folder: Path) -> tuple[str, ...]:
    """Public keys as they were named: each a key, or a file of keys.

    Args:
        given: `age1...`, or the path of a file.
        folder: What a relative path starts from.
    """
    made = [key for text in given for key in ([text] if text.startswith("age1") else _keys(folder / text, "recipient"))]
    if given and not made:
        raise _fault("recipient", "the file holds none; a public key begins with age1")
    return tuple(made)


def decrypt(source: Path, target: Path, identity: Path | None) -> None:
    """Decrypt a backup.

    Args:
        source: The backup.
        target: A file that is there and empty: it is filled.
        identity: The file of the secret key.
    """
    if identity is None:
        raise errors.NotALog(f"{source} is an encrypted backup; name its key with --identity FILE, nothing was written")
    library = _library()
    try:
        keys = [library.x25519.Identity.from_str(text) for text in _keys(identity, "identity")]
    except library.IdentityError as error:
        raise _fault("identity", f"{identity} holds no secret key of age; it begins with AGE-SECRET-KEY-1") from error
    try:
        library.decrypt_file(str(source), str(target), keys)
    except (library.DecryptError, OSError) as error:
        raise errors.SealBroken(
            f"{source} does not open with {identity}: it is another key's, or the file is damaged ({error})"
        ) from error


def new_key(path: Path) -> str:
    """Make a secret key in a file of its own, for its owner alone; returns the public key.

    Args:
        path: The file; must not be there.
    """
    library = _library()
    made = library.x25519.Identity.generate()
    write_key(path, f"# public key: {made.to_public()}\n{made}\n")
    return str(made.to_public())


def write_key(path: Path, text: str) -> None:
    """Write a key to a file that is not there yet, for its owner alone."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise errors.LogExists(path) from error
    except OSError as error:
        raise errors.StorageFailed(f"cannot write {path} ({error.strerror})") from error
    try:
        with os.fdopen(file, "w", encoding="utf-8") as written:
            written.write(text)
            written.flush()
            os.fsync(written.fileno())
    except BaseException:
        path.unlink(missing_ok=True)  # half a key is none, and would stand in the way of a whole one
        raise

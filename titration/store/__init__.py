"""The file side: one SQLite file that is only ever added to, sealed entry by entry.

Only this folder imports `sqlite3` or `sqlite_utils`. It knows tables, rows and seals, and nothing of
what a dose means.
"""

from titration.store.backup import backup, restore
from titration.store.opening import create, open_store
from titration.store.place import loose
from titration.store.rotation import Drill, Rotation, drill, rotate
from titration.store.store import Store
from titration.store.verify import Verification, verify
from titration.store.writing import Author, Batch, Writing

__all__ = [
    "Author", "Batch", "Drill", "Rotation", "Store", "Verification", "Writing", "backup", "create", "drill", "loose",
    "open_store", "restore", "rotate", "verify",
]  # fmt: skip

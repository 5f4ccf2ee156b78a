"""The file side: one SQLite file that is only ever added to, sealed entry by entry.

Only this folder imports `sqlite3` or `sqlite_utils`. It knows tables, rows and seals, and nothing of
what a dose means.
"""

from titration.store.backup import backup, restore
from titration.store.opening import create, open_store
from titration.store.place import loose
from titration.store.rotation import Drill, Rotation, drill, rotate
from titration.store.rows import Batch, Coded
from titration.store.store import Store
from titration.store.unchanged import Unchanged, unchanged
from titration.store.verify import Verification, verify
from titration.store.writing import Author, Writing

__all__ = [
    "Author", "Batch", "Coded", "Drill", "Rotation", "Store", "Unchanged", "Verification", "Writing", "backup", "create", "drill", "loose",
    "open_store", "restore", "rotate", "unchanged", "verify",
]  # fmt: skip

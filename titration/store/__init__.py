"""The file side: one SQLite file that is only ever added to, sealed entry by entry.

Only this folder imports `sqlite3` or `sqlite_utils`. It knows tables, rows and seals, and nothing of
what a dose means. Here is the open file alone; what few verbs need (`verify`, `unchanged`, `backup`, `rotation`) is
imported from its module by who needs it, so that a nurse's `add` does not wait for it.
"""

from titration.store.opening import create, open_store
from titration.store.place import loose
from titration.store.rows import Batch, Coded
from titration.store.store import Store
from titration.store.writing import Author, Writing

__all__ = ["Author", "Batch", "Coded", "Store", "Writing", "create", "loose", "open_store"]

"""Many patients side by side: who they are, how long on therapy, which doses; it describes and never compares.

Frames of many patients in, one frame out. Beside `derive`: what it gives of one patient hangs on the others.
"""

from titration.cohort import table, therapy, traces

__all__ = ["table", "therapy", "traces"]

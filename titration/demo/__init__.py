"""A made-up clinic, the same every time, and one published case; no real patient, ever.

The log it makes is marked as a demo: its head is the same on every computer, and none is kept.
"""

from titration.demo.clinic import build

__all__ = ["build"]

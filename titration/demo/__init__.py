"""A made-up clinic, the same every time, one published case, and simulated clinics of any size; no real patient, ever.

A log made here is marked as a demo: its head is the same on every computer, and none is kept.
"""

from titration.demo.clinic import build
from titration.demo.simulation import Synthetic, synthetic

__all__ = ["Synthetic", "build", "synthetic"]

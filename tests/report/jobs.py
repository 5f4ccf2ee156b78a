"""Work for other processes; imports next to nothing, so that they start quickly."""

import os


def one_dies(patient):
    if patient == "P002":
        os._exit(3)
    return f"report of {patient}"

"""From what people have (files, frames) to facts that fit a record; all faults are listed, none is guessed away."""

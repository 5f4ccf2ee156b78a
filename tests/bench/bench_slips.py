"""The slip score, printed: `make bench` plants thousands of slips; misses first."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

SEED = 20261123
COUNT = 2600


def run(count, seed, *, patients, history):
    """Print the table, the questions per 1,000 clean records, and the findings."""
    from bench import score

    def say(line):
        sys.stdout.write(f"{line}\n")

    with tempfile.TemporaryDirectory() as folder:
        os.environ["TITRATION_STATE"] = folder  # never the user's own
        made = score.clinic(Path(folder) / "bench.db", patients=patients, history=history, seed=seed)
        scored = score.score(made, n=count, seed=seed)
        asked = 1000 * sum(made.questions.values()) / made.records
        found = 1000 * sum(made.findings.values()) / made.records
        planted = int(scored["planted"].sum())
        say(f"{planted} slips of {len(scored)} classes, seed {seed}, into a clinic of {made.records} clean records")
        say(f"of the classes a record can reveal, not missed: {score.caught_pct(scored):.1f} %")
        say(
            f"per 1,000 clean records: {asked:.1f} questions {dict(made.questions)}; {found:.1f} findings {dict(made.findings)}"
        )
        say(score.table(scored))
        made.log.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    run(given.count, given.seed, patients=60, history=10)

"""The same SQL files, unchanged, on Apache Spark in local mode."""

import contextlib
import os
import sys

from titration import cohort_sql
from titration.derive.washout import WINDOW


@contextlib.contextmanager
def session(memory="6g"):
    """A Spark of this machine alone, quiet; it is stopped at the end."""
    from pyspark.sql import SparkSession

    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    made = (
        SparkSession.builder.master("local[2]")
        .appName("titration cohort questions")
        .config("spark.driver.memory", memory)
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "8")
        .config("spark.log.level", "ERROR")
        .getOrCreate()
    )
    try:
        yield made
    finally:
        made.stop()


def views(spark, found, window=WINDOW):
    """Every table of the exports under its name, and the setting."""
    for table in cohort_sql.tables(found):
        files = [str(path) for each in found for path in each.files(table)]
        reader = spark.read.option("mergeSchema", "true").option("recursiveFileLookup", "true")
        reader.parquet(*files).createOrReplaceTempView(table)
    spark.sql(cohort_sql.setting(window)).createOrReplaceTempView("setting")


def ask(spark, name):
    """The answer to a question, as `cohort_sql.ask` gives it."""
    frame = spark.sql(cohort_sql.question(name))
    return cohort_sql.Answer(tuple(frame.columns), [tuple(row) for row in frame.collect()])

#!/usr/bin/env python3
"""Articles → their extractions, with `claimtrail extract` as a filter inside Apache Spark.

    NDJSON or Parquet → one row an article → one article a document → partitions in the order of the input
        → piped through the binary, a process a partition → Parquet

Each document is extracted once, by its address, or by its words where it has none. The later of two texts
counts, as it does for `claimtrail ingest`. The extractor is pure, so a task that Spark runs again, because its
executor died or was slow, gives the same bytes; the committer of Parquet lets one attempt of each task into
the output.
"""
import argparse
import hashlib
import json
import os
import subprocess
import sys
import threading

from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as f
from pyspark.sql import types as t

COLUMNS = t.StructType([
    # Where the article stood in the input.
    t.StructField("place", t.LongType(), False),
    t.StructField("key", t.StringType(), False),
    t.StructField("url", t.StringType()),
    t.StructField("published_at", t.StringType()),
    t.StructField("language", t.StringType()),
    t.StructField("claims", t.IntegerType()),
    t.StructField("denials", t.IntegerType()),
    # What `claimtrail extract` printed, byte for byte; `claimtrail load` takes it.
    t.StructField("extraction", t.StringType()),
    # Why there is none.
    t.StructField("error", t.StringType()),
])


class Filter:
    """One process that answers a line with a line, in order, while lines still go in.

    A thread writes what the caller's iterator gives, and reading goes on beside it: neither pipe can fill
    up with nobody to empty it, and no more than the pipes hold is in memory.
    """

    def __init__(self, command, lines):
        # What it says of single documents stands in the executor's own log.
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.lines, self.sent, self.failure = lines, 0, None
        self.writer = threading.Thread(target=self.write, daemon=True)

    def write(self):
        try:
            with self.process.stdin as into:
                for line in self.lines:
                    self.sent += 1
                    into.write(line)
        except BaseException as failure:  # handed to the reading side, which the task ends with
            self.failure = failure

    def __iter__(self):
        self.writer.start()
        answered = 0
        try:
            for line in self.process.stdout:
                # A process that was killed may leave half a line.
                if line.endswith(b"\n"):
                    answered += 1
                    yield line[:-1]
        finally:
            self.process.stdout.close()
            # Whoever reads may have enough; the process then ends with its pipe.
            status = self.process.wait()
        self.writer.join()
        if answered < self.sent or (self.failure and not isinstance(self.failure, BrokenPipeError)):
            raise RuntimeError(
                f"{answered} of {self.sent} documents were answered; the filter ended with {status}"
            ) from self.failure
        # 1 tells that documents could not be read, each of which has a line that says so.
        if status not in (0, 1):
            raise RuntimeError(f"the filter ended with {status}")


def extracted(rows, command):
    """The rows of one partition, answered by one process."""
    keys = []

    def lines():
        for row in rows:
            keys.append((row.place, row.key, row.url, row.published_at))
            yield row.article.encode() + b"\n"

    for place, line in enumerate(Filter(command, lines())):
        (number, key, url, published_at), keys[place] = keys[place], None
        answer = json.loads(line)
        if "error" in answer:
            yield (number, key, url, published_at, None, None, None, None, answer["error"])
            continue
        document, claims = answer["document"], answer["claims"]
        denials = sum(len(claim["denials"]) for claim in claims)
        yield (number, key, document["url"] or url, document["published_at"], document["language"], len(claims),
               denials, line.decode(), None)


def key_of(article):
    """What one document is known by: its address, or its words.

    `claimtrail load` knows more ways to write one address than this does. What differs only in them comes to
    it in the order of the input, and the later counts there.
    """
    fields = json.loads(article)
    url = fields.get("url")
    if isinstance(url, str) and url.strip():
        return url.strip().split("#", 1)[0]
    words = json.dumps([fields.get(name) for name in ("title", "text", "html")])
    return "sha256:" + hashlib.sha256(words.encode()).hexdigest()


def keyed(rows):
    """Lines with their keys. What is no JSON object has its own words for a key, and is refused by the filter."""
    for line, place in rows:
        try:
            fields = json.loads(line)
            key, url, published_at = key_of(line), fields.get("url"), fields.get("published_at")
            words = [value if isinstance(value, str) else None for value in (url, published_at)]
        except (ValueError, AttributeError):
            key, words = "sha256:" + hashlib.sha256(line.encode()).hexdigest(), [None, None]
        yield (key, *words, line, place)


def articles(spark, path):
    """The articles at `path` as lines of JSON, each with its place."""
    if path.rstrip("/").endswith(".parquet"):
        lines = spark.read.parquet(path).select(f.to_json(f.struct("*")).alias("value"))
    else:
        # Gzip cannot be split, so a packed file is one partition here; the extraction has its own.
        lines = spark.read.text(path)
    lines = lines.where(f.length(f.trim("value")) > 0)
    # Of several files, Spark tells the order.
    return lines.rdd.map(lambda row: row.value).zipWithIndex().mapPartitions(keyed)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--in", dest="source", required=True, help="NDJSON, packed with gzip or not, or *.parquet")
    parser.add_argument("--out", required=True, help="folder of Parquet; it must not exist")
    parser.add_argument("--binary", default="claimtrail", help="the program, at the same path on every worker")
    parser.add_argument("--partitions", type=int, default=16, help="tasks of the extraction")
    parser.add_argument("--master", help="where Spark runs; as spark-submit says where not given")
    options = parser.parse_args()
    # Executors run the same Python as this program.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)

    building = SparkSession.builder.appName("claimtrail extract")
    if options.master:
        building = building.master(options.master)
    spark = building.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    print("application", spark.sparkContext.applicationId, flush=True)

    rows = spark.createDataFrame(
        articles(spark, options.source),
        "key string, url string, published_at string, article string, place long")
    newest = Window.partitionBy("key").orderBy(f.desc("place"))
    once = rows.withColumn("age", f.row_number().over(newest)).where("age = 1").drop("age")
    parted = once.repartitionByRange(options.partitions, "place").sortWithinPartitions("place")
    command = [options.binary, "extract", "--format", "ndjson", "--threads", "1"]
    answered = parted.rdd.mapPartitions(lambda part: extracted(part, command))
    spark.createDataFrame(answered, COLUMNS).write.mode("errorifexists").parquet(options.out)
    spark.stop()


if __name__ == "__main__":
    main()

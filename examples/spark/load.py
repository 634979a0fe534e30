#!/usr/bin/env python3
"""Parquet that extract.py wrote → `claimtrail load`, as a stream of lines in the order of the input."""
import argparse
import glob
import os
import subprocess
import sys

import pyarrow.parquet as parquet


def lines(folder):
    """Every extraction below `folder`, a few rows in memory at a time."""
    for path in sorted(glob.glob(os.path.join(folder, "part-*.parquet"))):
        for batch in parquet.ParquetFile(path).iter_batches(batch_size=64, columns=["extraction"]):
            for extraction in batch.column(0):
                if extraction.is_valid:
                    yield extraction.as_py().encode() + b"\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", help="what extract.py had for --out")
    parser.add_argument("--binary", default="claimtrail")
    parser.epilog = "What stands behind -- is handed to claimtrail load."
    given = sys.argv[1:]
    ours = given.index("--") if "--" in given else len(given)
    options, flags = parser.parse_args(given[:ours]), given[ours + 1:]
    if not os.path.exists(os.path.join(options.folder, "_SUCCESS")):
        sys.exit(f"{options.folder} has no _SUCCESS in it: the extraction has not come to its end")
    loading = subprocess.Popen([options.binary, "load", *flags, "-"], stdin=subprocess.PIPE)
    try:
        with loading.stdin as into:
            for line in lines(options.folder):
                into.write(line)
    except BrokenPipeError:
        pass  # it has said why on standard error
    sys.exit(loading.wait())


if __name__ == "__main__":
    main()

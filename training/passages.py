#!/usr/bin/env python3
"""Put the passages together that the reader of cues and the linear models of denials learn from.

usage: passages.py --bench DIR --annotated denials_annotated.jsonl --written denials_written.jsonl [--series 1] > passages.jsonl

DIR is the folder with denials/, news/, attribution/ and stance/. denials_annotated.jsonl holds places, not words: lines of
{"series", "from": "news" | "polnear" | "emergent", "doc", "start", "end", "denials": [{"cue", "denier", "via", "denied", "claimant",
"claim", "kind"}]}. start and end are code points of the document's text; the parts are [first, after] in code points of the
passage, whose white space is one blank each. denials_written.jsonl holds whole passages of this project's own wording. Series
2 came later; --series 1 leaves it out, as the linear models do. What comes out has the form of denials/news-train.jsonl, which stands first in it.
"""
import argparse
import gzip
import json
import re


def texts(bench):
    """the documents that places stand in, by where they are from and their id"""
    out = {}
    with gzip.open(bench + "/news/articles.ndjson.gz", "rt", encoding="utf-8") as f:
        for row in map(json.loads, f):
            out["news", row["id"]] = row["text"]
    with open(bench + "/attribution/polnear-train.jsonl", encoding="utf-8") as f:
        for row in map(json.loads, f):
            out["polnear", row["id"]] = row["text"]
    with open(bench + "/stance/emergent-train.jsonl", encoding="utf-8") as f:
        for row in map(json.loads, f):
            out["emergent", row["id"]] = row["headline"]
    return out


def worded(row, documents, number):
    """an annotated passage with its words"""
    whole = documents[row["from"], row["doc"]][row["start"]: row["end"]]
    passage = re.sub(r"\s+", " ", whole).strip()
    denials = []
    for places in row["denials"]:
        parts = {name: passage[places[name][0]: places[name][1]] if places[name] else None
                 for name in ("cue", "denier", "via", "denied", "claimant")}
        denials.append({**parts, "claim": places["claim"], "kind": places["kind"]})
    return {"id": "a%04d" % number, "doc": "%s-%s" % (row["from"], row["doc"]), "text": passage, "denials": denials}


def rows(lines, series):
    """the lines of these series, without their number"""
    for row in map(json.loads, lines):
        if row.pop("series") <= series:
            yield row


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--bench", required=True)
    ap.add_argument("--annotated", required=True)
    ap.add_argument("--written")
    ap.add_argument("--series", type=int, default=2, help="the last one that is put in")
    a = ap.parse_args()
    with open(a.bench + "/denials/news-train.jsonl", encoding="utf-8") as f:
        for line in f:
            print(line.rstrip("\n"))
    documents = texts(a.bench)
    with open(a.annotated, encoding="utf-8") as f:
        for number, row in enumerate(rows(f, a.series)):
            print(json.dumps(worded(row, documents, number), ensure_ascii=False))
    if a.written:
        with open(a.written, encoding="utf-8") as f:
            for number, row in enumerate(rows(f, a.series)):
                print(json.dumps({"id": "w%04d" % number, "doc": "written", **row}, ensure_ascii=False))


if __name__ == "__main__":
    main()

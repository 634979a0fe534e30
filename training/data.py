"""PolNeAR's articles as windows of words with labels and links."""
import hashlib
import json

import torch

import text
from encoder import LABELS

PARTS = ("source", "cue", "content")


def checksum(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


class Article:
    def __init__(self, row, vocabulary):
        self.id, self.text = row["id"], row["text"]
        self.words = text.read(self.text, vocabulary)
        self.labels = [0] * len(self.words.spans)
        self.links = {}  # (role, word) -> words it belongs to; role 0 cue to source, 1 content to cue
        for a in row.get("attributions", ()):
            words = {part: [w for s, e in a[part] for w in self.touched(s, e)] for part in PARTS}
            for p, part in enumerate(PARTS):
                for s, e in a[part]:
                    for k, w in enumerate(self.touched(s, e)):
                        self.labels[w] = 1 + 2 * p + (k > 0)
            for w in words["cue"]:  # a cue without a source points to itself
                self.links.setdefault((0, w), set()).update(words["source"] or words["cue"])
            for w in words["content"] if words["cue"] else ():
                self.links.setdefault((1, w), set()).update(words["cue"])

    def touched(self, start, end):
        spans = self.words.spans
        lo, hi = 0, len(spans)
        while lo < hi:
            mid = (lo + hi) // 2
            if spans[mid][1] <= start:
                lo = mid + 1
            else:
                hi = mid
        out = []
        while lo < len(spans) and spans[lo][0] < end:
            if spans[lo][0] < spans[lo][1]:
                out.append(lo)
            lo += 1
        return list(range(out[0], out[-1] + 1)) if out else []


def load(path, vocabulary):
    with open(path, encoding="utf-8") as f:
        return [Article(json.loads(line), vocabulary) for line in f if line.strip()]


def begun(labels):
    """labels in which every part begins with its B, also where a window cuts it"""
    out = []
    for label in labels:
        inside = label and label % 2 == 0
        out.append(label - 1 if inside and (not out or out[-1] not in (label, label - 1)) else label)
    return out


def batch(items):
    """tensors of windows [(article, start, end)]"""
    rows = []
    for article, start, end in items:
        pieces, quoted, at = [text.START], [0], []
        for w in range(start, end):
            at.append(len(pieces))
            pieces += article.words.pieces[w]
            quoted += [article.words.quoted[w]] * len(article.words.pieces[w])
        rows.append((pieces + [text.BREAK], quoted + [0], at))
    b, n, m = len(rows), max(len(r[0]) for r in rows), max(len(r[2]) for r in rows)
    out = {"pieces": torch.zeros(b, n, dtype=torch.long), "quoted": torch.zeros(b, n, dtype=torch.long),
           "mask": torch.zeros(b, n, dtype=torch.bool), "at": torch.zeros(b, m, dtype=torch.long),
           "words": torch.zeros(b, m, dtype=torch.bool), "labels": torch.zeros(b, m, dtype=torch.long),
           "targets": torch.zeros(b, 2, m, m, dtype=torch.bool)}
    for i, ((article, start, end), (pieces, quoted, at)) in enumerate(zip(items, rows)):
        out["pieces"][i, : len(pieces)] = torch.tensor(pieces)
        out["quoted"][i, : len(pieces)] = torch.tensor(quoted)
        out["mask"][i, : len(pieces)] = True
        k = end - start
        out["at"][i, :k] = torch.tensor(at)
        out["words"][i, :k] = True
        out["labels"][i, :k] = torch.tensor(begun(article.labels[start:end]))
        for role in (0, 1):
            for w in range(start, end):
                inside = [x - start for x in article.links.get((role, w), ()) if start <= x < end]
                if inside:
                    out["targets"][i, role, w - start, inside] = True
    assert out["labels"].max() < len(LABELS)
    return out

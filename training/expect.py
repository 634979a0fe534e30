#!/usr/bin/env python3
"""What the training framework computes with the rounded weights, for the tests that compare it with the Rust inference.

usage: expect.py --encoder DIR --sentences sentences.txt --claims ../tests/data/polarity.toml

DIR holds the weights and vocabulary.txt as the program has them, and what is expected of them is written there:
  expected.jsonl                  of attribution, for the passages of sentences.txt, which blank lines part, and the first
                                  wordings of the pairs in polarity.toml, up to 200 in all: {"text", "emissions": seven a
                                  word, "links": for both roles the scores of the first, the middle and the last word}
  sentences_expected.jsonl        {"text", "vector"} of each passage of sentences.txt as one line
  checkworthiness_expected.jsonl  {"text", "score"} of the same
What is expected of the reader of cues is written by train_denials.py.
"""
import argparse
import json
import tomllib

import torch
from safetensors.torch import load_file

import data
import denials
from checkworthiness import lower, pieces, rounded_encoder, rounded_scorer, stacked
from encoder import Tagger
from export_sentences import vectors

PASSAGES = 200


def rounded_tagger(path):
    """the tagger with the numbers that the file's bytes stand for"""
    w = load_file(path)
    model = Tagger(rounded_encoder(path))
    sides = w["links.q"].float() * w["links.s"][:, None]
    for side, weight, bias in zip((model.dependent, model.governor), sides.chunk(2), w["links.b"].chunk(2)):
        side.weight.data.copy_(weight)
        side.bias.data.copy_(bias)
    model.emit.weight.data.copy_(w["emit.weight"])
    model.emit.bias.data.copy_(w["emit.bias"])
    model.distance.data.copy_(w["distance"])
    return model.eval()


def short(numbers):
    return [round(float(x), 4) for x in numbers]


@torch.no_grad()
def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--encoder", "--sentences", "--claims"):
        ap.add_argument(name, required=True)
    a = ap.parse_args()
    torch.set_num_threads(1)
    vocabulary = denials.pruned(a.encoder + "/vocabulary.txt")
    model = rounded_tagger(a.encoder + "/attribution.safetensors")
    with open(a.sentences, encoding="utf-8") as f:
        passages = [passage.strip() for passage in f.read().split("\n\n")]
    lines = [" ".join(passage.split()) for passage in passages]
    with open(a.claims, "rb") as f:
        pairs = tomllib.load(f)
    passages += [pair["one"] for kind in ("contradictions", "paraphrases", "apart") for pair in pairs[kind]]
    with open(a.encoder + "/expected.jsonl", "w", encoding="utf-8") as out:
        for passage in passages[:PASSAGES]:
            article = data.Article({"id": "", "text": passage}, vocabulary)
            n = len(article.words.spans)
            t = data.batch([(article, 0, n)])
            emissions, links = model(t["pieces"], t["quoted"], t["mask"], t["at"])
            asked = sorted({0, n // 2, n - 1})
            line = {"text": article.text, "emissions": [short(w) for w in emissions[0]],
                    "links": [[short(links[0, role, w]) for w in asked] for role in (0, 1)]}
            out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
    sentences = rounded_encoder(a.encoder + "/sentences.safetensors")
    scorer = rounded_scorer(sentences, a.encoder + "/checkworthiness.safetensors")
    with (open(a.encoder + "/sentences_expected.jsonl", "w", encoding="utf-8") as of_sentences,
          open(a.encoder + "/checkworthiness_expected.jsonl", "w", encoding="utf-8") as of_worth):
        for line in lines:
            own = [pieces(line, vocabulary)]
            vector = [round(float(x), 5) for x in vectors(sentences, own)[0]]
            of_sentences.write(json.dumps({"text": line, "vector": vector}, ensure_ascii=False) + "\n")
            score = scorer(*stacked(lower(sentences, len(scorer.upper), own)))
            of_worth.write(json.dumps({"text": line, "score": round(float(score[0]), 5)}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()

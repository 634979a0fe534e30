#!/usr/bin/env python3
"""Round the program's weights anew, so that sums of four products fit 16 bits on processors without a product of bytes for 32.

usage: short_sums.py --encoder DIR --attributions polnear-train.jsonl --denials news-train.jsonl --out DIR [--windows 60]

Read from --encoder, where the other scripts left them, and written to --out, another folder: attribution.safetensors,
denials.safetensors, sentences.safetensors and checkworthiness.safetensors. Activations are 0..255, so with no more than 128 for the sizes of the four weights that are multiplied
before a sum is widened it is at most 255 x 128, less than 2^15. Each row gets a larger step for that, half the steps it had.

What a column's rounding does to the row's products is made up for by the columns after it, by the second moments of what
the matrix was given on training texts: Frantar et al. 2023, "GPTQ: Accurate Post-Training Quantization for Generative
Pre-trained Transformers", with the bound on each four weights added. Nothing here is drawn by chance.
"""
import argparse
import json
import os

import numpy as np
import torch
from safetensors.torch import load_file, save_file

import checkworthiness
import data
import denials
import text
import train_denials
from expect import rounded_tagger

BOUND = 128  # of the sizes of four weights
# weights of eight neighbouring inputs that are summed up in 16 bits: the first two pairs' first and the second two's first
FOURS = ((0, 1, 4, 5), (2, 3, 6, 7))
STEPS = np.arange(1.0, 2.3, 0.05)  # how much larger a row's step may be
DAMPED = 0.01  # share of the mean second moment that is added to each
WINDOW = 190  # pieces


class Moments:
    """second moments of what some matrices are given"""

    def __init__(self):
        self.sums = {}

    def watch(self, name, module):
        def given(_, inputs):
            x = inputs[0].detach().reshape(-1, inputs[0].shape[-1]).double()
            self.sums[name] = self.sums.get(name, 0) + x.T @ x

        module.register_forward_pre_hook(given)

    def watch_layers(self, layers):
        for i, layer in enumerate(layers):
            for name, module in (("attention", layer.query), ("joined", layer.joined), ("wide", layer.wide), ("narrow", layer.narrow)):
                self.watch("layers.%d.%s" % (i, name), module)
        return self


def within(sizes):
    """whole sizes near those of rows of four weights, no more than BOUND in a row: cut by the same amount where they are more"""
    down = -np.sort(-sizes, 1)
    cuts = (np.cumsum(down, 1) - BOUND) / np.arange(1, 5)
    cut = np.maximum(np.where(down > cuts, cuts, -np.inf).max(1), 0)
    left = np.maximum(sizes - cut[:, None], 0)
    whole = np.rint(left)
    while (over := whole.sum(1) > BOUND).any():
        rows = np.nonzero(over)[0]
        most = np.where(whole > 0, whole - left, -np.inf).argmax(1)[rows]
        whole[rows, most] -= 1
    return whole


def planned(eights):
    """whole sizes of rows of eight weights, each four of them within the bound"""
    out = np.empty_like(eights)
    for four in FOURS:
        out[:, four] = within(np.abs(eights[:, four]))
    return out


def steps_for(weights):
    """the step of each row with which plain rounding within the bound loses least"""
    least = np.maximum(np.abs(weights).max(1), 1e-12) / 127
    best, lost = least.copy(), np.full(len(weights), np.inf)
    for factor in STEPS:
        x = weights / (least * factor)[:, None]
        sizes = np.minimum(planned(x.reshape(-1, 8)).reshape(x.shape), 127)
        error = ((np.abs(x) - sizes) ** 2).sum(1) * (least * factor) ** 2
        best, lost = np.where(error < lost, least * factor, best), np.minimum(error, lost)
    return best


def rounded(weights, moments):
    """bytes and the step of each row"""
    weights = weights.copy()
    steps = steps_for(weights)
    damped = moments + np.eye(len(moments)) * (DAMPED * np.trace(moments) / len(moments) + 1e-9)
    upper = np.linalg.cholesky(np.linalg.inv(damped)).T
    out = np.zeros(weights.shape, np.int8)
    for first in range(0, weights.shape[1], 8):
        plan = np.minimum(planned(weights[:, first: first + 8] / steps[:, None]), 127)
        for j in range(8):
            four = next(four for four in FOURS if j in four)
            others = [k for k in four if k != j]
            room = np.minimum(BOUND - plan[:, others].sum(1), 127)
            column = first + j
            bytes_ = np.clip(np.rint(weights[:, column] / steps), -room, room)
            plan[:, j] = np.abs(bytes_)
            out[:, column] = bytes_
            error = (weights[:, column] - bytes_ * steps) / upper[column, column]
            weights[:, column + 1:] -= np.outer(error, upper[column, column + 1:])
    return out, steps.astype(np.float32)


def rewrite(source, target, moments):
    """the file with each matrix rounded anew whose moments are known"""
    w = load_file(source)
    for name, sums in moments.sums.items():
        full = w[name + ".q"].double() * w[name + ".s"].double()[:, None]
        q, s = rounded(full.numpy(), sums.numpy())
        before, after = full.numpy(), q * s[:, None].astype(np.float64)
        lost = np.einsum("ij,jk,ik->", before - after, sums.numpy(), before - after)
        of = np.einsum("ij,jk,ik->", before, sums.numpy(), before)
        print("%s %s: %.1f dB" % (os.path.basename(source), name, 10 * np.log10(of / lost)), flush=True)
        w[name + ".q"], w[name + ".s"] = torch.from_numpy(q), torch.from_numpy(s)
    save_file(w, target)
    print(os.path.basename(target), "sha256", data.checksum(target), flush=True)


def windows(articles):
    for article in articles:
        size = [len(p) for p in article.words.pieces]
        start = 0
        while start < len(size):
            end, used = start, 0
            while end < len(size) and used + size[end] <= WINDOW:
                used += size[end]
                end += 1
            end = max(end, start + 1)
            yield article, start, end
            start = end


def evenly(items, count):
    """so many of a list, from all of it"""
    return items[:: max(1, len(items) // count)][:count]


@torch.no_grad()
def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--encoder", "--attributions", "--denials", "--out"):
        ap.add_argument(name, required=True)
    ap.add_argument("--windows", type=int, default=60, help="of each kind of text")
    ap.add_argument("--threads", type=int, default=1)
    a = ap.parse_args()
    torch.set_num_threads(a.threads)
    vocabulary = denials.pruned(a.encoder + "/vocabulary.txt")
    file = lambda folder, name: os.path.join(folder, name + ".safetensors")

    # one window at a time: no padding is counted
    articles = data.load(a.attributions, vocabulary)
    tagger = rounded_tagger(file(a.encoder, "attribution"))
    moments = Moments().watch_layers(tagger.encoder.layers)
    moments.watch("links", tagger.dependent)
    for window in evenly(list(windows(articles)), a.windows):
        t = data.batch([window])
        tagger(t["pieces"], t["quoted"], t["mask"], t["at"])
    rewrite(file(a.encoder, "attribution"), file(a.out, "attribution"), moments)

    encoder = checkworthiness.rounded_encoder(file(a.encoder, "attribution"))
    reader = denials.Reader(encoder)
    train_denials.read_rounded(reader, file(a.encoder, "denials"))
    reader.eval()
    moments = Moments().watch_layers(reader.upper)
    moments.watch("deep", reader.deep)
    asked = []
    with open(a.denials, encoding="utf-8") as f:
        for row in map(json.loads, f):
            for gold in row["denials"]:
                words = text.read(row["text"], vocabulary)
                places = denials.places(row["text"], gold["cue"])
                inside = denials.touched(words, *places[0]) if places else []
                if inside:
                    asked.append(denials.Asked(words, (inside[0], inside[-1] + 1)))
    asked = evenly(asked, a.windows)
    denials.lower_states(encoder, asked, size=1)
    for item in asked:
        x, mask, marked, at, cue, *_ = denials.batch([item])
        reader(x, mask, marked, at, cue)
    rewrite(file(a.encoder, "denials"), file(a.out, "denials"), moments)

    sentences = checkworthiness.rounded_encoder(file(a.encoder, "sentences"))
    scorer = checkworthiness.rounded_scorer(sentences, file(a.encoder, "checkworthiness"))
    below, above = Moments().watch_layers(sentences.layers), Moments().watch_layers(scorer.upper)
    lines = [line for article in articles for line in article.text.split("\n") if len(line.split()) > 5]
    for line in evenly(lines, 8 * a.windows):
        pieces = checkworthiness.pieces(line, vocabulary)
        at, mask = torch.tensor([pieces]), torch.ones(1, len(pieces), dtype=torch.bool)
        sentences(at, torch.zeros_like(at), mask)
        scorer(checkworthiness.lower(sentences, len(scorer.upper), [pieces])[0][None], mask)
    rewrite(file(a.encoder, "checkworthiness"), file(a.out, "checkworthiness"), above)
    rewrite(file(a.encoder, "sentences"), file(a.out, "sentences"), below)


if __name__ == "__main__":
    main()

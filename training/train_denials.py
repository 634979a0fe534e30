#!/usr/bin/env python3
"""Train the reader of cues: whether a cue denies, who denies, what is denied, whom the claim is about.

usage: train_denials.py --encoder DIR --attributions polnear-train.jsonl --data news-train.jsonl --cues cues.jsonl
       --weights OUT.safetensors
       [--passages dev.jsonl --expected OUT.jsonl]

DIR holds attribution.safetensors and vocabulary.txt as the program has them. cues.jsonl is what
`cargo run --release --example propose_cues < news-train.jsonl` prints: the cues that the rules propose. The parts of a cue
are learnt from attributions first, then all of it from denials. With --passages, also
what this framework computes for some of them with the rounded weights, for the test that compares both: lines of
{"text", "cue": [first character, character after]}. Without --data nothing is trained and the weights are read for that.
"""
import argparse
import copy
import json
import os
import random
import time

import torch
from safetensors.torch import load_file, save_file

import data
import denials
import text
from checkworthiness import full, read_layers, rounded_encoder
from export import rounded
from train_checkworthiness import put_layers

WEIGHTS = (1.0, 0.5, 0.7, 0.4)  # of kind, denier, denied words, subject


def plan(items, epochs, size, kept, chance):
    """batches of like length in chance order: all cues that deny, in each epoch another share of those that do not"""
    out = []
    for _ in range(epochs):
        chosen = [i for i in items if i.kind or chance.random() < kept]
        chance.shuffle(chosen)
        epoch = []
        for first in range(0, len(chosen), size * 16):
            part = sorted(chosen[first: first + size * 16], key=lambda i: len(i.pieces))
            epoch += [part[j: j + size] for j in range(0, len(part), size)]
        chance.shuffle(epoch)
        out += epoch
    return out


def fit(reader, batches, weights, a):
    """one pass over the batches"""
    named = list(reader.named_parameters())
    upper = [p for n, p in named if n.startswith("upper.")]
    optimiser = torch.optim.AdamW([
        {"params": [p for p in upper if p.ndim > 1], "lr": a.rate, "weight_decay": 0.01},
        {"params": [p for p in upper if p.ndim == 1], "lr": a.rate, "weight_decay": 0.0},
        {"params": [p for n, p in named if not n.startswith("upper.")], "lr": a.head_rate, "weight_decay": 0.0}], fused=True)
    steps, warm = len(batches), max(1, len(batches) // 10)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda s: min((s + 1) / warm, max(0.0, (steps - s) / (steps - warm))))
    started, seen = time.time(), [0.0] * len(weights)
    reader.train()
    for step, part in enumerate(batches):
        each = denials.losses(reader, part)
        optimiser.zero_grad(set_to_none=True)
        sum(w * loss for w, loss in zip(weights, each)).backward()
        torch.nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        seen = [total + float(loss.detach()) for total, loss in zip(seen, each)]
        if (step + 1) % 25 == 0:
            print("step %d of %d, %.0f s, kind, denier, denied, subject" % (step + 1, steps, time.time() - started),
                  *("%.3f" % (total / 25) for total in seen), flush=True)
            seen = [0.0] * len(weights)


def put_reader(out, reader):
    """puts the rounded weights into `out` and gives the reader the rounded numbers too"""
    put_layers(out, reader.upper)
    q, s = rounded(reader.deep.weight.data)
    out["deep.q"], out["deep.s"], out["deep.b"] = q.contiguous(), s, reader.deep.bias.data.clone()
    reader.deep.weight.data.copy_(q.float() * s[:, None])
    out["mark"] = reader.mark.data.clone()
    for name in ("ends", "kinds"):
        out[name + ".weight"] = getattr(reader, name).weight.data.contiguous()
        out[name + ".bias"] = getattr(reader, name).bias.data.clone()


def read_rounded(reader, path):
    """gives the reader the numbers of a file of weights"""
    w = load_file(path)
    read_layers(reader.upper, w)
    reader.deep.weight.data.copy_(full(w, "deep"))
    reader.deep.bias.data.copy_(w["deep.b"])
    reader.mark.data.copy_(w["mark"])
    for name in ("ends", "kinds"):
        getattr(reader, name).weight.data.copy_(w[name + ".weight"])
        getattr(reader, name).bias.data.copy_(w[name + ".bias"])


def learn(a, vocabulary, encoder, reader, chance):
    """trains the reader and writes its weights"""
    for path in (a.data, a.encoder + "/attribution.safetensors"):
        print(path.rsplit("/", 1)[-1], "sha256", data.checksum(path), flush=True)
    items = denials.load(a.data, a.cues, vocabulary)
    learnt = a.start and os.path.exists(a.start)
    attributed = [] if learnt or not a.attributions else denials.load_attributions(a.attributions, vocabulary, chance, a.share)
    print("attributions", len(attributed), flush=True)
    print("cues", len(items), "that deny", sum(i.kind > 0 for i in items), flush=True)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        denials.lower_states(encoder, items + attributed)
    reader.requires_grad_(True)
    if a.start and os.path.exists(a.start):
        reader.load_state_dict(torch.load(a.start))
    elif a.attributions:
        fit(reader, plan(attributed, 1, a.batch, 1.0, chance), (0.0, 0.5, 0.7, 0.0), a)
        if a.start:
            torch.save(reader.state_dict(), a.start)
    start = copy.deepcopy(reader.state_dict())
    averaged(reader, [denial_run(a, reader, items, start, seed) for seed in range(a.seed, a.seed + a.runs)])
    out = {}
    put_reader(out, reader)
    save_file(out, a.weights)
    print("weights sha256", data.checksum(a.weights))


def denial_run(a, reader, items, start, seed):
    """the numbers that one run from `start` comes to"""
    torch.manual_seed(seed)
    reader.load_state_dict(start)
    fit(reader, plan(items, a.epochs, a.batch, a.kept, random.Random(seed)), WEIGHTS, a)
    end = copy.deepcopy(reader.state_dict())
    if a.keep_runs:
        out = {}
        put_reader(out, reader)
        save_file(out, "%s-%d.safetensors" % (a.keep_runs, seed))
        torch.save(end, "%s-%d.pt" % (a.keep_runs, seed))
    return end


def averaged(reader, runs):
    """gives the reader the mean of the numbers of runs that had one start (Wortsman et al. 2022, model soups)"""
    reader.load_state_dict({name: torch.stack([run[name] for run in runs]).mean(0) for name in runs[0]})


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--attributions")
    ap.add_argument("--share", type=float, default=0.6, help="of the attributions")
    for name in ("--encoder", "--weights"):
        ap.add_argument(name, required=True)
    ap.add_argument("--start", help="what the attributions taught: read from this file, or written to it where it is not there yet")
    ap.add_argument("--data")
    ap.add_argument("--cues")
    ap.add_argument("--passages")
    ap.add_argument("--expected")
    ap.add_argument("--epochs", type=int, default=3)
    ap.add_argument("--runs", type=int, default=3, help="with chance of their own, whose numbers are averaged")
    ap.add_argument("--keep-runs", help="begin of the names of files for each run's numbers")
    ap.add_argument("--batch", type=int, default=16)
    ap.add_argument("--rate", type=float, default=2e-4)
    ap.add_argument("--head-rate", type=float, default=1e-3)
    ap.add_argument("--kept", type=float, default=0.5, help="share of the cues that do not deny, in each epoch")
    ap.add_argument("--threads", type=int, default=1, help="sums are taken in another order on another number")
    ap.add_argument("--seed", type=int, default=1)
    a = ap.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(a.seed)
    chance = random.Random(a.seed)
    vocabulary = denials.pruned(a.encoder + "/vocabulary.txt")
    encoder = rounded_encoder(a.encoder + "/attribution.safetensors").requires_grad_(False)
    reader = denials.Reader(encoder)
    if a.data:
        learn(a, vocabulary, encoder, reader, chance)
    read_rounded(reader, a.weights)
    reader.eval()
    if a.passages:
        expect(a, vocabulary, encoder, reader)


@torch.no_grad()
def expect(a, vocabulary, encoder, reader):
    """what the rounded reader answers"""
    with open(a.passages, encoding="utf-8") as f, open(a.expected, "w", encoding="utf-8") as out:
        for row in map(json.loads, f):
            words = text.read(row["text"], vocabulary)
            inside = denials.touched(words, *row["cue"])
            asked = denials.Asked(words, (inside[0], inside[-1] + 1))
            denials.lower_states(encoder, [asked])
            x, mask, marked, at, cue, *_ = denials.batch([asked])
            kinds, ends = reader(x, mask, marked, at, cue)
            short = [[round(float(v), 5) for v in column] for column in ends[0].log_softmax(0).T]
            out.write(json.dumps({"text": row["text"], "cue": [inside[0], inside[-1] + 1],
                                  "kinds": [round(float(v), 5) for v in kinds[0].softmax(0)], "ends": short}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Train the upper layer and the head that score check-worthiness, on the rounded sentence encoder.

usage: train_checkworthiness.py --encoder DIR --data train.tsv --weights OUT.safetensors

DIR holds sentences.safetensors and vocabulary.txt as the program has them. The layers below are not trained, so what they
make of the sentences is computed once.
"""
import argparse
import random
import time

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

import data
from checkworthiness import Scorer, lower, pieces, rounded_encoder, rows, stacked
from export import rounded


def plan(states, epochs, size, chance):
    """batches of like length in chance order"""
    out, pool = [], size * 32
    for _ in range(epochs):
        order = list(range(len(states)))
        chance.shuffle(order)
        epoch = []
        for first in range(0, len(order), pool):
            part = sorted(order[first: first + pool], key=lambda i: len(states[i]))
            epoch += [part[i: i + size] for i in range(0, len(part), size)]
        chance.shuffle(epoch)
        out += epoch
    return out


def put_layers(out, layers):
    """puts the rounded layers into `out` and gives them the rounded numbers too"""
    for i, layer in enumerate(layers):
        p = "layers.%d." % i
        sides = (layer.query, layer.key, layer.value)
        groups = {"attention": sides, "joined": (layer.joined,), "wide": (layer.wide,), "narrow": (layer.narrow,)}
        for name, parts in groups.items():
            q, s = rounded(torch.cat([x.weight.data for x in parts]))
            out[p + name + ".q"], out[p + name + ".s"] = q.contiguous(), s
            out[p + name + ".b"] = torch.cat([x.bias.data for x in parts]).contiguous()
            for x, part in zip(parts, (q.float() * s[:, None]).chunk(len(parts))):
                x.weight.data.copy_(part)
        for name in ("joined_norm", "out_norm"):
            norm = getattr(layer, name)
            out[p + name + ".scale"], out[p + name + ".shift"] = norm.weight.data.clone(), norm.bias.data.clone()


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--encoder", "--data", "--weights"):
        ap.add_argument(name, required=True)
    ap.add_argument("--upper", type=int, default=1, help="layers that are trained")
    ap.add_argument("--epochs", type=int, default=2)
    ap.add_argument("--batch", type=int, default=32)
    ap.add_argument("--rate", type=float, default=3e-4)
    ap.add_argument("--head-rate", type=float, default=2e-3)
    ap.add_argument("--threads", type=int, default=2, help="sums are taken in another order on another number")
    ap.add_argument("--seed", type=int, default=1)
    a = ap.parse_args()
    torch.set_num_threads(a.threads)
    print("data sha256", data.checksum(a.data), flush=True)
    print("encoder sha256", data.checksum(a.encoder + "/sentences.safetensors"), flush=True)
    with open(a.encoder + "/vocabulary.txt", encoding="utf-8") as f:
        vocabulary = {piece: number for number, piece in enumerate(f.read().splitlines())}
    encoder = rounded_encoder(a.encoder + "/sentences.safetensors")
    examples = rows(a.data)
    started = time.time()
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        states = lower(encoder, a.upper, [pieces(sentence, vocabulary) for _, sentence, _ in examples])
        states = [s.bfloat16() for s in states]
    print("%d sentences, %.0f s below" % (len(states), time.time() - started), flush=True)

    model = Scorer(encoder, a.upper)
    torch.manual_seed(a.seed)
    batches = plan(states, a.epochs, a.batch, random.Random(a.seed))
    layers = list(model.upper.parameters())
    optimiser = torch.optim.AdamW([
        {"params": [p for p in layers if p.ndim > 1], "lr": a.rate, "weight_decay": 0.01},
        {"params": [p for p in layers if p.ndim == 1], "lr": a.rate, "weight_decay": 0.0},
        {"params": model.head.parameters(), "lr": a.head_rate, "weight_decay": 0.0}], fused=True)
    steps, warm = len(batches), max(1, len(batches) // 10)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda s: min((s + 1) / warm, max(0.0, (steps - s) / (steps - warm))))
    right = torch.tensor([float(worth) for _, _, worth in examples])
    started, seen = time.time(), 0.0
    model.train()
    for step, part in enumerate(batches):
        x, mask = stacked([states[i] for i in part])
        with torch.autocast("cpu", dtype=torch.bfloat16):
            scores = model(x, mask)
        loss = F.binary_cross_entropy_with_logits(scores.float(), right[part])
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        seen += float(loss.detach())
        if (step + 1) % 100 == 0:
            print("step %d of %d, %.0f s, loss %.4f" % (step + 1, steps, time.time() - started, seen / 100), flush=True)
            seen = 0.0

    model.eval()
    out = {"head.weight": model.head.weight.data[0].contiguous(), "head.bias": model.head.bias.data}
    put_layers(out, model.upper)
    save_file(out, a.weights)
    print("weights sha256", data.checksum(a.weights))


if __name__ == "__main__":
    main()

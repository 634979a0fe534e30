#!/usr/bin/env python3
"""Train the attribution tagger and linker.

usage: train_attribution.py --base MODEL_DIR --data polnear-train.jsonl --out model.pt [--epochs 3]
       train_attribution.py --below attribution.safetensors --vocabulary vocabulary.txt --deeper bge.safetensors
       --data polnear-train.jsonl --out model.pt

The first trains all layers of a model. The second keeps the two lower layers of weights that the program has, and trains the
layers after the third of a deeper model of the same family above them: the reader of cues and whatever else stands on the
lower layers stays right.
"""
import argparse
import random
import time

import torch

import data
import denials
import text
from checkworthiness import rounded_encoder
from encoder import Encoder, Tagger

DEEPER = 12  # layers of the deeper model
MIDDLE = range(3, 7)  # of which these are taken: the lower ones kept began as its first and its third


def link_loss(links, targets, words):
    """mean -log of the share that each word which belongs to others gives to them"""
    share = links.masked_fill(~words[:, None, None, :], -1e4).log_softmax(-1)
    mine = torch.logsumexp(share.masked_fill(~targets, -1e4), -1)
    counted = targets.any(-1)
    return -sum(mine[:, r][counted[:, r]].sum() / counted[:, r].sum().clamp(min=1) for r in (0, 1))


def epoch_windows(articles, budget, chance):
    """windows of every article, the first of a chance length so that no epoch cuts alike; longest together"""
    items = []
    for a in articles:
        items += [(a, s, e) for s, e in text.windows(a.words, budget, chance.randint(budget // 4, budget))]
    chance.shuffle(items)
    return items


def batches(items, size, chance):
    """windows of like length together, batches in chance order"""
    out, pool = [], size * 16
    for i in range(0, len(items), pool):
        part = sorted(items[i: i + pool], key=lambda x: x[2] - x[1])
        out += [part[j: j + size] for j in range(0, len(part), size)]
    chance.shuffle(out)
    return out


def begun(a):
    """the encoder to train, and the vocabulary that it reads by"""
    if not a.below:
        print("base sha256", data.checksum(a.base + "/model.safetensors"), flush=True)
        return Encoder.pretrained(a.base + "/model.safetensors", a.layers), text.vocabulary(a.base + "/vocab.txt")
    for path in (a.below, a.deeper):
        print(path.rsplit("/", 1)[-1], "sha256", data.checksum(path), flush=True)
    vocabulary = denials.pruned(a.vocabulary)
    text.STOPS = {vocabulary[stop] for stop in ".?!;"}
    below = rounded_encoder(a.below)
    deeper = Encoder.pretrained(a.deeper, DEEPER).layers
    return below.keep_below(denials.LOWER, (deeper[i] for i in MIDDLE)), vocabulary


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--base", help="folder with model.safetensors and vocab.txt")
    ap.add_argument("--below", help="weights of the program, whose lower layers are kept")
    ap.add_argument("--vocabulary", help="of those")
    ap.add_argument("--deeper", help="weights that onnx_weights.py wrote")
    ap.add_argument("--data", required=True)
    ap.add_argument("--out", required=True)
    ap.add_argument("--epochs", type=int, default=3)
    ap.add_argument("--window", type=int, default=192, help="word pieces")
    ap.add_argument("--batch", type=int, default=16)
    ap.add_argument("--rate", type=float, default=2e-4)
    ap.add_argument("--head-rate", type=float, default=2e-3)
    ap.add_argument("--layers", type=int, default=6)
    ap.add_argument("--start", help="weights of an earlier run to go on from")
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--threads", type=int, default=1, help="sums are taken in another order on another number")
    a = ap.parse_args()
    torch.set_num_threads(a.threads)
    print("data sha256", data.checksum(a.data), flush=True)
    torch.manual_seed(a.seed)
    chance = random.Random(a.seed)
    encoder, vocabulary = begun(a)
    model = Tagger(encoder)
    articles = data.load(a.data, vocabulary)
    if a.start:
        print("start sha256", data.checksum(a.start), flush=True)
        model.load_state_dict(torch.load(a.start))
    trained = [p for p in model.encoder.parameters() if p.requires_grad]
    decayed = [p for p in trained if p.ndim > 1]
    plain = [p for p in trained if p.ndim == 1]
    heads = [p for n, p in model.named_parameters() if not n.startswith("encoder.")]
    optimiser = torch.optim.AdamW([
        {"params": decayed, "lr": a.rate, "weight_decay": 0.01}, {"params": plain, "lr": a.rate, "weight_decay": 0.0},
        {"params": heads, "lr": a.head_rate, "weight_decay": 0.0}], fused=True)
    plan = [b for _ in range(a.epochs) for b in batches(epoch_windows(articles, a.window, chance), a.batch, chance)]
    steps, warm = len(plan), max(1, len(plan) // 10)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda s: min((s + 1) / warm, max(0.0, (steps - s) / (steps - warm))))
    started, seen = time.time(), [0.0, 0.0]
    model.train()
    for step, items in enumerate(plan):
        t = data.batch(items)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            emissions, links = model(t["pieces"], t["quoted"], t["mask"], t["at"])
        tags = model.chain_loss(emissions.float(), t["labels"], t["words"])
        edges = link_loss(links, t["targets"], t["words"])
        optimiser.zero_grad(set_to_none=True)
        (tags + 0.2 * edges).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        seen[0] += float(tags.detach())
        seen[1] += float(edges.detach())
        if (step + 1) % 25 == 0:
            print("step %d of %d, %.0f s, tags %.4f, links %.4f" % (step + 1, steps, time.time() - started, seen[0] / 25, seen[1] / 25),
                  flush=True)
            seen = [0.0, 0.0]
        if (step + 1) % 100 == 0:
            torch.save(model.state_dict(), a.out)
    torch.save(model.state_dict(), a.out)
    print("weights sha256", data.checksum(a.out))


if __name__ == "__main__":
    main()

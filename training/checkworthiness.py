"""Sentences with labels, and the scorer: lower layers of the sentence encoder as they are, upper layers and a head of its own."""
import csv

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn

import text
from encoder import HEADS, WIDTH, Encoder, Layer

LONGEST = 128  # pieces, the two marks included


def rows(path):
    """(id, sentence, whether it is worth a check); the one line of the training file that holds two sentences is left out"""
    with open(path, encoding="utf-8", newline="") as f:
        table = list(csv.reader(f, delimiter="\t"))[1:]
    return [(int(r[0]), r[1], r[2] == "Yes") for r in table if len(r) == 3 and r[2] in ("Yes", "No")]


def pieces(line, vocabulary):
    """the pieces of a sentence between the two marks, by the vocabulary of the rounded encoders"""
    words = text.read(line, vocabulary)
    inside = [p for (start, end), own in zip(words.spans, words.pieces) if end > start for p in own]
    return [vocabulary["[CLS]"]] + inside[: LONGEST - 2] + [vocabulary["[SEP]"]]


def full(w, name):
    """the numbers that the bytes of a matrix stand for"""
    return w[name + ".q"].float() * w[name + ".s"][:, None]


def read_layers(layers, w):
    """gives layers the numbers of a file of weights"""
    for i, layer in enumerate(layers):
        p = "layers.%d." % i
        groups = {"attention": (layer.query, layer.key, layer.value), "joined": (layer.joined,), "wide": (layer.wide,),
                  "narrow": (layer.narrow,)}
        for name, parts in groups.items():
            rows = zip(parts, full(w, p + name).chunk(len(parts)), w[p + name + ".b"].chunk(len(parts)))
            for part, weight, bias in rows:
                part.weight.data.copy_(weight)
                part.bias.data.copy_(bias)
        for name in ("joined_norm", "out_norm"):
            getattr(layer, name).weight.data.copy_(w[p + name + ".scale"])
            getattr(layer, name).bias.data.copy_(w[p + name + ".shift"])


def rounded_encoder(path):
    """the sentence encoder as the Rust inference reads it: bytes with a scale for each row"""
    w = load_file(path)
    e = Encoder(6, w["pieces.q"].shape[0])
    for table in ("pieces", "places", "kinds"):
        getattr(e, table).weight.data.copy_(full(w, table))
    e.norm.weight.data.copy_(w["norm.scale"])
    e.norm.bias.data.copy_(w["norm.shift"])
    read_layers(e.layers, w)
    return e.eval()


def attention_mask(mask):
    b, n = mask.shape
    m = torch.zeros(b, n).masked_fill(~mask, -1e4)[:, None, None, :].expand(b, HEADS, n, n).reshape(b * HEADS, n, n)
    return m.bfloat16() if torch.is_autocast_enabled("cpu") else m


class Scorer(nn.Module):
    """upper layers, the mean over the pieces, one number"""

    def __init__(self, encoder, upper):
        super().__init__()
        self.upper = nn.ModuleList(Layer() for _ in range(upper))
        self.upper.load_state_dict(nn.ModuleList(encoder.layers[-upper:]).state_dict())
        self.head = nn.Linear(WIDTH, 1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, x, mask, drop=0.1):
        m = attention_mask(mask)
        for layer in self.upper:
            x = layer(x, m, drop)
        mean = (x.float() * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        return self.head(F.dropout(mean, drop, self.training))[:, 0]


def rounded_scorer(encoder, path):
    """the scorer on the rounded encoder with the numbers that the file's bytes stand for"""
    w = load_file(path)
    scorer = Scorer(encoder, sum(name.endswith(".joined.q") for name in w))
    read_layers(scorer.upper, w)
    scorer.head.weight.data.copy_(w["head.weight"][None])
    scorer.head.bias.data.copy_(w["head.bias"])
    return scorer.eval()


def like_length(lines, size):
    """places of lines in batches of like length"""
    order = sorted(range(len(lines)), key=lambda i: len(lines[i]))
    return [order[first: first + size] for first in range(0, len(order), size)]


def lower(encoder, upper, lines, size=128):
    """what the layers below the upper ones make of each list of pieces"""
    out = [None] * len(lines)
    kept = list(encoder.layers)[: len(encoder.layers) - upper]
    for part in like_length(lines, size):
        longest = max(len(lines[i]) for i in part)
        at, mask = torch.zeros(len(part), longest, dtype=torch.long), torch.zeros(len(part), longest, dtype=torch.bool)
        for row, i in enumerate(part):
            at[row, : len(lines[i])], mask[row, : len(lines[i])] = torch.tensor(lines[i]), True
        x = encoder.norm(encoder.pieces(at) + encoder.places.weight[:longest] + encoder.kinds.weight[0])
        m = attention_mask(mask)
        for layer in kept:
            x = layer(x, m, 0.0)
        for row, i in enumerate(part):
            out[i] = x[row, : len(lines[i])].clone()
    return out


def stacked(states):
    """what `lower` gave for some lines, as a batch with its mask"""
    longest = max(len(s) for s in states)
    x, mask = torch.zeros(len(states), longest, WIDTH), torch.zeros(len(states), longest, dtype=torch.bool)
    for row, s in enumerate(states):
        x[row, : len(s)], mask[row, : len(s)] = s.float(), True
    return x, mask

#!/usr/bin/env python3
"""Write the weights of the sentence encoder that the Rust inference reads, rounded as those of export.py.

usage: export_sentences.py --base MODEL_DIR [--model model.pt] --vocabulary VOCABULARY.txt --weights OUT.safetensors

--vocabulary names the pieces that export.py kept: both encoders read words in the same way. Without --model the base is
written as it is.
"""
import argparse

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

import data
import text
from encoder import Encoder
from export import put_encoder


def vectors(encoder, lines, drop=0.0):
    """one row of length 1 for each list of pieces: the mean over them"""
    longest = max(len(line) for line in lines)
    at, mask = torch.zeros(len(lines), longest, dtype=torch.long), torch.zeros(len(lines), longest, dtype=torch.bool)
    for row, line in enumerate(lines):
        at[row, : len(line)], mask[row, : len(line)] = torch.tensor(line), True
    h = encoder(at, torch.zeros_like(at), mask, drop).float()
    return F.normalize((h * mask[..., None]).sum(1) / mask.sum(1, keepdim=True), dim=1)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--base", "--vocabulary", "--weights"):
        ap.add_argument(name, required=True)
    ap.add_argument("--model")
    a = ap.parse_args()
    vocabulary = text.vocabulary(a.base + "/vocab.txt")
    with open(a.vocabulary, encoding="utf-8") as f:
        kept = f.read().splitlines()
    encoder = Encoder.pretrained(a.base + "/model.safetensors")
    if a.model:
        encoder.load_state_dict(torch.load(a.model))
    encoder.eval()
    out = {}
    with torch.no_grad():
        put_encoder(out, encoder, [vocabulary[p] for p in kept])
    save_file(out, a.weights)
    print("weights sha256", data.checksum(a.weights), "pieces", len(kept))


if __name__ == "__main__":
    main()

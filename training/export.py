#!/usr/bin/env python3
"""Write the weights that the Rust inference reads: bytes with one scale a row, and the pieces kept of the vocabulary.

usage: export.py --base MODEL_DIR --model model.pt --weights OUT.safetensors --vocabulary OUT.txt
       export.py --model model.pt --weights OUT.safetensors

The second is for a model that was trained on lower layers of the program, and reads the pieces that are kept already."""
import argparse

import torch
from safetensors.torch import save_file

import data
import text
from encoder import Encoder, Tagger

KEPT_MARKS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def kept_pieces(vocabulary):
    """pieces of Latin letters, digits and marks; no placeholders"""
    def latin(piece):
        return all(ord(c) < 0x250 or 0x2000 <= ord(c) < 0x2200 for c in piece)
    return [p for p in vocabulary if p in KEPT_MARKS or (latin(p) and not (p.startswith("[") and len(p) > 1))]


def rounded(weight):
    """rows as bytes and the value of one step of each"""
    scale = weight.abs().amax(1).clamp(min=1e-12) / 127
    return (weight / scale[:, None]).round().clamp(-127, 127).to(torch.int8), scale.float()


def put_encoder(out, encoder, kept):
    """puts the rounded encoder into `out` and gives it the rounded numbers too; answers what puts a further matrix"""
    def put(name, weight, bias=None):
        q, s = rounded(weight.data)
        out[name + ".q"], out[name + ".s"] = q.contiguous(), s
        if bias is not None:
            out[name + ".b"] = bias.data.float().contiguous()
        return q.float() * s[:, None]

    rows = torch.tensor(kept)
    encoder.pieces.weight[rows] = put("pieces", encoder.pieces.weight[rows])
    for name in ("places", "kinds"):
        table = getattr(encoder, name)
        table.weight.copy_(put(name, table.weight))
    norms = [("norm", encoder.norm)]
    for i, layer in enumerate(encoder.layers):
        p = "layers.%d." % i
        sides = (layer.query, layer.key, layer.value)
        w = put(p + "attention", torch.cat([x.weight for x in sides]), torch.cat([x.bias for x in sides]))
        for x, part in zip(sides, w.chunk(3)):
            x.weight.copy_(part)
        for name in ("joined", "wide", "narrow"):
            x = getattr(layer, name)
            x.weight.copy_(put(p + name, x.weight, x.bias))
        norms += [(p + "joined_norm", layer.joined_norm), (p + "out_norm", layer.out_norm)]
    for name, norm in norms:
        out[name + ".scale"], out[name + ".shift"] = norm.weight.data.clone(), norm.bias.data.clone()
    return put


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--base", "--vocabulary"):
        ap.add_argument(name)
    for name in ("--model", "--weights"):
        ap.add_argument(name, required=True)
    ap.add_argument("--layers", type=int, default=6)
    a = ap.parse_args()
    state = torch.load(a.model)
    size = state["encoder.pieces.weight"].shape[0]
    vocabulary = text.vocabulary(a.base + "/vocab.txt") if a.base else {}
    kept = kept_pieces(vocabulary)
    model = Tagger(Encoder(a.layers, size))
    model.load_state_dict(state)
    model.eval()
    out = {}
    with torch.no_grad():
        put = put_encoder(out, model.encoder, [vocabulary[p] for p in kept] if a.base else range(size))
        sides = (model.dependent, model.governor)
        w = put("links", torch.cat([x.weight for x in sides]), torch.cat([x.bias for x in sides]))
        for x, part in zip(sides, w.chunk(2)):
            x.weight.copy_(part)
        transition, first = model.transitions()
        out.update({"emit.weight": model.emit.weight.data.clone(), "emit.bias": model.emit.bias.data.clone(),
                    "transition": transition.clone(), "first": first.clone(), "distance": model.distance.data.clone()})
    save_file(out, a.weights)
    if a.base:
        with open(a.vocabulary, "w", encoding="utf-8") as f:
            f.writelines(p + "\n" for p in kept)
    print("weights sha256", data.checksum(a.weights), "pieces", len(kept) or size)


if __name__ == "__main__":
    main()

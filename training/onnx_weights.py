#!/usr/bin/env python3
"""The weights of a BERT-shaped encoder in an ONNX file, under the names that BERT's own files have.

usage: onnx_weights.py model.onnx OUT.safetensors

An exported product of rows and a matrix keeps the matrix turned and without its name; the product's own name tells whose it is.
"""
import sys

import onnx
import torch
from onnx import numpy_helper
from safetensors.torch import save_file

import data


def named(graph):
    """every matrix and row of numbers of the encoder"""
    held = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    out = {name: torch.tensor(value) for name, value in held.items() if name.startswith(("embeddings.", "encoder."))}
    for node in graph.node:
        for name in node.input:
            if node.op_type == "MatMul" and name in held:
                out[node.name.strip("/").removesuffix("/MatMul").replace("/", ".") + ".weight"] = torch.tensor(held[name].T.copy())
    return out


def main():
    source, target = sys.argv[1:]
    save_file(named(onnx.load(source).graph), target)
    print("%s sha256 %s\n%s sha256 %s" % (source, data.checksum(source), target, data.checksum(target)))


if __name__ == "__main__":
    main()

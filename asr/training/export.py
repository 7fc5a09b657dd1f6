#!/usr/bin/python3
"""Exports a checkpoint for sherpa-onnx's T-one streaming runtime.

    export.py RUN OUTDIR          (RUN holds ckpt.pt and vocab.json)

Writes OUTDIR/{char,syl}.onnx and {char,syl}.tokens.txt. Large weights are stored as int8 with one scale per output channel
(DequantizeLinear; the arithmetic stays float32), the transforms as float16.
"""
import json
import os
import sys

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper

from network import CHUNK, Net, Stream

SMALL = 4096
METADATA = {
    "model_type": "t-one",
    "frame_length_ms": 300,
    "sample_rate": 8000,
    "language": "Chinese (synthetic callers only)",
    "version": 1,
    "comment": "demo model trained on espeak-ng speech; not for real callers",
}


def quantised(tensor, weights):
    """int8 initialisers and the node that turns them back."""
    scale = np.maximum(np.abs(weights).max(0), 1e-8) / 127
    names = [tensor.name + suffix for suffix in ("_q", "_s", "_z")]
    arrays = [np.clip(np.round(weights / scale), -127, 127).astype(np.int8), scale.astype(np.float32), np.zeros(len(scale), np.int8)]
    return [numpy_helper.from_array(a, n) for a, n in zip(arrays, names)], helper.make_node("DequantizeLinear", names, [tensor.name], axis=1)


def halved(tensor, weights):
    half = numpy_helper.from_array(weights.astype(np.float16), tensor.name + "_h")
    return [half], helper.make_node("Cast", [half.name], [tensor.name], to=1)


def shrink(model):
    kept, nodes = [], []
    for tensor in model.graph.initializer:
        weights = numpy_helper.to_array(tensor)
        if weights.dtype != np.float32 or weights.size < SMALL:
            kept.append(tensor)
            continue
        small, node = (quantised if weights.ndim == 2 else halved)(tensor, weights)
        kept += small
        nodes.append(node)
    rest = list(model.graph.node)
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(kept)
    model.graph.node.extend(nodes + rest)


def export(net, head, symbols, folder):
    stream = Stream(net, head)
    path = os.path.join(folder, head + ".onnx")
    example = (torch.zeros(1, CHUNK, 1, dtype=torch.int32), torch.zeros(1, stream.state_dim).half())
    names = dict(input_names=["signal", "state"], output_names=["logprobs", "state_next"])
    axes = {"signal": {0: "N", 1: "samples"}, "state": {0: "N"}, "logprobs": {0: "N", 1: "frames"}, "state_next": {0: "N"}}
    torch.onnx.export(stream, example, path, opset_version=13, dynamic_axes=axes, **names)
    model = onnx.load(path)
    shrink(model)
    # The runtime reads the number of symbols from the static last dimension.
    model.graph.output[0].type.tensor_type.shape.dim[2].dim_value = len(symbols) + 1
    for key, value in {**METADATA, "state_dim": stream.state_dim}.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, str(value)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    with open(os.path.join(folder, head + ".tokens.txt"), "w", encoding="utf8") as tokens:
        tokens.writelines(f"{symbol} {i}\n" for i, symbol in enumerate(["<blk>"] + symbols))
    print(path, os.path.getsize(path), "bytes")


def main():
    run, folder = sys.argv[1:3]
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(run, "vocab.json"), encoding="utf8") as file:
        vocabulary = json.load(file)
    checkpoint = torch.load(os.path.join(run, "ckpt.pt"))
    net = Net(**checkpoint["cfg"])
    net.load_state_dict(checkpoint["net"])
    net.eval()
    export(net, "char", vocabulary["chars"], folder)
    export(net, "syl", vocabulary["syls"], folder)


if __name__ == "__main__":
    main()

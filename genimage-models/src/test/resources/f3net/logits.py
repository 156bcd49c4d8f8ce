"""Writes logits.json: the logit of F3Net with MixBlock for pictures with flat and saturated windows.

The network is the authors' (Leminhbinh0209/F3Net 0db8d24, f3net.py, which lies beside this script when it runs), with
one output and the reference fill of the salt "flat" in every weight that is learnt (ReferenceFill). The pictures are
those of local_statistics.py. "float64" is the logit in 64 bits, "float32" in 32. Run it with torch 2.13.0:
python logits.py > logits.json
"""
import json
import math

import numpy as np
import torch

import f3net

SIDE, SALT = 299, "flat"
MASK = (1 << 64) - 1


def uniforms(key, count):
    state = 0xCBF29CE484222325
    for byte in f"{SALT}:{key}".encode():
        state = (state ^ byte) * 0x100000001B3 & MASK
    steps = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(state)
    z = (steps ^ (steps >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((z ^ (z >> np.uint64(31))) >> np.uint64(40)).astype(np.float64) * 2.0**-24


def fill(key, shape):
    u, name = uniforms(key, math.prod(shape)), key.rsplit(".", 1)[-1]
    if name == "running_var":
        values = 0.5 + u
    elif name == "running_mean":
        values = 0.2 * (u - 0.5)
    elif len(shape) >= 2:
        values = (2 * u - 1) * math.sqrt(3.0 / (math.prod(shape) / shape[0]))
    elif len(shape) == 1 and name == "weight":
        values = 0.75 + 0.5 * u
    else:
        values = 0.2 * (u - 0.5)
    return torch.tensor(values.astype(np.float32).reshape(shape))


def network():
    f3net.return_pytorch04_xception = lambda pretrained: f3net.xception(pretrained=False)
    net = f3net.F3Net(num_classes=1).eval()
    for key, value in net.state_dict().items():
        fixed = key.endswith(("num_batches_tracked", ".base", ".ft_num")) or "_DCT_" in key
        if not fixed:
            value.copy_(fill(key, tuple(value.shape)))
    return net


def pictures():
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    zero = 0 * x
    yield "white", (zero + 255,) * 3
    yield "dark", (zero + 17,) * 3
    yield "red", (zero + 255, zero, zero)
    yield "blue squares", (zero, zero, (x // 20 + y // 20) % 2 * 255)
    yield "stripes", (x // 8 % 2 * 255,) * 3
    yield "saturated", (np.clip(2 * x + y - 150, 0, 255),) * 3


torch.set_num_threads(1)
found = {}
net = network()
for dtype in (torch.float32, torch.float64):
    net = net.to(dtype)
    for name, channels in pictures():
        values = (np.stack(channels).astype(np.float64) / 255 * 2 - 1).astype(np.float32)
        with torch.no_grad():
            logit = net(torch.tensor(values)[None].to(dtype))[1].item()
        found.setdefault(name, {})[str(dtype).removeprefix("torch.")] = logit
print("{\n" + ",\n".join(f'"{name}": {json.dumps(value)}' for name, value in found.items()) + "\n}")

"""Writes local-statistics.json: F3Net's local statistics (LFS) by PyTorch, with filters that learnt nothing.

The head is the authors' (Leminhbinh0209/F3Net, models.py): grey values of 245 levels, windows of 10 x 10 pixels every
2 pixels, D x DT of each, log10(|coefficient| + 1e-15), means over six bands. "float64" holds its values in 64 bits at
every 24th window of both axes, band by band; "error" is the mean difference of 32 bits from them, "farthest" the
largest. Run it with torch 2.13.0: python local_statistics.py > local-statistics.json
"""
import json
import math

import numpy as np
import torch

SIDE, SIZE, BANDS = 299, 10, 6
PLACES = slice(2, None, 24)


def matrix():
    scale = [math.sqrt((1 if i == 0 else 2) / SIZE) for i in range(SIZE)]
    rows = [[scale[i] * math.cos((j + 0.5) * math.pi * i / SIZE) for j in range(SIZE)] for i in range(SIZE)]
    return torch.tensor(rows, dtype=torch.float64).float()


def statistics(images, dtype):
    images = images.to(dtype)
    grey = 0.299 * images[:, 0] + 0.587 * images[:, 1] + 0.114 * images[:, 2]
    grey = (grey.unsqueeze(1) + 1.0) * 122.5
    windows = torch.nn.functional.unfold(grey, (SIZE, SIZE), stride=2, padding=4)
    count = windows.shape[2]
    windows = windows.transpose(1, 2).reshape(len(images), count, 1, SIZE, SIZE)
    d = matrix().to(dtype)
    logs = torch.log10(torch.abs(d @ windows @ d.T) + 1e-15)
    frequency = torch.arange(SIZE)[:, None] + torch.arange(SIZE)[None, :]
    bands = []
    for i in range(BANDS):
        low, high = SIZE * 2.0 / BANDS * i, SIZE * 2.0 / BANDS * (i + 1)
        ones = ((frequency > low) & (frequency <= high)).to(dtype)
        bands.append((logs * ones / ones.sum()).sum(dim=(2, 3, 4)))
    side = math.isqrt(count)
    return torch.stack(bands, 1).reshape(len(images), BANDS, side, side)


def pictures():
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    zero = 0 * x
    yield "white", (zero + 255,) * 3
    yield "grey", (zero + 128,) * 3
    yield "dark", (zero + 17,) * 3
    yield "red", (zero + 255, zero, zero)
    yield "colour", (zero + 200, zero + 30, zero + 90)
    yield "green ramp", (zero, (7 * x + 3 * y) % 256, zero)
    yield "blue squares", (zero, zero, (x // 20 + y // 20) % 2 * 255)
    yield "stripes", (x // 8 % 2 * 255,) * 3
    yield "lying stripes", (y // 8 % 2 * 255,) * 3
    yield "ramp", (np.minimum(x, 255),) * 3
    yield "saturated", (np.clip(2 * x + y - 150, 0, 255),) * 3


torch.set_num_threads(1)
found = {}
for name, channels in pictures():
    values = (np.stack(channels).astype(np.float64) / 255 * 2 - 1).astype(np.float32)
    double, single = (statistics(torch.tensor(values)[None], t)[0, :, PLACES, PLACES].double() for t in (torch.float64, torch.float32))
    difference = (single - double).abs()
    found[name] = {
        "error": round(difference.mean().item(), 4),
        "farthest": round(difference.max().item(), 4),
        "float64": [round(v, 4) for v in double.flatten().tolist()],
    }
print("{\n" + ",\n".join(f'"{name}": {json.dumps(value)}' for name, value in found.items()) + "\n}")

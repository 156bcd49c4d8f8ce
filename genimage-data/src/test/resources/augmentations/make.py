"""Writes augmentations.json: what torchvision's augmentations make of pictures, for draws that are written down.

    python make.py        (torch 2.13.0, torchvision 0.28.0, Pillow 12.3.0, NumPy 2.4)

Pictures have no file: value c of the pixel in row y and column x is (37x + 91y + 53c + xy(c + 3) // 7) mod 256. Each
case has its draws and the SHA-256 of the result's bytes. RandomMask is that of Ouxiang-Li/SAFE (data/datasets.py),
written anew: a share of a grid's cells becomes 0. "laws" has 101 quantiles of draws, from 0 % to 100 %.
"""
import hashlib
import json
import pathlib
import random

import numpy as np
import torch
import torchvision
from PIL import Image
from torchvision import transforms
from torchvision.transforms import functional as F

HERE = pathlib.Path(__file__).parent
DRAWS = 10_000
SIZES = [(40, 31), (31, 40), (33, 33), (64, 24), (200, 151), (1, 5)]


def picture(width, height):
    y, x = np.mgrid[0:height, 0:width]
    return Image.fromarray(
        np.stack([(37 * x + 91 * y + 53 * c + x * y * (c + 3) // 7) % 256 for c in range(3)], axis=2).astype(np.uint8))


def case(source, result, **draws):
    pixels = np.asarray(result)
    return {"width": source[0], "height": source[1], **draws,
            "result": [pixels.shape[1], pixels.shape[0]],
            "sha256": hashlib.sha256(pixels.tobytes()).hexdigest()}


class WrittenDown(transforms.RandomCrop):
    """The crop of torchvision; it keeps the place that it drew in the padded picture."""

    def get_params(self, img, output_size):
        self.drawn = transforms.RandomCrop.get_params(img, output_size)
        return self.drawn


def crops():
    for width, height in SIZES:
        for size in (24, 36, 48):
            crop = WrittenDown([size, size], pad_if_needed=True)
            result = crop(picture(width, height))
            yield case((width, height), result, size=size, row=crop.drawn[0], column=crop.drawn[1])


def rotations():
    angles = [-180.0, -179.5, -135.25, -90.0, -45.0, -1.0, -0.1, 0.0, 0.25, 30.0, 45.0, 90.0, 123.456, 179.99, 180.0]
    angles += [float(torch.empty(1).uniform_(-180, 180)) for _ in range(10)]
    for width, height in SIZES:
        for angle in angles:
            yield case((width, height), F.rotate(picture(width, height), angle), angle=angle)


def jitters():
    steps = [F.adjust_brightness, F.adjust_contrast, F.adjust_saturation]
    jitter = transforms.ColorJitter(0.5, 0.5, 0.5)
    for width, height in SIZES:
        for _ in range(6):
            order, *factors = transforms.ColorJitter.get_params(
                jitter.brightness, jitter.contrast, jitter.saturation, None)
            order = [i for i in order.tolist() if i < 3]
            result = picture(width, height)
            for i in order:
                result = steps[i](result, factors[i])
            yield case((width, height), result, order=order, factors=factors[:3])


def masked(image, ratio, side):
    height, width = image.shape[:2]
    count = int(height * width * ratio / (side * side))
    cells = set()
    while len(cells) < count:
        cells.add((random.randint(0, height // side - 1), random.randint(0, width // side - 1)))
    result = image.copy()
    for row, column in cells:
        result[row * side:(row + 1) * side, column * side:(column + 1) * side] = 0
    return result, sorted(cells)


def masks():
    for width, height in ((64, 48), (70, 52), (33, 33)):
        for ratio in (0.0, 0.01, 0.3, 0.75):
            result, cells = masked(np.asarray(picture(width, height)), ratio, 16)
            columns = width // 16
            yield case((width, height), result, ratio=ratio, side=16,
                       cells=[row * columns + column for row, column in cells])


def quantiles(draws):
    values = np.quantile(np.asarray(draws, dtype=np.float64), np.linspace(0, 1, 101))
    return {"quantiles_0_to_100": [float(value) for value in values]}


def laws():
    angles = [transforms.RandomRotation.get_params([-180.0, 180.0]) for _ in range(DRAWS)]
    params = [transforms.ColorJitter.get_params((0.5, 1.5), (0.5, 1.5), (0.5, 1.5), None) for _ in range(DRAWS)]
    orders = ["".join(str(i) for i in p[0].tolist() if i < 3) for p in params]
    counts = []
    for _ in range(DRAWS):
        counts.append(0 if random.random() > 0.5 else int(256 * 256 * random.uniform(0, 0.75) / 256))
    return {
        "angle": quantiles(angles),
        "brightness": quantiles([p[1] for p in params]),
        "order_shares": {order: orders.count(order) / DRAWS for order in sorted(set(orders))},
        "masked_cells_of_256": quantiles(counts),
        "masked_share": 1 - sum(1 for c in counts if c == 0) / DRAWS,
    }


torch.manual_seed(20261129)
random.seed(20261129)
found = {
    "versions": {"torch": torch.__version__, "torchvision": torchvision.__version__,
                 "pillow": Image.__version__},
    "padded_crop": list(crops()),
    "rotation": list(rotations()),
    "colour_jitter": list(jitters()),
    "mask": list(masks()),
    "laws": laws(),
}
lines = ",\n".join(
    f"{json.dumps(key)}: " + ("[\n" + ",\n".join(map(json.dumps, part)) + "\n]" if isinstance(part, list) else
                             json.dumps(part))
    for key, part in found.items())
(HERE / "augmentations.json").write_text("{\n" + lines + "\n}\n")

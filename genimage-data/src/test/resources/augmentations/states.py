"""Writes states.json: what torchvision and Pillow make of pictures by Community Forensics' operations, for given draws.

    python states.py        (torch 2.13.0, torchvision 0.28.0, Pillow 12.3.0, NumPy 2.4)

Pictures have no file: value c of the pixel in row y and column x is (37x + 91y + 53c + xy(c + 3) // 7) mod 256. Each
case has its draws and the SHA-256 of the result's bytes. The operations are those of custom_transforms.py in
JeongsooP/Community-Forensics 5ec815f, called with numbers in place of draws; a grey border is resized to the
picture's own size, where that file exchanges width and height. "laws" has 101 quantiles of torchvision's own draws,
from 0 % to 100 %.
"""
import hashlib
import json
import pathlib

import numpy as np
import torch
import torchvision
from PIL import Image
from torchvision import transforms
from torchvision.transforms import functional as F
from torchvision.transforms import InterpolationMode as Mode

HERE = pathlib.Path(__file__).parent
DRAWS = 10_000
SIZES = [(40, 31), (31, 40), (33, 33), (64, 24), (200, 151), (9, 7)]
FILTERS = [Mode.BOX, Mode.BILINEAR, Mode.HAMMING, Mode.BICUBIC, Mode.LANCZOS, Mode.NEAREST]


def picture(width, height):
    y, x = np.mgrid[0:height, 0:width]
    return Image.fromarray(
        np.stack([(37 * x + 91 * y + 53 * c + x * y * (c + 3) // 7) % 256 for c in range(3)], axis=2).astype(np.uint8))


def case(source, result, **draws):
    pixels = np.asarray(result)
    return {"width": source[0], "height": source[1], **draws, "result": [pixels.shape[1], pixels.shape[0]],
            "sha256": hashlib.sha256(pixels.tobytes()).hexdigest()}


def each(draws):
    for width, height in SIZES:
        for draw in draws:
            yield (width, height), picture(width, height), draw


def rotations():
    angles = [-15.0, -7.25, -0.1, 0.01, 3.3, 14.99] + torch.empty(4).uniform_(-15, 15).tolist()
    for size, image, angle in each(angles):
        yield case(size, F.rotate(image, angle, interpolation=Mode.BILINEAR), angle=angle)


def translations():
    for size, image, (x, y) in each([(0, 0), (3, 0), (0, -2), (-4, 1), (2, 3)]):
        result = F.affine(image, 0.0, [x, y], 1.0, [0.0, 0.0], interpolation=Mode.BILINEAR)
        yield case(size, result, x=x, y=y)


def shears():
    draws = [(0.0, 0.0), (15.0, 0.0), (0.0, -15.0), (-15.0, 15.0)] + torch.empty(6, 2).uniform_(-15, 15).tolist()
    for size, image, (x, y) in each(draws):
        result = F.affine(image, 0.0, [0, 0], 1.0, [x, y], interpolation=Mode.BILINEAR)
        yield case(size, result, x=x, y=y)


def borders():
    for size, image, (left, top, right, bottom, grey) in each([(0, 0, 0, 0, 7), (1, 2, 0, 1, 200), (0, 1, 2, 0, 255)]):
        padded = F.pad(image, (left, top, right, bottom), fill=grey, padding_mode="constant")
        result = F.resize(padded, (size[1], size[0]), interpolation=Mode.BILINEAR)
        yield case(size, result, left=left, top=top, right=right, bottom=bottom, grey=grey)


def crops():
    for width, height in SIZES:
        for i, mode in enumerate(FILTERS):
            for side in (5, 24, 48):
                top, left = height // 16, width // 12
                h, w = height - top - height // 10, width - left - width // 20
                result = F.resized_crop(picture(width, height), top, left, h, w, side, interpolation=mode)
                yield case((width, height), result, left=left, top=top, w=w, h=h, side=side, filter=i, name=mode.value)


def flips():
    for width, height in SIZES:
        yield case((width, height), F.vflip(picture(width, height)))


def rectangles():
    for size, image, (x, y, w, h, grey) in each([(0, 0, 4, 3, 0), (2, 1, 5, 4, 77), (1, 3, 6, 2, 255)]):
        result = F.to_pil_image(F.erase(F.pil_to_tensor(image), y, x, h, w, torch.tensor(grey)))
        yield case(size, result, x=x, y=y, w=w, h=h, grey=grey)


def quantiles(draws):
    values = np.quantile(np.asarray(draws, dtype=np.float64), np.linspace(0, 1, 101))
    return {"quantiles_0_to_100": [float(value) for value in values]}


def laws():
    image = picture(440, 600)
    moved = [transforms.RandomAffine.get_params((0.0, 0.0), (0.1, 0.1), None, None, [440, 600]) for _ in range(DRAWS)]
    sheared = [transforms.RandomAffine.get_params((0.0, 0.0), None, None, [-15., 15., -15., 15.], [440, 600])
               for _ in range(DRAWS)]
    boxes = [transforms.RandomResizedCrop.get_params(image, [0.9, 1.0], [3. / 4., 4. / 3.]) for _ in range(DRAWS)]
    tensor = F.pil_to_tensor(image)
    erased = [transforms.RandomErasing.get_params(tensor, (0.02, 0.06), (0.3, 3.3), [0.0]) for _ in range(DRAWS)]
    return {
        "width": 440,
        "height": 600,
        "moved_right": quantiles([p[1][0] for p in moved]),
        "moved_down": quantiles([p[1][1] for p in moved]),
        "sheared_x": quantiles([p[3][0] for p in sheared]),
        "crop_area": quantiles([b[2] * b[3] for b in boxes]),
        "crop_width": quantiles([b[3] for b in boxes]),
        "erased_area": quantiles([e[2] * e[3] for e in erased]),
        "erased_height": quantiles([e[2] for e in erased]),
    }


torch.manual_seed(20261130)
found = {
    "versions": {"torch": torch.__version__, "torchvision": torchvision.__version__, "pillow": Image.__version__},
    "rotation": list(rotations()),
    "translation": list(translations()),
    "shear": list(shears()),
    "border": list(borders()),
    "crop": list(crops()),
    "flip": list(flips()),
    "rectangle": list(rectangles()),
    "laws": laws(),
}
lines = ",\n".join(
    f"{json.dumps(key)}: " + ("[\n" + ",\n".join(map(json.dumps, part)) + "\n]" if isinstance(part, list) else
                             json.dumps(part))
    for key, part in found.items())
(HERE / "states.json").write_text("{\n" + lines + "\n}\n")

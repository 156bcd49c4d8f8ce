"""Compares loading JPEG files into batches of 64: genimage's loader and PyTorch's DataLoader with timm's transforms.

    python3 benchmarks/loading.py [--rounds 3] [--seconds 5] [--images FOLDER]

The two run in turns, genimage with two threads, PyTorch with two workers. Both return 8-bit batches. Normalisation and
random erasing come later, so they are not measured, except in the column "PyTorch, float": there the workers do both.
Needs Linux, Maven, a JDK, and Python with torch, timm and opencv-python-headless. Both read the same files: 400 JPEG
files of 500x375 pixels and quality 96, rendered from a fixed seed, or your own; and 40 files of 2000x1500 pixels.
"""

import shutil
import statistics
import sys
import time
from pathlib import Path

from measuring import at_least, cell, class_path, java, measured, measuring, parser, ratio, table

BESIDE = {"packed_evaluation": "evaluation", "packed_crop_flip": "crop_flip", "large_reduced": "large_evaluation"}


def write_files(folder, own):
    import cv2
    import numpy as np

    rng = np.random.default_rng(1)

    def picture(width, height):
        layers = [rng.normal(0, 40, (height // s, width // s, 3)) for s in (48, 16)]
        smooth = sum(cv2.resize(layer, (width, height), interpolation=cv2.INTER_CUBIC) for layer in layers)
        return np.clip(128 + smooth + rng.normal(0, 5, smooth.shape), 0, 255).astype(np.uint8)

    for name, count, width, height in ("small", 400, 500, 375), ("large", 40, 2000, 1500):
        (folder / name).mkdir()
        for i in range(count if name == "large" or not own else 0):
            cv2.imwrite(str(folder / name / f"{i:03}.jpg"), picture(width, height), [cv2.IMWRITE_JPEG_QUALITY, 96])
    for i, path in enumerate(sorted(own)):
        shutil.copy(path, folder / "small" / f"{i:04}.jpg")
    sizes = [path.stat().st_size for path in (folder / "small").iterdir()]
    print(f"{len(sizes)} small files, {statistics.mean(sizes) / 1000:.0f} kB on average", file=sys.stderr)


def measure_python(folder, seconds_each):
    import torch
    from PIL import Image
    from timm.data import create_transform
    from timm.data.loader import fast_collate

    torch.set_num_threads(1)

    class Files(torch.utils.data.Dataset):
        def __init__(self, name, transform):
            self.paths = sorted((folder / name).iterdir())
            self.transform = transform

        def __len__(self):
            return 400_000

        def __getitem__(self, index):
            with open(self.paths[index % len(self.paths)], "rb") as file:
                return self.transform(Image.open(file).convert("RGB")), 0

    def rate(name, collate=fast_collate, **options):
        transform = create_transform(224, use_prefetcher=collate is not None, **options)
        files = Files(name, transform)
        loader = iter(torch.utils.data.DataLoader(files, batch_size=64, shuffle=True, num_workers=2, collate_fn=collate))

        def read(seconds):
            begin, images = time.perf_counter(), 0
            while (elapsed := time.perf_counter() - begin) < seconds:
                images += len(next(loader)[0])
            return images / elapsed

        read(0.6 * seconds_each)
        return read(seconds_each)

    evaluation = dict(is_training=False, interpolation="bilinear", crop_pct=0.875)
    training = dict(is_training=True, interpolation="random", color_jitter=None)
    randaugment = dict(training, auto_augment="rand-m9-mstd0.5-inc1")
    print("evaluation", rate("small", **evaluation))
    print("crop_flip", rate("small", **training))
    print("randaugment", rate("small", **randaugment))
    print("large_evaluation", rate("large", **evaluation))
    print("evaluation_float", rate("small", None, **evaluation))
    print("crop_flip_float", rate("small", None, **training))
    print("randaugment_float", rate("small", None, **randaugment, re_prob=0.6, re_mode="pixel"))


def options():
    found = parser(__doc__)
    found.add_argument("--rounds", type=at_least(1), default=3)
    found.add_argument("--seconds", type=at_least(0.01, float), default=5, help="of each measurement")
    found.add_argument("--images", type=Path, help="JPEG files in this folder and below instead of rendered ones")
    return found.parse_args()


def compare(chosen, made):
    folder = made / "loading"
    if chosen.images or not folder.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        own = [path for path in chosen.images.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg")] if chosen.images else []
        write_files(folder, own)
    ours = java(class_path(made / "class-path"), "4g", "LoadingBenchmark", folder, chosen.seconds)
    theirs = [sys.executable, __file__, "--python", str(folder), str(chosen.seconds)]
    results = [(measured(ours), measured(theirs)) for _ in range(chosen.rounds)]
    row = table(f"images per second, {chosen.rounds} rounds", "genimage", "PyTorch, 8-bit batches", "ratio", "PyTorch, float")

    def column(side, name):
        return [result[side][name] for result in results if name in result[side]]

    for name in results[0][0]:
        beside = BESIDE.get(name, name)
        columns = column(0, name), column(1, beside), column(1, beside + "_float")
        ours, theirs, floats = (cell(values, 0) for values in columns)
        row(name, ours, theirs, ratio(*columns[:2]), floats)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--python"]:
        measure_python(Path(sys.argv[2]), float(sys.argv[3]))
    else:
        chosen = options()
        with measuring(chosen) as made:
            compare(chosen, made)

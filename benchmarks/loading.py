"""Compares loading image files into batches of 64: genimage's loader and PyTorch's DataLoader, with timm's transforms
of Pillow's images and with torchvision's own for 8-bit tensors.

    python3 benchmarks/loading.py [--rounds 3] [--seconds 5] [--heap 1g] [--images FOLDER]

All run in turns, genimage with two threads, PyTorch with two workers. All return 8-bit batches. Normalisation and
random erasing come later, so they are not measured, except in the column "PyTorch, float": there the workers do both.
genimage has a heap of 1 GB (--heap); PyTorch's processes have no limit. Needs Linux, Maven, a JDK, and Python with
torch, torchvision, timm, Pillow and opencv-python-headless. Where torchvision cannot decode images, its column is left
out, with the reason. All read the same files: 400 JPEG files of 500x375 pixels and quality 96, rendered from a fixed
seed, or your own; 40 JPEG files of 2000x1500 and 12 of 4000x3000; and 200 PNG files of 512x512. genimage is measured
twice: as it comes, and with Java's option --add-modules jdk.incubator.vector, which lets it resize by the processor's
vector instructions. The ratios in brackets are those of the second.
"""

import shutil
import statistics
import sys
import time
from pathlib import Path

from measuring import at_least, cell, class_path, java, measured, measuring, parser, ratio, table

# Rows of genimage that a peer has no such row for stand beside another one of the peer's.
BESIDE = {"packed_evaluation": "evaluation", "packed_crop_flip": "crop_flip", "large_reduced": "large_evaluation"}
# What the ratios are meant to reach.
PILLOW_AIMS = {
    "evaluation": 1.4, "crop_flip": 1.4, "randaugment": 1.4, "packed_evaluation": 22, "large_evaluation": 1.5,
    "large_reduced": 2, "huge_evaluation": 1.5,
}
TENSORS_AIM = 1.1


def write_files(folder, own):
    import cv2
    import numpy as np
    from PIL import Image

    rng = np.random.default_rng(1)

    def picture(width, height):
        layers = [rng.normal(0, 40, (height // s, width // s, 3)) for s in (48, 16)]
        smooth = sum(cv2.resize(layer, (width, height), interpolation=cv2.INTER_CUBIC) for layer in layers)
        return np.clip(128 + smooth + rng.normal(0, 5, smooth.shape), 0, 255).astype(np.uint8)

    for name, count, width, height in ("small", 400, 500, 375), ("large", 40, 2000, 1500), ("huge", 12, 4000, 3000):
        (folder / name).mkdir()
        for i in range(count if name != "small" or not own else 0):
            cv2.imwrite(str(folder / name / f"{i:03}.jpg"), picture(width, height), [cv2.IMWRITE_JPEG_QUALITY, 96])
    for i, path in enumerate(sorted(own)):
        shutil.copy(path, folder / "small" / f"{i:04}.jpg")
    (folder / "png").mkdir()
    for i in range(200):
        Image.fromarray(picture(512, 512)).save(folder / "png" / f"{i:03}.png")
    for name in "small", "large", "huge", "png":
        sizes = [path.stat().st_size for path in (folder / name).iterdir()]
        print(f"{name}: {len(sizes)} files, {statistics.mean(sizes) / 1000:.0f} kB on average", file=sys.stderr)


def print_rates(folder, seconds_each, decode, work):
    """Prints how many images per second two workers load, for each name: its folder, transform and way to collate."""
    import torch

    torch.set_num_threads(1)

    class Files(torch.utils.data.Dataset):
        def __init__(self, name, transform):
            self.paths = sorted((folder / name).iterdir())
            self.transform = transform

        def __len__(self):
            return 400_000

        def __getitem__(self, index):
            return self.transform(decode(self.paths[index % len(self.paths)])), 0

    for row, (name, transform, collate) in work.items():
        how = dict(batch_size=64, shuffle=True, num_workers=2, collate_fn=collate)
        loader = iter(torch.utils.data.DataLoader(Files(name, transform), **how))

        def read(seconds):
            begin, images = time.perf_counter(), 0
            while (elapsed := time.perf_counter() - begin) < seconds:
                images += len(next(loader)[0])
            return images / elapsed

        read(0.6 * seconds_each)
        print(row, read(seconds_each))


def measure_pillow(folder, seconds_each):
    """Measures timm's transforms of Pillow's images."""
    from PIL import Image
    from timm.data import create_transform
    from timm.data.loader import fast_collate

    def decode(path):
        with open(path, "rb") as file:
            return Image.open(file).convert("RGB")

    def bytes_of(name, **options):
        return name, create_transform(224, use_prefetcher=True, **options), fast_collate

    def floats_of(name, **options):
        return name, create_transform(224, **options), None

    evaluation = dict(is_training=False, interpolation="bilinear", crop_pct=0.875)
    training = dict(is_training=True, interpolation="random", color_jitter=None)
    randaugment = dict(training, auto_augment="rand-m9-mstd0.5-inc1")
    work = {
        "evaluation": bytes_of("small", **evaluation),
        "crop_flip": bytes_of("small", **training),
        "randaugment": bytes_of("small", **randaugment),
        "large_evaluation": bytes_of("large", **evaluation),
        "huge_evaluation": bytes_of("huge", **evaluation),
        "png_evaluation": bytes_of("png", **evaluation),
        "png_crop_flip": bytes_of("png", **training),
        "evaluation_float": floats_of("small", **evaluation),
        "crop_flip_float": floats_of("small", **training),
        "randaugment_float": floats_of("small", **randaugment, re_prob=0.6, re_mode="pixel"),
    }
    print_rates(folder, seconds_each, decode, work)


def measure_tensors(folder, seconds_each):
    """Measures torchvision's decoders and its transforms of 8-bit tensors."""
    from torchvision.io import ImageReadMode, decode_image, read_file
    from torchvision.transforms import InterpolationMode, v2

    def decode(path):
        return decode_image(read_file(str(path)), ImageReadMode.RGB)

    try:
        for name in "small", "png":
            decode(next((folder / name).iterdir()))
    except RuntimeError as problem:
        says = str(problem).split(". ")[0].rstrip(".")
        why = f'torchvision.io says "{says}"; install the torchvision that is built for this PyTorch'
        print(f'the column "torchvision, 8-bit tensors" is left out: {why}', file=sys.stderr)
        return
    bilinear, bicubic = InterpolationMode.BILINEAR, InterpolationMode.BICUBIC
    evaluation = v2.Compose([v2.Resize(256, bilinear, antialias=True), v2.CenterCrop(224)])
    crops = [v2.RandomResizedCrop(224, (0.08, 1), interpolation=kind, antialias=True) for kind in (bilinear, bicubic)]
    training = v2.Compose([v2.RandomChoice(crops), v2.RandomHorizontalFlip()])
    work = {
        "evaluation": ("small", evaluation, None),
        "crop_flip": ("small", training, None),
        "large_evaluation": ("large", evaluation, None),
        "huge_evaluation": ("huge", evaluation, None),
        "png_evaluation": ("png", evaluation, None),
        "png_crop_flip": ("png", training, None),
    }
    print_rates(folder, seconds_each, decode, work)


def options():
    found = parser(__doc__)
    found.add_argument("--rounds", type=at_least(1), default=3)
    found.add_argument("--seconds", type=at_least(0.01, float), default=5, help="of each measurement")
    found.add_argument("--heap", default="1g", help="Java's -Xmx; PyTorch's processes have no limit")
    found.add_argument("--images", type=Path, help="JPEG files in this folder and below instead of rendered ones")
    return found.parse_args()


def compare(chosen, made):
    folder = made / "loading"
    if chosen.images or not (folder / "huge").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        own = chosen.images.rglob("*") if chosen.images else []
        write_files(folder, [path for path in own if path.suffix.lower() in (".jpg", ".jpeg")])
    plain = java(class_path(made / "class-path"), chosen.heap, "LoadingBenchmark", folder, chosen.seconds)
    commands = [plain, [*plain[:1], "--add-modules=jdk.incubator.vector", *plain[1:]]]
    for peer in "--pillow", "--tensors":
        commands.append([sys.executable, __file__, peer, str(folder), str(chosen.seconds)])
    results = [[] for _ in range(4)]
    for _ in range(chosen.rounds):
        for command, found in zip(commands, results):
            if not found or found[0]:  # A peer that has measured nothing is not asked again.
                found.append(measured(command))
    print(f"\n`-Xmx{chosen.heap}`, without a limit for PyTorch")
    row = table(
        f"images per second, {chosen.rounds} rounds", "genimage", "with vectors", "PyTorch, 8-bit batches", "ratio",
        "aim", "torchvision, 8-bit tensors", "ratio", "aim", "PyTorch, float",
    )

    def column(side, name):
        return [result[name] for result in results[side] if name in result]

    for name in results[0][0]:
        beside = BESIDE.get(name, name)
        ours, vectors, pillow, tensors = column(0, name), column(1, name), column(2, beside), column(3, name)

        def both(peer):
            return f"{ratio(ours, peer)} ({ratio(vectors, peer)})"

        pillow_cells = cell(pillow, 0), both(pillow), PILLOW_AIMS.get(name, "-")
        tensors_cells = cell(tensors, 0), both(tensors), TENSORS_AIM if tensors else "-"
        row(name, cell(ours, 0), cell(vectors, 0), *pillow_cells, *tensors_cells, cell(column(2, beside + "_float"), 0))


if __name__ == "__main__":
    peers = {"--pillow": measure_pillow, "--tensors": measure_tensors}
    if sys.argv[1:2] and sys.argv[1] in peers:
        peers[sys.argv[1]](Path(sys.argv[2]), float(sys.argv[3]))
    else:
        chosen = options()
        with measuring(chosen) as made:
            compare(chosen, made)

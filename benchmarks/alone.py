"""Measures what has no peer: opening a tree of 2.7 million files, an evaluation beside bare scoring, and the service.

    python3 benchmarks/alone.py [--only opening evaluation service] [--quick]

Opening writes 2.7 million empty files, and then archives of as many, and deletes them again. The service scores JPEG
files that are rendered from a fixed seed, with ResNet-50 and random weights; --images takes your own. Needs Linux, Maven,
a JDK, 15 GB of disk and 3 million free inodes, and Python with numpy and opencv-python-headless for the service.
"""

import shutil
import subprocess
from pathlib import Path

from measuring import class_path, java, measured, measuring, parser, table

PARTS = ["opening", "evaluation", "service"]


def options():
    found = parser(__doc__)
    found.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, metavar="PART", help=", ".join(PARTS))
    found.add_argument("--images", type=Path, help="a folder of JPEG files, for the service")
    found.add_argument("--quick", action="store_true", help="small sizes, to see that everything works")
    return found.parse_args()


def values_of(what, values):
    row = table(what, "")
    for name, value in values.items():
        row(name.replace("_", " "), f"{value:,.0f}" if value == int(value) else f"{value:,.2f}")


def opening(found, folder, chosen):
    tree = folder / "opening"
    shutil.rmtree(tree, ignore_errors=True)
    each = [50] if chosen.quick else []
    values = measured(java(found, "1g", "OpeningBenchmark", tree, *each))
    row = table("opening", "images", "seconds", "bytes an image in memory")
    for name in dict.fromkeys(name.rsplit("_", 1)[0] for name in values if name.endswith("_images")):
        count, seconds, size = (values[f"{name}_{what}"] for what in ("images", "s", "bytes_each"))
        row(name.replace("_", " "), f"{count:,.0f}", f"{seconds:.2f}", f"{size:.1f}")


def evaluation(found, folder, chosen):
    rounds = [1, 32] if chosen.quick else []
    values_of("an evaluation by ResNet-50", measured(java(found, "1g", "EvaluationBenchmark", "scoring", *rounds)))


def service(found, folder, chosen):
    photos = chosen.images or folder / "service"
    if not chosen.images and not photos.exists():
        from images import write_files

        photos.mkdir()
        write_files(photos)
    weights = folder / "ResNet-50.safetensors"
    if not weights.exists():
        subprocess.run(java(found, "6g", "ScoringBenchmark", "write", folder, "ResNet-50"), check=True)
    load = [64, 8, 16] if chosen.quick else [20_000, 64, 4_000]
    values_of("the service", measured(java(found, "2g", "ServiceBenchmark", photos, weights, *load)))


if __name__ == "__main__":
    chosen = options()
    with measuring(chosen) as made:
        for part in chosen.only:
            globals()[part](class_path(made / "class-path"), made, chosen)

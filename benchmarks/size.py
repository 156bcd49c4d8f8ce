"""Measures how genimage's cost grows with size: batches, images, an index's entries, a report's scores, checkpoints.

    python3 benchmarks/size.py [--only batches images index report checkpoints] [--quick]

Batches are of 1 to 64 images, by one and by all processors (the process is bound to them, so that every library starts
as many threads), beside PyTorch. Images are 10 to 100,000, evaluated and scored as a stream, by a small detector:
FerretNet-S with inputs of 64 pixels. The index has 2.7 and 27 million entries, made up in memory and read as GenImage.open
does. Needs Linux, Maven, a JDK, taskset, 4 GB of disk, and Python with torch, torchvision and timm for batches.
"""

import os
import subprocess
import sys
from pathlib import Path

from measuring import class_path, java, measured, measuring, on_processors, parser, table

PARTS = ["batches", "images", "index", "report", "checkpoints"]
SIZES = [1, 2, 4, 8, 16, 32, 64]


def options():
    found = parser(__doc__)
    found.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, metavar="PART", help=", ".join(PARTS))
    found.add_argument("--detector", nargs="+", default=["ResNet-50", "DeiT-S"], metavar="NAME", help="of batches and checkpoints")
    found.add_argument("--quick", action="store_true", help="small sizes, to see that everything works")
    return found.parse_args()


def batches(found, folder, chosen):
    seconds, sizes = (0.2, SIZES[:3]) if chosen.quick else (3, SIZES)
    script = str(Path(__file__).with_name("scoring.py"))
    every = range(1, os.cpu_count() + 1) if os.cpu_count() < 3 else (1, 2, os.cpu_count())
    for detector in chosen.detector:
        if not (folder / f"{detector}.safetensors").exists():
            subprocess.run(java(found, "6g", "ScoringBenchmark", "write", folder, detector), check=True)
        for precision in "float32", "bfloat16":
            row = table(f"{detector}, {precision}: images/s", *sizes, "MB resident at the end")
            for count in every:
                ours = java(found, "1g", "ScoringBenchmark", "score", folder, detector, precision.upper(), seconds, *sizes)
                theirs = [sys.executable, script, "--pytorch", "--folder", str(folder), "--detector", detector]
                theirs += ["--peer", "compiled" if not chosen.quick else "eager", "--precision", precision]
                theirs += ["--seconds", str(seconds), "--size", *map(str, sizes)]
                for side, command in ("genimage", ours), ("PyTorch", theirs):
                    try:
                        values = measured(on_processors(count, command))
                    except subprocess.CalledProcessError:
                        values = {}
                    rates = [values.get(f"batch_{size}_images_per_s") for size in sizes]
                    resident = values.get(f"batch_{sizes[-1]}_resident_mb")
                    cells = [f"{rate:.1f}" if rate else "-" for rate in rates]
                    row(f"{side}, {count} thread{'s' if count > 1 else ''}", *cells, f"{resident:.0f}" if resident else "-")


def images(found, folder, chosen):
    row = table("images", "evaluated, images/s", "peak MB resident", "MB of objects after it", "as a stream, images/s", "peak MB resident", "MB of objects after it")
    for count in (10, 100) if chosen.quick else (10, 100, 1_000, 10_000, 100_000):
        cells = []
        for how in "evaluation", "stream":
            values = measured(java(found, "1g", "SizeBenchmark", how, folder, count))
            cells += [f"{values[name]:.0f}" for name in ("images_per_s", "peak_resident_mb", "used_heap_mb")]
        row(f"{count:,}", *cells)


def index(found, folder, chosen):
    row = table("entries", "listed in memory and sorted, s", "coded and written, s", "opened with the index, s", "bytes an image", "peak MB resident")
    for each, heap in ((1_000, "1g"),) if chosen.quick else ((84_375, "1g"), (843_750, "2g")):
        values = measured(java(found, heap, "SizeBenchmark", "index", folder, each))
        names = "made_up_and_sorted_s", "coded_and_written_s", "opened_s"
        row(f"{values['images']:,.0f}", *(f"{values[name]:.2f}" for name in names), f"{values['bytes_each']:.1f}", f"{values['peak_resident_mb']:.0f}")


def report(found, folder, chosen):
    row = table("scores", "read, s", "all metrics, s", "report, s", "aim", "page, kB", "peak MB of heap")
    for count, aim in ((1_000, "-"),) if chosen.quick else ((10_000, "-"), (100_000, 1.5), (1_000_000, 8)):
        values = measured(java(found, "2g", "EvaluationBenchmark", "report", count))
        times = [f"{values[name]:.2f}" for name in ("read_s", "all_metrics_s", "report_s")]
        row(f"{count:,}", *times, aim, f"{values['report_kb']:.0f}", f"{values['heap_peak_mb']:.0f}")


def checkpoints(found, folder, chosen):
    row = table("", "checkpoint, MB", "weights, MB", "a step of 2 samples, s", "a checkpoint, s")
    for detector in chosen.detector[:1] if chosen.quick else chosen.detector:
        values = measured(java(found, "2g", "SizeBenchmark", "checkpoint", folder, detector))
        sizes = [f"{values[name]:.0f}" for name in ("checkpoint_mb", "weights_mb")]
        row(detector, *sizes, *(f"{values[name]:.2f}" for name in ("step_s", "checkpoint_s")))


if __name__ == "__main__":
    chosen = options()
    with measuring(chosen) as made:
        for part in chosen.only:
            globals()[part](class_path(made / "class-path"), made, chosen)

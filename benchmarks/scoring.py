"""Compares how fast the seven detectors score: genimage and PyTorch with channels last, on the same cores.

    python3 benchmarks/scoring.py [--detector NAME ...] [--precision float32 bfloat16] [--rounds 3] [--seconds 5] [--heap 1g]

Needs Linux, Maven, a JDK, and Python with torch, torchvision and timm. The two run in turns; the script prints the
median of the rounds, the lowest and the highest. genimage gets 8-bit images and normalises them in its graph; PyTorch
gets normalised images. PyTorch's bfloat16 is measured with autocast and with the network cast; the faster one counts.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measuring import cell, class_path, java, machine, measured

DETECTORS = ["ResNet-50", "DeiT-S", "Swin-T", "CNNSpot", "Spec", "F3Net", "GramNet"]
PRECISIONS = ["float32", "bfloat16"]


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--detector", nargs="+", choices=DETECTORS, default=DETECTORS)
    parser.add_argument("--precision", nargs="+", choices=PRECISIONS, default=PRECISIONS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5, help="of each measurement")
    parser.add_argument("--heap", default="1g", help="Java's -Xmx")
    parser.add_argument("--folder", help="keep the weights and the class path there for later runs")
    parser.add_argument("--pytorch", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def genimage(found, folder, detector, precision, chosen):
    return measured(
        java(found, chosen.heap, "ScoringBenchmark", folder, detector, precision.upper(), chosen.seconds)
    )


def pytorch(folder, detector, precision, chosen):
    script = [sys.executable, __file__, "--pytorch", "--folder", folder, "--detector", detector]
    return measured(script + ["--precision", precision, "--seconds", str(chosen.seconds)])


def measure_pytorch(folder, detector, precision, seconds):
    start = process_start()
    import torch

    from networks import NETWORKS

    side, create = NETWORKS[detector]
    file = Path(folder, f"{detector}.pth")
    network = create()
    if not file.exists():
        torch.save(network.state_dict(), file)
    network.load_state_dict(torch.load(file))
    network = network.eval().to(memory_format=torch.channels_last)
    low = precision == "bfloat16"

    def images(count, kind=torch.float32):
        return torch.randn(count, 3, side, side, dtype=kind).to(memory_format=torch.channels_last)

    def rate(batch):
        network(batch)
        network(batch)
        begin = time.perf_counter()
        runs = 0
        while (passed := time.perf_counter() - begin) < seconds:
            network(batch)
            runs += 1
        return len(batch) * runs / passed

    with torch.inference_mode():
        with torch.autocast("cpu", torch.bfloat16, enabled=low):
            network(images(1))
            print("first_score_s", time.time() - start)
            print("resident_mb", memory("VmRSS"))
            print("peak_resident_mb", memory("VmHWM"))
            rates = {size: rate(images(size)) for size in (1, 16)}
        if low:
            network.bfloat16()
            cast = {size: rate(images(size, torch.bfloat16)) for size in (1, 16)}
            for size in rates:
                print(f"batch_{size}_autocast", rates[size])
                print(f"batch_{size}_cast", cast[size])
                rates[size] = max(rates[size], cast[size])
        for size, images_per_second in rates.items():
            print(f"batch_{size}_images_per_s", images_per_second)


def process_start():
    ticks = int(Path("/proc/self/stat").read_text().rsplit(")", 1)[1].split()[19])
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    return time.time() - uptime + ticks / os.sysconf("SC_CLK_TCK")


def memory(field):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(field + ":"))


def column(results, name):
    return [result[name] for result in results if name in result]


def compare(folder, chosen):
    found = class_path(Path(folder, "class-path"))
    if not Path(folder, f"{DETECTORS[-1]}.safetensors").exists():
        subprocess.run(java(found, chosen.heap, "ScoringBenchmark", folder), check=True)
    print(f"{machine()}, median of {chosen.rounds} rounds (lowest to highest)")
    print(f"{'':44} {'genimage':>26} {'PyTorch':>26} {'ratio':>7}")
    for detector in chosen.detector:
        for precision in chosen.precision:
            ours, theirs = [], []
            for _ in range(chosen.rounds):
                ours.append(genimage(found, folder, detector, precision, chosen))
                theirs.append(pytorch(folder, detector, precision, chosen))
            for name in theirs[0]:
                columns = column(ours, name), column(theirs, name)
                ratio = f"{statistics.median(columns[0]) / statistics.median(columns[1]):.2f}" if columns[0] else "-"
                what = f"{detector} {precision} {name}"
                print(f"{what:44} {cell(columns[0]):>26} {cell(columns[1]):>26} {ratio:>7}", flush=True)


if __name__ == "__main__":
    chosen = options()
    if chosen.pytorch:
        measure_pytorch(chosen.folder, chosen.detector[0], chosen.precision[0], chosen.seconds)
    elif chosen.folder:
        os.makedirs(chosen.folder, exist_ok=True)
        compare(os.path.abspath(chosen.folder), chosen)
    else:
        with tempfile.TemporaryDirectory() as made:
            compare(made, chosen)

"""Scores of the seven detectors: genimage beside PyTorch channels-last, on the same cores, in one run.

    python3 benchmarks/scoring.py [--detector NAME ...] [--precision float32 bfloat16] [--rounds 3] [--seconds 5] [--heap 1g]

Wants Linux, Maven, a JDK, and Python with torch, torchvision and timm. The two take turns; the median of the rounds
is printed, and the lowest and highest. genimage gets 8-bit images and normalises them in its graph, PyTorch gets them
normalised. PyTorch's bfloat16 is measured with autocast and with the whole network cast, and the faster one counts.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3"}
MAIN = "org.genimage.examples.ScoringBenchmark"
DETECTORS = ["ResNet-50", "DeiT-S", "Swin-T", "CNNSpot", "Spec", "F3Net", "GramNet"]
PRECISIONS = ["float32", "bfloat16"]


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--detector", nargs="+", choices=DETECTORS, default=DETECTORS)
    parser.add_argument("--precision", nargs="+", choices=PRECISIONS, default=PRECISIONS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5, help="of each measurement")
    parser.add_argument("--heap", default="1g", help="Java's -Xmx")
    parser.add_argument("--folder", help="where weights and class path are kept, to be found by a later run")
    parser.add_argument("--pytorch", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def write_weights(folder):
    if not Path(folder, "class-path").exists():
        command = ["mvn", "-q", "-B", "-Pquickstart", "compile", f"-Dmain={MAIN}", f"-Dargs={folder}"]
        subprocess.run(command, cwd=ROOT, check=True)
    return Path(folder, "class-path").read_text()


def genimage(class_path, folder, detector, precision, chosen):
    java = ["java", f"-Xmx{chosen.heap}", "-cp", class_path, MAIN, folder, detector]
    return measured(java + [precision.upper(), str(chosen.seconds)])


def pytorch(folder, detector, precision, chosen):
    script = [sys.executable, __file__, "--pytorch", "--folder", folder, "--detector", detector]
    return measured(script + ["--precision", precision, "--seconds", str(chosen.seconds)])


def measured(command):
    output = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, env={**os.environ, **QUIET}).stdout
    return {name: float(value) for name, value in (line.split() for line in output.splitlines())}


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


def cell(results, name):
    values = [result[name] for result in results if name in result]
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})" if values else "-"


def compare(folder, chosen):
    class_path = write_weights(folder)
    cpu = next(line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name"))
    print(f"{time.strftime('%Y-%m-%d')}, {cpu}, {os.cpu_count()} cores, median of {chosen.rounds} rounds (lowest to highest)")
    print(f"{'':44} {'genimage':>26} {'PyTorch':>26} {'ratio':>7}")
    for detector in chosen.detector:
        for precision in chosen.precision:
            ours, theirs = [], []
            for _ in range(chosen.rounds):
                ours.append(genimage(class_path, folder, detector, precision, chosen))
                theirs.append(pytorch(folder, detector, precision, chosen))
            for name in theirs[0]:
                ratio = "-"
                if name in ours[0]:
                    ratio = f"{statistics.median(r[name] for r in ours) / statistics.median(r[name] for r in theirs):.2f}"
                what = f"{detector} {precision} {name}"
                print(f"{what:44} {cell(ours, name):>26} {cell(theirs, name):>26} {ratio:>7}", flush=True)


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

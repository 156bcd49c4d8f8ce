"""Runs every benchmark and prints all tables of docs/performance.md as Markdown.

    python3 benchmarks/all.py [--only PART ...] [--quick] > tables.md

The machine should do nothing else: at the start, other programs that use more than a seventh of a processor are a
reason to refuse, and what runs meanwhile is noted below each part. A part that cannot be measured says why, and the
others follow. --quick measures shortly, to see that everything works; its figures are worth nothing.

Needs Linux, Maven, a JDK, 30 GB of disk, and Python with torch, torchvision, timm, numpy, Pillow, scipy,
opencv-python-headless, safetensors, foolbox, onnx, onnxscript and onnxruntime, and a C++ compiler. Without a package, a
part has fewer peers or is left out.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measuring import Others, busy, class_path, heading, loudly, parser

PEERS = ["eager", "scripted", "compiled", "onnx", "onnx-java", "djl"]
HERE = Path(__file__).resolve().parent

# Name, heading, script with its arguments, arguments of a quick run, and about how many minutes a run takes.
PARTS = [
    ("scoring", "Scoring", ["scoring.py", "--rounds", "3", "--seconds", "3", "--peer", *PEERS],
     ["scoring.py", "--rounds", "1", "--seconds", "0.2", "--detector", "NPR", "--peer", *PEERS], 150),
    ("start", "Start of the program", ["start.py"], ["start.py", "--runs", "1"], 8),
    ("precision", "bfloat16", ["precision.py"], ["precision.py", "--detector", "ResNet-50", "--images", "2"], 3),
    ("memory", "Memory of a detector of 1.2 GB", ["memory.py"], ["memory.py", "--small"], 4),
    ("training", "Training", ["training.py", "--steps", "6"],
     ["training.py", "--steps", "1", "--detector", "ResNet-50", "--peer", "eager", "--precision", "float32"], 60),
    ("attacks", "Attacks beside Foolbox", ["attacks.py", "--rounds", "2"], ["attacks.py", "--rounds", "1"], 10),
    ("loading", "Loading", ["loading.py", "--rounds", "3"], ["loading.py", "--rounds", "1", "--seconds", "0.5"], 12),
    ("images", "Decoding and transforms", ["images.py", "--rounds", "3"],
     ["images.py", "--rounds", "1", "--seconds", "0.1"], 4),
    ("java", "Pure Java parts", ["jmh.py"], ["jmh.py", "--quick"], 15),
    ("alone", "Opening, evaluation and service", ["alone.py"], ["alone.py", "--quick"], 25),
    ("size", "Cost against size", ["size.py"], ["size.py", "--quick"], 40),
]


def options():
    found = parser(__doc__)
    names = [part[0] for part in PARTS]
    found.add_argument("--only", nargs="+", choices=names, default=names, metavar="PART", help=", ".join(names))
    found.add_argument("--quick", action="store_true", help="a short run, to see that everything works")
    return found.parse_args()


def run(chosen, folder):
    class_path(folder / "class-path")
    minutes = sum(part[4] for part in PARTS if part[0] in chosen.only)
    if not chosen.quick:
        print(f"about {minutes} minutes", file=sys.stderr)
    failed = 0
    for name, title, full, quick, _ in PARTS:
        if name not in chosen.only:
            continue
        script, *arguments = quick if chosen.quick else full
        print(f"\n## {title}\n\n`python3 benchmarks/{' '.join([script, *arguments])}`", flush=True)
        command = [sys.executable, str(HERE / script), *arguments, "--folder", str(folder)]
        began, watch = time.monotonic(), Others()
        done = subprocess.run([*command, "--busy-is-fine", "--no-heading"], text=True, stderr=subprocess.PIPE)
        print(done.stderr, end="", file=sys.stderr)
        if done.returncode:
            failed += 1
            why = (done.stderr.strip().splitlines() or ["it ended early"])[-1]
            print(f"\n**Not measured to the end: {why}**", flush=True)
        print(f"{name}: {time.monotonic() - began:.0f} s, others {watch.processors():.2f} processors", file=sys.stderr)
    return failed


def main():
    chosen = options()
    before = busy()
    if before and not chosen.busy_is_fine:
        sys.exit(f"all.py: {before}; end them, or add --busy-is-fine")
    print(f"# Figures of genimage\n\n{heading()}", flush=True)
    if chosen.quick:
        print("**A quick run. Its figures are worth nothing.**\n")
    if before:
        loudly(f"Before the start, {before}.")
    if chosen.folder:
        Path(chosen.folder).mkdir(parents=True, exist_ok=True)
        return run(chosen, Path(chosen.folder).absolute())
    with tempfile.TemporaryDirectory(prefix="genimage-benchmark") as made:
        return run(chosen, Path(made))


if __name__ == "__main__":
    sys.exit(1 if main() else 0)

"""Compares how fast the seven detectors train in float32: genimage and PyTorch with channels last, on the same cores.

    python3 benchmarks/training.py [--detector NAME ...] [--steps 6]
    python3 benchmarks/training.py --files --train-py pytorch-image-models/train.py [--steps 8] [--rounds 1]

Needs Linux, Maven, a JDK, and Python with torch, torchvision, timm and Pillow. The first command measures steps: the two
processes take turns after every step. Images are in memory; optimizer, weight decay and loss are those of the paper's
recipe, without augmentation, mixing or moving average. genimage gets 8-bit images and normalises them in its graph;
PyTorch gets normalised images. The second command trains ResNet-50 with the whole recipe from JPEG files, and compares
with timm's train.py. The first two steps of a process do not count. Peak memory is that of the process; with --files it
is that of the process and its children (a DataLoader's workers), sampled five times per second.
"""

import argparse
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from measuring import QUIET, class_path, java, machine

# Images per step.
BATCHES = {"ResNet-50": 15, "CNNSpot": 16, "Spec": 16, "F3Net": 4, "GramNet": 8, "DeiT-S": 16, "Swin-T": 16}
WARM_UP = 2


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--detector", nargs="+", choices=BATCHES, default=list(BATCHES))
    parser.add_argument("--steps", type=int, default=6, help="measured steps")
    parser.add_argument("--rounds", type=int, default=1, help="repetitions, with --files")
    parser.add_argument("--heap", default="1g", help="Java's -Xmx")
    parser.add_argument("--class-path", help="keep the class path in this file for later runs")
    parser.add_argument("--files", action="store_true", help="train from files")
    parser.add_argument("--batch", type=int, default=8, help="samples per step, with --files")
    parser.add_argument("--train-py", help="train.py in a checkout of timm, which is used instead of an installed timm")
    parser.add_argument("--pytorch", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def measure_pytorch(name, images):
    import timm
    import torch
    from timm.loss import JsdCrossEntropy
    from torch.nn import functional
    from torch.optim import SGD, Adam, AdamW

    from networks import NETWORKS

    side, create = NETWORKS[name]
    drop_path = {"DeiT-S": ("deit_small_patch16_224", 0.1), "Swin-T": ("swin_tiny_patch4_window7_224", 0.2)}
    if name in drop_path:
        model, share = drop_path[name]
        network = timm.create_model(model, num_classes=2, drop_path_rate=share)
    else:
        network = create()
    network = network.train().to(memory_format=torch.channels_last)
    no_decay = ("pos_embed", "cls_token", "relative_position_bias_table")

    def groups(decay):
        plain = [p for n, p in network.named_parameters() if p.ndim <= 1 or n.endswith(no_decay)]
        decayed = [p for n, p in network.named_parameters() if p.ndim > 1 and not n.endswith(no_decay)]
        return [{"params": decayed, "weight_decay": decay}, {"params": plain, "weight_decay": 0}]

    optimizer = {
        "ResNet-50": lambda: SGD(groups(2e-5), 1e-5, momentum=0.9, nesterov=True),
        "CNNSpot": lambda: Adam(network.parameters(), 1e-5),
        "Spec": lambda: SGD(network.parameters(), 1e-5, momentum=0.9, dampening=0.9, weight_decay=1e-4),
        "F3Net": lambda: Adam(network.parameters(), 1e-5),
        "GramNet": lambda: Adam(network.parameters(), 1e-5, weight_decay=1e-4),
        "DeiT-S": lambda: AdamW(groups(0.05), 1e-5),
        "Swin-T": lambda: AdamW(groups(0.05), 1e-5),
    }[name]()
    splits = 3 if name == "ResNet-50" else 1
    labels = torch.arange(images // splits) % 2
    jsd = JsdCrossEntropy(splits, alpha=12, smoothing=0.1) if splits > 1 else None
    soft = functional.one_hot(labels, 2) * 0.9 + 0.05

    def loss(outputs):
        if name == "ResNet-50":
            return jsd(outputs, labels)
        if outputs.shape[1] == 1:
            return functional.binary_cross_entropy_with_logits(outputs[:, 0], labels.float())
        if name == "GramNet":
            return functional.nll_loss(outputs, labels)
        return functional.cross_entropy(outputs, soft if name in drop_path else labels)

    batch = torch.randn(images, 3, side, side).to(memory_format=torch.channels_last)
    while sys.stdin.readline():
        start = time.perf_counter()
        optimizer.zero_grad()
        value = loss(network(batch))
        value.backward()
        if name == "Swin-T":
            torch.nn.utils.clip_grad_norm_(network.parameters(), 5)
        optimizer.step()
        value.item()
        print("step_s", time.perf_counter() - start, flush=True)
    lines = Path("/proc/self/status").read_text().splitlines()
    print("peak_resident_mb", next(int(x.split()[1]) * 1024 / 1e6 for x in lines if x.startswith("VmHWM:")))


def start(command):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    return subprocess.Popen(command, text=True, env={**os.environ, **QUIET}, **pipes)


def number(process, name):
    for line in process.stdout:
        found, value = line.split()
        if found == name:
            return float(value)
    raise RuntimeError(f"the other process ended without {name}")


def steps(command, detector, chosen):
    """Trains with both in turns, step by step; returns the seconds and the peak memory of each."""
    images, count = BATCHES[detector], WARM_UP + chosen.steps
    processes = [
        start([*command, "steps", detector, str(images), str(count)]),
        start([sys.executable, __file__, "--pytorch", "--detector", detector]),
    ]
    seconds = [[], []]
    for _ in range(count):
        for process, found in zip(processes, seconds):
            process.stdin.write("\n")
            process.stdin.flush()
            found.append(number(process, "step_s"))
    for process in processes:
        process.stdin.close()
    return [s[WARM_UP:] for s in seconds], [number(process, "peak_resident_mb") for process in processes]


def row(name, images, seconds, peaks):
    rates = [images / statistics.median(s) for s in seconds]
    spans = [f"{images / max(s):.2f} to {images / min(s):.2f}" for s in seconds]
    ours, theirs = (f"{rate:.2f} ({span})" for rate, span in zip(rates, spans))
    memory = f"{peaks[0]:>8.0f} {peaks[1]:>8.0f} {peaks[0] / peaks[1]:>6.2f}"
    print(f"{name:12} {images:>3} {ours:>24} {theirs:>24} {rates[0] / rates[1]:>6.2f} {memory}", flush=True)


def write_images(folder, count):
    from PIL import Image, ImageFilter

    drawn = random.Random(1)
    for i in range(count):
        noise = Image.frombytes("RGB", (500, 375), drawn.randbytes(500 * 375 * 3)).filter(ImageFilter.GaussianBlur(2))
        file = Path(folder, "train", ("nature", "ai")[i % 2], f"{i}.jpg")
        file.parent.mkdir(parents=True, exist_ok=True)
        noise.save(file, quality=96)


class TreePeak:
    """The peak memory of a process and its children together; shared pages count once."""

    def __init__(self, process):
        self.megabytes = 0
        self.thread = threading.Thread(target=self.watch, args=[process], daemon=True)
        self.thread.start()

    def watch(self, process):
        while process.poll() is None:
            self.megabytes = max(self.megabytes, sum(map(self.share, self.tree(process.pid))))
            time.sleep(0.2)

    def tree(self, pid):
        found = [pid]
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                for child in children.read_text().split():
                    found += self.tree(child)
            except OSError:
                pass  # It has ended.
        return found

    @staticmethod
    def share(pid):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            return next(int(x.split()[1]) * 1024 / 1e6 for x in lines if x.startswith("Pss:"))
        except (OSError, StopIteration):
            return 0


def timm_steps(folder, chosen):
    # The command of the benchmark's Readme, on a CPU, without mixed precision.
    command = f"""{sys.executable} {chosen.train_py} {folder} --train-split train --val-split train -b {chosen.batch}
        --model resnet50 --sched cosine --epochs 200 --lr 0.05 --remode pixel --reprob 0.6 --aug-splits 3
        --aa rand-m9-mstd0.5-inc1 --resplit --jsd-loss --num-classes 2 --device cpu --channels-last
        --workers {os.cpu_count()} --log-interval 1 --output {folder}/out"""
    environment = {**os.environ, "PYTHONPATH": os.path.dirname(os.path.abspath(chosen.train_py))}
    process = subprocess.Popen(
        command.split(), text=True, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    peak = TreePeak(process)
    seconds, output = [], []
    for line in process.stdout:
        output.append(line)
        if line.startswith("Train:"):
            seconds.append(float(re.search(r"Time: ([\d.]+)s", line).group(1)))
        if len(seconds) == WARM_UP + chosen.steps:
            break
    if len(seconds) < WARM_UP + chosen.steps:
        raise RuntimeError("train.py ended early: " + "".join(output[-20:]))
    process.terminate()
    process.wait()
    return seconds[WARM_UP:], peak.megabytes


def genimage_steps(command, folder, chosen):
    process = start([*command, "files", f"{folder}/train", str(chosen.batch)])
    peak = TreePeak(process)
    seconds = [number(process, "step_s") for _ in range(WARM_UP + chosen.steps)]
    number(process, "peak_resident_mb")
    return seconds[WARM_UP:], peak.megabytes


def compare(folder, chosen):
    command = java(class_path(chosen.class_path or f"{folder}/class-path"), chosen.heap, "TrainingBenchmark")
    print(f"{machine()}, images per second, median of the steps (slowest to fastest); peak memory in MB")
    print(f"{'':12} {'n':>3} {'genimage':>24} {'PyTorch':>24} {'ratio':>6} {'genimage':>8} {'PyTorch':>8} {'ratio':>6}")
    if not chosen.files:
        for detector in chosen.detector:
            row(detector, BATCHES[detector], *steps(command, detector, chosen))
        return
    write_images(folder, chosen.batch * (WARM_UP + chosen.steps))
    both = [(genimage_steps(command, folder, chosen), timm_steps(folder, chosen)) for _ in range(chosen.rounds)]
    seconds = [[s for turn in both for s in turn[side][0]] for side in (0, 1)]
    peaks = [max(turn[side][1] for turn in both) for side in (0, 1)]
    row("JPEG files", chosen.batch, seconds, peaks)


if __name__ == "__main__":
    chosen = options()
    if chosen.pytorch:
        measure_pytorch(chosen.detector[0], BATCHES[chosen.detector[0]])
    else:
        with tempfile.TemporaryDirectory() as made:
            compare(made, chosen)

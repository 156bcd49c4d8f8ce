"""Compares how fast the seven detectors train: genimage and PyTorch in its fastest forms, on the same cores.

    python3 benchmarks/training.py [--detector NAME ...] [--precision float32 bfloat16] [--peer eager compiled] [--steps 6]
    python3 benchmarks/training.py --files --train-py pytorch-image-models/train.py [--steps 8] [--rounds 1]

Needs Linux, Maven, a JDK, and Python with torch, torchvision, timm and Pillow; to compile also a C++ compiler. The first
command measures steps: the processes take turns after every step. Images are in memory; optimizer, weight decay and loss
are those of the paper's recipe, without augmentation, mixing or moving average. genimage gets 8-bit images and normalises
them in its graph; PyTorch gets normalised images, channels last. In bfloat16, genimage computes convolutions and products
in bfloat16 and PyTorch uses autocast; weights and optimizer stay in float32 on both sides. The second command trains
ResNet-50 with the whole recipe from JPEG files, and compares with timm's train.py. The first two steps of a process do
not count. Peak memory is that of the process; with --files it is that of the process and its children (a DataLoader's
workers), sampled five times per second.
"""

import argparse
import os
import random
import re
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

from measuring import QUIET, at_least, class_path, java, measuring, parser, table

# Images per step.
BATCHES = {"ResNet-50": 15, "CNNSpot": 16, "Spec": 16, "F3Net": 4, "GramNet": 8, "DeiT-S": 16, "Swin-T": 16}
WARM_UP = 2
PRECISIONS = ["float32", "bfloat16"]
PEERS = ["eager", "compiled"]


def options():
    found = parser(__doc__)
    found.add_argument("--detector", nargs="+", choices=BATCHES, default=list(BATCHES), metavar="NAME", help=", ".join(BATCHES))
    found.add_argument("--precision", nargs="+", choices=PRECISIONS, default=PRECISIONS)
    found.add_argument("--peer", nargs="+", choices=PEERS, default=PEERS)
    found.add_argument("--steps", type=at_least(1), default=6, help="measured steps")
    found.add_argument("--rounds", type=at_least(1), default=1, help="repetitions, with --files")
    found.add_argument("--heap", default="1g", help="Java's -Xmx")
    found.add_argument("--files", action="store_true", help="train from files")
    found.add_argument("--batch", type=at_least(1), default=8, help="samples per step, with --files")
    found.add_argument("--train-py", help="train.py in a checkout of timm, which is used instead of an installed timm")
    found.add_argument("--pytorch", action="store_true", help=argparse.SUPPRESS)
    chosen = found.parse_args()
    if chosen.files and not chosen.train_py:
        found.error("expected --train-py with --files, found none")
    return chosen


def measure_pytorch(name, images, peer, precision):
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

    forward = torch.compile(network) if peer == "compiled" else network
    batch = torch.randn(images, 3, side, side).to(memory_format=torch.channels_last)
    while sys.stdin.readline():
        start = time.perf_counter()
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
            outputs = forward(batch)
        value = loss(outputs.float())
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


def steps(command, detector, precision, chosen):
    """Trains with all in turns, step by step; returns the seconds and the peak memory of each. One that fails is left out."""
    images, count = BATCHES[detector], WARM_UP + chosen.steps
    script = [sys.executable, __file__, "--pytorch", "--detector", detector, "--precision", precision, "--peer"]
    processes = {"genimage": start([*command, "steps", detector, str(images), str(count), precision.upper()])}
    processes.update({peer: start([*script, peer]) for peer in chosen.peer})
    seconds, peaks = {name: [] for name in processes}, {}
    for _ in range(count):
        for name, process in list(processes.items()):
            try:
                process.stdin.write("\n")
                process.stdin.flush()
                seconds[name].append(number(process, "step_s"))
            except (BrokenPipeError, RuntimeError):
                if name == "genimage":
                    raise
                del processes[name], seconds[name]
    for name, process in processes.items():
        process.stdin.close()
        peaks[name] = number(process, "peak_resident_mb")
        process.wait()
    return {name: found[WARM_UP:] for name, found in seconds.items()}, peaks


def head(theirs):
    return table("", "images", "genimage img/s", theirs, "ratio", "all of them", "genimage peak MB", "the other's", "ratio")


def line(row, name, images, seconds, peaks):
    def rate(peer):
        return images / statistics.median(seconds[peer])

    def cell(peer):
        return f"{rate(peer):.2f} ({images / max(seconds[peer]):.2f} to {images / min(seconds[peer]):.2f})"

    others = sorted((peer for peer in seconds if peer != "genimage"), key=rate, reverse=True)
    ours = peaks["genimage"]
    if not others:
        row(name, images, cell("genimage"), "-", "-", "-", f"{ours:.0f}", "-", "-")
        return
    best = others[0]
    every = ", ".join(f"{peer} {rate(peer):.2f}" for peer in others)
    ratios = [f"{rate('genimage') / rate(best):.2f}", f"{ours / peaks[best]:.2f}"]
    row(name, images, cell("genimage"), f"{cell(best)} {best}", ratios[0], every, f"{ours:.0f}", f"{peaks[best]:.0f}", ratios[1])


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
    command = java(class_path(folder / "class-path"), chosen.heap, "TrainingBenchmark")
    if not chosen.files:
        row = head("fastest PyTorch img/s")
        for detector in chosen.detector:
            for precision in chosen.precision:
                line(row, f"{detector}, {precision}", BATCHES[detector], *steps(command, detector, precision, chosen))
        return
    write_images(folder, chosen.batch * (WARM_UP + chosen.steps))
    both = [(genimage_steps(command, folder, chosen), timm_steps(folder, chosen)) for _ in range(chosen.rounds)]
    names = "genimage", "train.py"
    seconds = {name: [s for turn in both for s in turn[side][0]] for side, name in enumerate(names)}
    peaks = {name: max(turn[side][1] for turn in both) for side, name in enumerate(names)}
    line(head("timm's train.py, samples/s"), "ResNet-50's recipe from JPEG files", chosen.batch, seconds, peaks)


if __name__ == "__main__":
    chosen = options()
    if chosen.pytorch:
        name = chosen.detector[0]
        measure_pytorch(name, BATCHES[name], chosen.peer[0], chosen.precision[0])
    else:
        with measuring(chosen) as made:
            compare(made, chosen)

"""Compares how fast detectors score: genimage beside PyTorch and ONNX Runtime in their fastest forms, on the same cores.

    python3 benchmarks/scoring.py [--detector NAME ...] [--precision float32 bfloat16]
                                  [--peer eager scripted compiled onnx onnx-java djl]
                                  [--rounds 3] [--seconds 5] [--heap 1g]

Needs Linux, Maven, a JDK, and Python with torch, torchvision and timm; for all peers also a C++ compiler, onnx,
onnxscript and onnxruntime. genimage and the peers run in turns, each in a process of its own. The script prints the
median of the rounds, the lowest and the highest; the peer that is fastest for a row counts. A peer that reaches less
than two thirds of the best rate in the first round is not run again. genimage gets 8-bit images and normalises them in
its graph; the peers get normalised images. PyTorch's eager bfloat16 is measured with autocast and with the network
cast; the others take the network cast. ONNX Runtime's CPU kernels have float32 alone. The peers onnx-java and djl are ONNX
Runtime and DJL with PyTorch from Java, in float32; Maven downloads 250 MB for them.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measuring import at_least, cell, class_path, java, measured, measuring, parser, ratio, table

DETECTORS = [
    "ResNet-50", "DeiT-S", "Swin-T", "CNNSpot", "Spec", "F3Net", "GramNet",
    "Community Forensics", "Community Forensics-224", "UnivFD", "SAFE", "FerretNet-B", "FerretNet-S", "NPR",
]
PRECISIONS = ["float32", "bfloat16"]
PEERS = ["eager", "scripted", "compiled", "onnx"]
JAVA_PEERS = ["onnx-java", "djl"]
FILES = "files"


def options():
    found = parser(__doc__)
    found.add_argument("--detector", nargs="+", choices=DETECTORS, default=DETECTORS, metavar="NAME", help=", ".join(DETECTORS))
    found.add_argument("--precision", nargs="+", choices=PRECISIONS, default=PRECISIONS)
    peers = ", ".join([*PEERS, *JAVA_PEERS])
    found.add_argument("--peer", nargs="+", choices=[*PEERS, *JAVA_PEERS, FILES], default=PEERS, metavar="PEER", help=peers)
    found.add_argument("--rounds", type=at_least(1), default=3)
    found.add_argument("--seconds", type=at_least(0.01, float), default=5, help="of each measurement")
    found.add_argument("--heap", default="1g", help="Java's -Xmx")
    found.add_argument("--pytorch", action="store_true", help=argparse.SUPPRESS)
    found.add_argument("--size", nargs="+", type=at_least(1), default=[1, 16], help=argparse.SUPPRESS)
    return found.parse_args()


def genimage(found, folder, detector, precision, chosen):
    return measured(
        java(found, chosen.heap, "ScoringBenchmark", "score", folder, detector, precision.upper(), chosen.seconds)
    )


def peer(folder, name, detector, precision, chosen):
    script = [sys.executable, __file__, "--pytorch", "--folder", str(folder), "--detector", detector, "--peer", name]
    return measured(script + ["--precision", precision, "--seconds", str(chosen.seconds)])


def java_peer(folder, name, detector, chosen):
    """Scores with another library for Java, from files that PyTorch writes."""
    script = [sys.executable, __file__, "--pytorch", "--folder", str(folder), "--detector", detector, "--peer", FILES]
    side = measured(script)["side"]
    found = class_path(folder / "peers-class-path", "benchmarks/peers", "org.genimage.benchmarks.peers.PeerBenchmark", "peers")
    command = java(found, "2g", "org.genimage.benchmarks.peers.PeerBenchmark", name, folder, detector, int(side))
    return measured([*command, str(chosen.seconds), "1", "16"])


def measure_peer(folder, name, detector, precision, seconds, sizes):
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

    def rate(score, batch):
        score(batch)
        score(batch)
        begin = time.perf_counter()
        runs = 0
        while (passed := time.perf_counter() - begin) < seconds:
            score(batch)
            runs += 1
        return len(batch) * runs / passed

    if name == FILES:
        write_files(folder, detector, network, images, sizes)
        print("side", side)
        return
    with torch.inference_mode():
        if name == "eager":
            with torch.autocast("cpu", torch.bfloat16, enabled=low):
                network(images(1))
                print("first_score_s", time.time() - start)
                print("resident_mb", memory("VmRSS"))
                print("peak_resident_mb", memory("VmHWM"))
                rates = {size: rate(network, images(size)) for size in sizes}
            if low:
                network.bfloat16()
                cast = {size: rate(network, images(size, torch.bfloat16)) for size in sizes}
                rates = {size: max(rates[size], cast[size]) for size in rates}
        elif name == "onnx":
            rates = {size: onnx_rate(folder, network, images(size), rate) for size in sizes}
        else:
            kind = torch.bfloat16 if low else torch.float32
            network.to(kind)
            rates = {size: rate(faster(name, network, images(size, kind)), images(size, kind)) for size in sizes}
    for size, images_per_second in rates.items():
        print(f"batch_{size}_images_per_s", images_per_second)
    print(f"batch_{sizes[-1]}_resident_mb", memory("VmRSS"))


def faster(name, network, example):
    """Returns the network scripted by a trace and frozen, or compiled for this machine."""
    import torch

    if name == "compiled":
        return torch.compile(network)
    with torch.no_grad():
        return torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(network, example)))


def write_files(folder, detector, network, images, sizes):
    """Writes the network for other libraries, for batches of each size, unless it is there already."""
    import torch

    network = network.to(memory_format=torch.contiguous_format)
    for size in sizes:
        example = images(size).contiguous()
        onnx, script = (Path(folder, f"{detector}-{size}.{end}") for end in ("onnx", "pt"))
        if not script.exists():
            with torch.no_grad():
                torch.jit.save(torch.jit.freeze(torch.jit.trace(network, example)), script)
        if not onnx.exists():
            torch.onnx.export(network, (example,), str(onnx), dynamo=False, input_names=["images"])


def onnx_rate(folder, network, example, rate):
    import onnxruntime
    import torch

    with tempfile.TemporaryDirectory(dir=folder) as made:
        file = str(Path(made, "network.onnx"))
        torch.onnx.export(network, (example.contiguous(),), file, dynamo=False, input_names=["images"])
        session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
        batch = example.contiguous().numpy()
        return rate(lambda images: session.run(None, {"images": images}), batch)


def process_start():
    ticks = int(Path("/proc/self/stat").read_text().rsplit(")", 1)[1].split()[19])
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    return time.time() - uptime + ticks / os.sysconf("SC_CLK_TCK")


def memory(field):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(field + ":"))


def column(results, name):
    return [result[name] for result in results if name in result]


def attempt(folder, name, detector, precision, chosen):
    """Returns what a peer measures, or nothing if it cannot run this network."""
    try:
        if name in JAVA_PEERS:
            return java_peer(folder, name, detector, chosen)
        return peer(folder, name, detector, precision, chosen)
    except subprocess.CalledProcessError:
        return {}


def contenders(theirs):
    """Returns the peers that reach two thirds of the best rate of any row in the first round."""
    rows = {row for found in theirs.values() if found for row in found[0] if row.endswith("per_s")}
    rates = {row: {name: found[0].get(row, 0) for name, found in theirs.items() if found} for row in rows}
    near = {name for rate in rates.values() for name in rate if rate[name] > max(rate.values()) / 1.5}
    return [name for name in theirs if name in near]


def compare(folder, chosen):
    found = class_path(folder / "class-path")
    missing = [detector for detector in chosen.detector if not (folder / f"{detector}.safetensors").exists()]
    if missing:
        subprocess.run(java(found, "6g", "ScoringBenchmark", "write", folder, *missing), check=True)
    results = [one(found, folder, detector, precision, chosen) for detector in chosen.detector for precision in chosen.precision]
    print(f"\nMedians of {chosen.rounds} rounds, lowest to highest. The fastest peer of a row counts; it is named.")
    for batch in (1, 16):
        row = table(f"images per second, batches of {batch}", "genimage", "fastest peer", "ratio", "all peers")
        for what, ours, theirs in results:
            name = f"batch_{batch}_images_per_s"
            best, other, every = ranked(theirs, name)
            own = column(ours, name)
            row(what, cell(own), f"{cell(other)} {best}", ratio(own, other), every)
    row = table(
        "first score of a fresh process, and memory after it", "genimage: seconds", "PyTorch eager",
        "genimage: MB resident", "at the peak", "PyTorch eager", "at the peak", "genimage / PyTorch, resident",
    )
    for what, ours, theirs in results:
        eager = theirs.get("eager", [])
        cells = [cell(column(ours, "first_score_s")), cell(column(eager, "first_score_s"))]
        for side in ours, eager:
            cells += [cell(column(side, name), 0) for name in ("resident_mb", "peak_resident_mb")]
        row(what, *cells, ratio(column(ours, "resident_mb"), column(eager, "resident_mb")))


def one(found, folder, detector, precision, chosen):
    """Measures a detector in turns with its peers; returns its name and what it and each peer measured."""
    peers = [name for name in chosen.peer if name not in ("onnx", *JAVA_PEERS) or precision == "float32"]
    ours, theirs = [], {name: [] for name in peers}
    for _ in range(chosen.rounds):
        ours.append(genimage(found, folder, detector, precision, chosen))
        for name in contenders(theirs) or peers:
            theirs[name].append(attempt(folder, name, detector, precision, chosen))
    print(f"{detector}, {precision}: measured", file=sys.stderr)
    return f"{detector}, {precision}", ours, theirs


def ranked(theirs, name):
    """Returns the fastest peer's name and rates, and all peers' medians in words."""
    rates = {peer: column(results, name) for peer, results in theirs.items() if column(results, name)}
    order = sorted(rates, key=lambda peer: statistics.median(rates[peer]), reverse=True)
    best = order[0] if order else ""
    return best, rates.get(best, []), ", ".join(f"{peer} {statistics.median(rates[peer]):.2f}" for peer in order)


if __name__ == "__main__":
    chosen = options()
    if chosen.pytorch:
        measure_peer(chosen.folder, chosen.peer[0], chosen.detector[0], chosen.precision[0], chosen.seconds, chosen.size)
    else:
        with measuring(chosen) as made:
            compare(made, chosen)

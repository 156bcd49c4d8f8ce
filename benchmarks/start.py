"""Measures the start of the program as a user has it: its help and its first score, from the call to the end.

    python3 benchmarks/start.py [--runs 10]

Builds the program's folder with its launcher (Maven profile archive) and runs commands in turns: help, and the score of
a JPEG file by ResNet-50 and by FerretNet-S with random weights, each with the launcher's archive of classes and without
one. Beside them, PyTorch eager and ONNX Runtime score the same file by the same ResNet-50, in a process of their own
that ends then. Archives are written, libraries unpacked and all files read once before. The columns are the median, the
least and the highest of the runs. Needs Linux, Maven, a JDK, 2 GB of disk, and Python with numpy, Pillow and
opencv-python-headless; for the peers also torch, torchvision, safetensors, onnx and onnxruntime. A peer without its
packages is left out, with the reason.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measuring import ROOT, at_least, cell, class_path, java, measuring, parser, table, version

# What a user's shell does not set, and what would change the measured start.
UNSET = "JAVA_OPTS", "GENIMAGE_CDS", "TF_CPP_MIN_LOG_LEVEL", "TF_OVERRIDE_GLOBAL_THREADPOOL", "MALLOC_ARENA_MAX"
PEERS = {
    "pytorch": ("PyTorch eager", ["torch", "torchvision", "safetensors"]),
    "onnx": ("ONNX Runtime", ["torch", "torchvision", "safetensors", "onnx", "onnxruntime"]),
}


def options():
    found = parser(__doc__)
    found.add_argument("--runs", type=at_least(1), default=10, help="of each command")
    return found.parse_args()


def program(folder):
    """Returns the launcher of the program's folder, a copy of what Maven builds."""
    target = folder / "program"
    if not target.exists():
        build = ["mvn", "-q", "-B", "-Parchive", "package", "-DskipTests", "-pl", "genimage-app", "-am"]
        subprocess.run(build, cwd=ROOT, check=True, stdout=sys.stderr)
        built = (ROOT / "genimage-app" / "target").glob(f"genimage-{version()}-*/genimage")
        newest = max(built, key=lambda one: (one / "lib" / "genimage-app.jar").stat().st_mtime)
        shutil.copytree(newest, folder / "program.part", dirs_exist_ok=True)
        (folder / "program.part").rename(target)
    return str(target / "bin" / "genimage")


def photo_in(folder):
    """Returns a rendered JPEG file."""
    images = folder / "images"
    if not images.exists():
        from images import write_files

        images.mkdir()
        write_files(images)
    return shutil.copy(images / "00.jpg", folder / "photo.jpg")


def weights_in(folder, *detectors):
    """Returns files of random weights."""
    files = {detector: folder / f"{detector}.safetensors" for detector in detectors}
    missing = [detector for detector, file in files.items() if not file.exists()]
    if missing:
        write = java(class_path(folder / "class-path"), "6g", "ScoringBenchmark", "write", folder, *missing)
        subprocess.run(write, check=True)
    return files


def prepared(photo):
    """Returns a file's pixels as ResNet-50 takes them: [1, 3, 224, 224], normalised."""
    import numpy as np
    from PIL import Image

    image = Image.open(photo).convert("RGB")
    scale = 235 / min(image.size)
    image = image.resize([round(side * scale) for side in image.size], Image.Resampling.BICUBIC)
    left, top = ((side - 224) // 2 for side in image.size)
    pixels = np.asarray(image.crop((left, top, left + 224, top + 224)), np.float32) / 255
    normalised = (pixels - np.float32([0.485, 0.456, 0.406])) / np.float32([0.229, 0.224, 0.225])
    return np.ascontiguousarray(normalised.transpose(2, 0, 1)[None])


def resnet50(weights):
    import torchvision
    from safetensors.torch import load_file

    network = torchvision.models.resnet50(num_classes=2)
    network.load_state_dict(load_file(weights), strict=False)
    return network.eval()


def pytorch(weights, photo):
    import torch

    network = resnet50(weights).to(memory_format=torch.channels_last)
    with torch.inference_mode():
        images = torch.from_numpy(prepared(photo)).to(memory_format=torch.channels_last)
        print(network(images).softmax(1)[0, 1].item())


def onnx(weights, photo):
    import numpy as np
    import onnxruntime

    session = onnxruntime.InferenceSession(weights, providers=["CPUExecutionProvider"])
    (logits,) = session.run(None, {"images": prepared(photo)})
    print(1 / (1 + np.exp(logits[0, 0] - logits[0, 1])))


def write_onnx(weights, file):
    import torch

    example = torch.zeros(1, 3, 224, 224)
    torch.onnx.export(resnet50(weights), (example,), file, dynamo=False, input_names=["images"])


PARTS = {"--pytorch": pytorch, "--onnx": onnx, "--write-onnx": write_onnx}


def peers(folder, weights, photo):
    """Returns the peers' commands by name, of those that have their packages."""
    commands = {}
    for peer, (name, packages) in PEERS.items():
        missing = [package for package in packages if importlib.util.find_spec(package) is None]
        if missing:
            print(f"the row of {name} is left out: Python has no {', '.join(missing)}", file=sys.stderr)
            continue
        file = weights
        if peer == "onnx":
            file = weights.with_suffix(".onnx")
            if not file.exists():
                write = [sys.executable, __file__, "--write-onnx", str(weights), str(file)]
                subprocess.run(write, check=True, stdout=sys.stderr)
        commands[name] = [sys.executable, __file__, f"--{peer}", str(file), str(photo)]
    return commands


def timed(command, environment):
    """Runs a command; returns its seconds from the call to the end, and its processor seconds."""
    with tempfile.TemporaryFile("w+") as errors:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            errors.seek(0)
            print(errors.read(), end="", file=sys.stderr)
            raise subprocess.CalledProcessError(process.returncode, command)
    return seconds, usage.ru_utime + usage.ru_stime


def measure(folder, chosen):
    genimage, photo = program(folder), photo_in(folder)
    weights = weights_in(folder, "ResNet-50", "FerretNet-S")
    plain = {name: value for name, value in os.environ.items() if name not in UNSET}
    archived = {**plain, "GENIMAGE_CACHE": str(folder / "cache")}
    score = {name: [genimage, "score", photo, "--weights", file] for name, file in weights.items()}
    commands = {"`genimage --help`": [genimage, "--help"], "`genimage score --help`": [genimage, "score", "--help"]}
    commands |= {f"`genimage score photo.jpg`, {name}": command for name, command in score.items()}
    work = {}
    for name, command in commands.items():
        work[name] = command, archived
        work[f"{name}, without the archive of classes"] = command, {**archived, "GENIMAGE_CDS": "off"}
    for name, command in peers(folder, weights["ResNet-50"], photo).items():
        work[f"{name}, ResNet-50"] = command, os.environ
    # The first score unpacks TensorFlow's library, and the start after it writes the archive with a score's classes.
    timed(score["ResNet-50"], archived)
    for one in work.values():
        timed(*one)
    if not any(file.stat().st_size for file in (folder / "cache" / "classes").glob("*.jsa")):
        sys.exit("start.py: expected an archive of classes, but this Java cannot write one; choose another Java")
    times = {name: [] for name in work}
    for _ in range(chosen.runs):
        for name, one in work.items():
            times[name].append(timed(*one))
    row = table(f"from the call to the end, {chosen.runs} runs", "seconds", "processor seconds")
    for name, results in times.items():
        row(name, *(cell([result[side] for result in results]) for side in (0, 1)))


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in PARTS:
        PARTS[sys.argv[1]](*sys.argv[2:])
    else:
        chosen = options()
        with measuring(chosen) as made:
            measure(made, chosen)

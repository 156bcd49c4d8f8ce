"""Scores of ResNet-50 in float32: genimage beside PyTorch channels-last, on the same cores, in one run.

    python3 benchmarks/scoring.py [rounds]

Wants Linux, Maven, a JDK, and Python with torch and torchvision. The two take turns; the median of the rounds
is printed. genimage gets 8-bit images and normalises them in its graph, PyTorch gets them normalised.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 5
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3"}


def write_weights(weights):
    main = "org.genimage.examples.ScoringBenchmark"
    command = ["mvn", "-q", "-B", "-Pquickstart", "compile", f"-Dmain={main}", f"-Dargs={weights}"]
    subprocess.run(command, cwd=ROOT, check=True)
    return Path(weights).with_name("class-path").read_text()


def genimage(class_path, weights):
    java = ["java", "-Xmx1g", "-cp", class_path, "org.genimage.examples.ScoringBenchmark", weights]
    return measured(java)


def pytorch(weights):
    return measured([sys.executable, __file__, "--pytorch", weights])


def measured(command):
    output = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, env={**os.environ, **QUIET}).stdout
    return {name: float(value) for name, value in (line.split() for line in output.splitlines())}


def measure_pytorch(weights):
    start = process_start()
    import torch
    import torchvision

    model = torchvision.models.resnet50(num_classes=2)
    model.load_state_dict(torch.load(weights))
    model = model.eval().to(memory_format=torch.channels_last)

    def images(count):
        return torch.randn(count, 3, 224, 224).to(memory_format=torch.channels_last)

    with torch.inference_mode():
        model(images(1))
        print("first_score_s", time.time() - start)
        print("resident_mb", memory("VmRSS"))
        print("peak_resident_mb", memory("VmHWM"))
        for size in 1, 16:
            batch = images(size)
            model(batch)
            model(batch)
            begin = time.perf_counter()
            runs = 0
            while (seconds := time.perf_counter() - begin) < SECONDS:
                model(batch)
                runs += 1
            print(f"batch_{size}_images_per_s", size * runs / seconds)


def process_start():
    ticks = int(Path("/proc/self/stat").read_text().rsplit(")", 1)[1].split()[19])
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    return time.time() - uptime + ticks / os.sysconf("SC_CLK_TCK")


def memory(field):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(field + ":"))


def compare(rounds):
    with tempfile.TemporaryDirectory() as folder:
        ours = os.path.join(folder, "resnet50.safetensors")
        theirs = os.path.join(folder, "resnet50.pth")
        class_path = write_weights(ours)
        write = "import sys, torch, torchvision; torch.save(torchvision.models.resnet50(num_classes=2).state_dict(), sys.argv[1])"
        subprocess.run([sys.executable, "-c", write, theirs], check=True)
        results = [(genimage(class_path, ours), pytorch(theirs)) for _ in range(rounds)]
    cpu = next(line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name"))
    print(f"{time.strftime('%Y-%m-%d')}, {cpu}, {os.cpu_count()} cores, median of {rounds} rounds (lowest to highest)")
    print(f"{'':24} {'genimage':>26} {'PyTorch':>26} {'ratio':>7}")
    for name in results[0][0]:
        columns = [[result[side][name] for result in results] for side in (0, 1)]
        middle = [statistics.median(column) for column in columns]
        cells = [f"{m:.2f} ({min(c):.2f} to {max(c):.2f})" for m, c in zip(middle, columns)]
        print(f"{name:24} {cells[0]:>26} {cells[1]:>26} {middle[0] / middle[1]:>7.2f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--pytorch"]:
        measure_pytorch(sys.argv[2])
    else:
        compare(int(sys.argv[1]) if len(sys.argv) > 1 else 3)

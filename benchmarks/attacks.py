"""CW-L2 and PGD on ResNet-50 in float32: genimage beside Foolbox, same weights, on the same cores, in one run.

    python3 benchmarks/attacks.py [rounds]

Wants Linux, Maven, a JDK, and Python with foolbox, torch, torchvision and safetensors. The two take turns; the median
of the rounds is printed. Both attack 16 images as one batch. A rate is that of the steps between the second and the
eighth, so it is free of what is done once, which stands beside it.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
IMAGES, FEW_STEPS, MANY_STEPS = 16, 2, 8
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3"}


def write_weights(weights):
    main = "org.genimage.examples.AttackBenchmark"
    command = ["mvn", "-q", "-B", "-Pquickstart", "compile", f"-Dmain={main}", f"-Dargs={weights}"]
    subprocess.run(command, cwd=ROOT, check=True)
    return Path(weights).with_name("class-path").read_text()


def genimage(class_path, weights):
    return measured(["java", "-Xmx2g", "-cp", class_path, "org.genimage.examples.AttackBenchmark", weights])


def foolbox(weights, layout):
    return measured([sys.executable, __file__, "--foolbox", weights, layout])


def measured(command):
    output = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, env={**os.environ, **QUIET}).stdout
    return {name: float(value) for name, value in (line.split() for line in output.splitlines())}


def measure_foolbox(weights, layout):
    import foolbox
    import torch
    import torchvision
    from safetensors.torch import load_file

    model = torchvision.models.resnet50(num_classes=2)
    model.load_state_dict(load_file(weights), strict=False)
    images = torch.randint(0, 256, (IMAGES, 3, 224, 224), generator=torch.Generator().manual_seed(1)) / 255
    if layout == "channels_last":
        model = model.to(memory_format=torch.channels_last)
        images = images.to(memory_format=torch.channels_last)
    model.eval().requires_grad_(False)
    statistics_of_imagenet = dict(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225], axis=-3)
    victim = foolbox.PyTorchModel(model, bounds=(0, 1), device="cpu", preprocessing=statistics_of_imagenet)
    labels = victim(images).argmax(-1)

    def cw_l2(steps):
        attack = foolbox.attacks.L2CarliniWagnerAttack(binary_search_steps=1, steps=steps, abort_early=False)
        attack(victim, images, labels, epsilons=None)

    def pgd(steps):
        attack = foolbox.attacks.LinfPGD(abs_stepsize=2 / 255, steps=steps, random_start=False)
        attack(victim, images, labels, epsilons=8 / 255)

    def seconds(attack, steps):
        start = time.perf_counter()
        attack(steps)
        return time.perf_counter() - start

    for attack in cw_l2, pgd:
        attack(1)
        few, many = seconds(attack, FEW_STEPS), seconds(attack, MANY_STEPS)
        step = (many - few) / (MANY_STEPS - FEW_STEPS)
        print(f"{attack.__name__}_images_times_steps_per_s", IMAGES / step)
        print(f"{attack.__name__}_once_s", few - FEW_STEPS * step)


def compare(rounds):
    with tempfile.TemporaryDirectory() as folder:
        weights = os.path.join(folder, "resnet50.safetensors")
        class_path = write_weights(weights)
        layouts = "contiguous", "channels_last"
        results = [
            (genimage(class_path, weights), *(foolbox(weights, layout) for layout in layouts)) for _ in range(rounds)
        ]
    cpu = next(line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name"))
    print(f"{time.strftime('%Y-%m-%d')}, {cpu}, {os.cpu_count()} cores, median of {rounds} rounds (lowest to highest)")
    print(f"{'':32}" + "".join(f"{name:>26}" for name in ("genimage", *(f"Foolbox {layout}" for layout in layouts))))
    for name in results[0][0]:
        columns = [[result[side][name] for result in results] for side in range(3)]
        cells = [f"{statistics.median(c):.2f} ({min(c):.2f} to {max(c):.2f})" for c in columns]
        print(f"{name:32}" + "".join(f"{cell:>26}" for cell in cells))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--foolbox"]:
        measure_foolbox(*sys.argv[2:])
    else:
        compare(int(sys.argv[1]) if len(sys.argv) > 1 else 3)

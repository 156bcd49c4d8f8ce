"""Compares the speed of CW-L2 and PGD on ResNet-50 in float32: genimage and Foolbox, with the same weights.

    python3 benchmarks/attacks.py [--rounds 3]

Needs Linux, Maven, a JDK, and Python with foolbox, torch, torchvision and safetensors. The two run in turns on the same
cores; the script prints the median of the rounds. Both attack 16 images as one batch. The rate is measured between the
second step and the eighth, so it does not contain the work done once per attack, which has a line of its own.
"""

import importlib.util
import subprocess
import sys
import time
from pathlib import Path

from measuring import at_least, cell, class_path, java, measured, measuring, parser, ratio, table

IMAGES, FEW_STEPS, MANY_STEPS = 16, 2, 8


def foolbox(weights, layout):
    """Returns what Foolbox measures, or nothing without Foolbox."""
    if importlib.util.find_spec("foolbox") is None:
        return {}
    return measured([sys.executable, __file__, "--foolbox", weights, layout])


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


def compare(chosen, folder):
    weights = str(folder / "attacked.safetensors")
    ours = java(class_path(folder / "class-path"), "2g", "AttackBenchmark", weights)
    if not Path(weights).exists():
        subprocess.run(ours, check=True)  # The first run writes the weights.
    layouts = "contiguous", "channels_last"
    results = [(measured(ours), *(foolbox(weights, layout) for layout in layouts)) for _ in range(chosen.rounds)]
    row = table(f"{chosen.rounds} rounds", "genimage", "Foolbox", "ratio", "Foolbox, channels-last", "ratio")
    for name in results[0][0]:
        ours, *theirs = ([result[side][name] for result in results if name in result[side]] for side in range(3))
        row(name, cell(ours), *(text for other in theirs for text in (cell(other), ratio(ours, other))))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--foolbox"]:
        measure_foolbox(*sys.argv[2:])
    else:
        found = parser(__doc__)
        found.add_argument("--rounds", type=at_least(1), default=3)
        chosen = found.parse_args()
        with measuring(chosen) as made:
            compare(chosen, made)

"""Writes schedule.json: the learning rate of each step that PyTorch's cosine and Community Forensics' warm-up make.

    python schedule.py        (torch 2.13.0)

The rule is that of train.py and utils.py in JeongsooP/Community-Forensics 5ec815f: before step i, counted from 1, the
warm-up sets the rate to lr * (i + 1) / W while i < W; after step i the cosine moves if i > W, and it moves at the end of
each epoch. The loop is written anew.
"""
import json
import pathlib

import torch

HERE = pathlib.Path(__file__).parent


def rates(base, minimum, epochs, steps, share):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=base)
    group = optimizer.param_groups[0]
    warm = round(share * epochs * steps)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs * steps - warm, eta_min=minimum)
    used, number = [], 0
    for _ in range(epochs):
        for _ in range(steps):
            number += 1
            if number < warm:
                group["lr"] = base * (number + 1) / warm
            used.append(group["lr"])
            optimizer.step()
            if number > warm:
                cosine.step()
        cosine.step()
    return used


cases = []
for base, minimum, epochs, steps, share in [
        (2e-5, 2e-8, 5, 20, 0.2), (2e-5, 2e-8, 5, 7, 0.2), (1e-3, 0.0, 4, 9, 0.5), (1e-3, 1e-6, 3, 10, 0.0),
        (1e-3, 1e-6, 2, 5, 0.1), (1e-3, 1e-6, 6, 4, 0.7), (1e-3, 1e-6, 1, 12, 0.25), (2e-5, 2e-8, 20, 3, 0.15)]:
    cases.append({"base": base, "minimum": minimum, "epochs": epochs, "steps": steps, "warmup": share,
                  "rates": rates(base, minimum, epochs, steps, share)})
(HERE / "schedule.json").write_text(
    '{"torch": "%s", "cases": [\n' % torch.__version__ + ",\n".join(map(json.dumps, cases)) + "\n]}\n")

"""Writes deepfool.safetensors and deepfool.json: what Foolbox's L2 DeepFool makes of the small victims.

Usage: python deepfool.py ../reference/attacks .
Needs torch, safetensors and foolbox (3.3.4 made these files).
"""
import json
import sys
from pathlib import Path

import foolbox
import torch
from safetensors.torch import load_file, save_file
from torch import nn

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
SETTINGS = {"default": {}, "overshoot_0": {"overshoot": 0.0}, "two_steps": {"steps": 2}}


class Victim(nn.Module):
    """The network of VictimNetwork.java. One logit z counts as the two logits (0, z)."""

    def __init__(self, logits):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 8, 3, 1, 1, bias=False), nn.BatchNorm2d(8)
        self.conv2, self.bn2 = nn.Conv2d(8, 16, 3, 2, 1, bias=False), nn.BatchNorm2d(16)
        self.conv3, self.bn3 = nn.Conv2d(16, 24, 3, 2, 1), nn.BatchNorm2d(24)
        self.fc = nn.Linear(24, logits)

    def forward(self, x):
        x = (x - torch.tensor(MEAN).view(1, 3, 1, 1)) / torch.tensor(STD).view(1, 3, 1, 1)
        x = self.bn1(self.conv1(x)).relu()
        x = self.bn2(self.conv2(x)).relu()
        x = self.bn3(self.conv3(x)).relu()
        z = self.fc(x.mean(dim=(2, 3)))
        return torch.cat([torch.zeros_like(z), z], dim=1) if z.shape[1] == 1 else z


def attack_all(model, images, labels, settings):
    attack = foolbox.attacks.L2DeepFoolAttack(**settings)
    victim = foolbox.PyTorchModel(model, bounds=(0, 1), device="cpu")
    _, attacked, success = attack(victim, images, labels, epsilons=None)
    with torch.no_grad():
        logits = model(attacked)
    return attacked, {
        "steps": attack.steps,
        "overshoot": attack.overshoot,
        "labels": labels.tolist(),
        "success": success.tolist(),
        "l2": (attacked - images).flatten(1).norm(dim=1).double().tolist(),
        "margins": (logits[:, 1] - logits[:, 0]).double().tolist(),
    }


def main(fixtures, target):
    torch.set_num_threads(1)
    arrays = load_file(fixtures / "attacks.safetensors")
    images, labels = arrays["images"].float() / 255, arrays["labels"]
    tensors, results = {}, {}
    for kind in ("trained", "filled"):
        for name, logits in (("two", 2), ("one", 1)):
            model = Victim(logits).eval()
            weights = load_file(fixtures / f"{kind}_{name}.safetensors")
            model.load_state_dict(weights, strict=False)
            victim = f"{kind}_{name}"
            results[victim] = {}
            with torch.no_grad():
                leave = labels if kind == "trained" else model(images).argmax(dim=1)
            for key, settings in SETTINGS.items():
                attacked, results[victim][key] = attack_all(model, images, leave, settings)
                if key == "default" and kind == "filled":
                    tensors[victim] = attacked
    save_file(tensors, target / "deepfool.safetensors")
    library = f"Foolbox {foolbox.__version__}, L2DeepFoolAttack, loss 'logits'"
    text = json.dumps({"library": library, "results": results}, indent=1)
    (target / "deepfool.json").write_text(text + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

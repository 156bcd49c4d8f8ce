"""Holds weights that genimage wrote against PyTorch's own networks.

    python tools/check_weights.py DIR

DIR is what the test WeightsExchange writes (docs/weights.md has the command): for each detector its
weights, and images with the logits that genimage computes. The weights are loaded strictly, by their
published names, into torchvision's and timm's networks; the logits have to agree within 1e-5.
Needs torch and safetensors; torchvision and timm where installed.
"""
import json
import pathlib
import sys

import torch
from safetensors import safe_open
from safetensors.torch import load_file

TOLERANCE = 1e-5


def torchvision_resnet50(state):
    import torchvision
    network = torchvision.models.resnet50(num_classes=2)
    network.load_state_dict(state)
    return network


def timm_network(name):
    def load(state):
        import timm
        network = timm.create_model(name, num_classes=2)
        if name.startswith("swin"):  # timm renames the original release's keys, as it does for its own downloads
            state = timm.models.swin_transformer.checkpoint_filter_fn(state, network)
        network.load_state_dict(state)
        return network
    return load


NETWORKS = {
    "resnet-50": {"torchvision": torchvision_resnet50, "timm": timm_network("resnet50")},
    "deit-s": {"timm": timm_network("deit_small_patch16_224")},
    "swin-t": {"timm": timm_network("swin_tiny_patch4_window7_224")},
}


def main(folder):
    worst = 0.0
    for name, libraries in NETWORKS.items():
        weights = folder / f"{name}.safetensors"
        if not weights.exists():
            print(f"{name}: not in {folder}")
            continue
        run = load_file(folder / f"{name}.run.safetensors")
        with safe_open(weights, "pt") as file:
            contract = json.loads(file.metadata()["genimage.input"])
        images = run["images"] / 255
        images = ((images - torch.tensor(contract["mean"])) / torch.tensor(contract["std"])).permute(0, 3, 1, 2)
        for library, load in libraries.items():
            try:
                network = load(load_file(weights)).eval()
            except ImportError as e:
                print(f"{name}: {library} is not installed ({e})")
                continue
            with torch.no_grad():
                logits = network(images.contiguous())
            difference = (logits - run["logits"]).abs().max().item()
            worst = max(worst, difference)
            print(f"{name}: {library} {logits.flatten().tolist()}, genimage {run['logits'].flatten().tolist()}, "
                  f"largest difference {difference:.1e}")
    return 0 if worst <= TOLERANCE else 1


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))

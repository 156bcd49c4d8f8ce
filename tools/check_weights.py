"""Holds weights that genimage wrote against PyTorch's own networks.

    python tools/check_weights.py DIR

DIR is what the test WeightsExchange writes (docs/weights.md has the command): for each detector its
weights, and images with the logits that genimage computes. The weights are loaded strictly, by their
published names, into torchvision's and timm's networks; the logits have to agree within 1e-5. Of F3Net
and GramNet, which neither library has, the trunks are loaded, and F3Net's baseline is compared whole.
Needs torch and safetensors; torchvision and timm where installed.
"""
import json
import pathlib
import sys

import torch
from safetensors import safe_open
from safetensors.torch import load_file

TOLERANCE = 1e-5


def torchvision_network(name, outputs):
    def load(state):
        import torchvision
        network = torchvision.models.get_model(name, weights=None, num_classes=outputs)
        network.load_state_dict(state)
        return network
    return load


def timm_network(name, **options):
    def load(state):
        import timm
        network = timm.create_model(name, **options)
        if name.startswith("swin"):  # timm renames the original release's keys, as it does for its own downloads
            state = timm.models.swin_transformer.checkpoint_filter_fn(state, network)
        network.load_state_dict(state)
        return network
    return load


def baseline(state):
    """F3Net without frequencies: an Xception whose own classifier is idle."""
    trunk = {k[len("xcep."):]: v for k, v in state.items() if k.startswith("xcep.")}
    trunk["fc.weight"], trunk["fc.bias"] = state["fc.weight"], state["fc.bias"]
    return timm_network("legacy_xception", num_classes=1)(trunk)


def log_spectrum(images):
    """ln(|F| + 0.001) of each channel, its 5th percentile at -1 and its 95th at 1."""
    x = torch.log(torch.fft.fft2(images.double()).abs() + 1e-3)
    rows = x.flatten(2)
    low, high = rows.quantile(0.05, 2)[..., None, None], rows.quantile(0.95, 2)[..., None, None]
    return (2 * (x - low) / (high - low) - 1).clamp(-1, 1).float()


def unchanged(images):
    return images


def torchvision_trunk(state):
    import torchvision
    network = torchvision.models.resnet18(weights=None)
    network.fc = torch.nn.Identity()
    names = ("conv1.", "bn1.", "layer")
    network.load_state_dict({k: v for k, v in state.items() if k.startswith(names)})
    return network


# Per detector: what comes between normalised images and the network, and networks by library.
NETWORKS = {
    "resnet-50": (unchanged, {"torchvision": torchvision_network("resnet50", 2),
                              "timm": timm_network("resnet50", num_classes=2)}),
    "deit-s": (unchanged, {"timm": timm_network("deit_small_patch16_224", num_classes=2)}),
    "swin-t": (unchanged, {"timm": timm_network("swin_tiny_patch4_window7_224", num_classes=2)}),
    "cnnspot": (unchanged, {"torchvision": torchvision_network("resnet50", 1),
                            "timm": timm_network("resnet50", num_classes=1)}),
    "spec": (log_spectrum, {"torchvision": torchvision_network("resnet34", 2),
                            "timm": timm_network("resnet34", num_classes=2)}),
    "f3net-original": (unchanged, {"timm": baseline}),
}

# Per detector: parts by prefix, and the network that each is.
PARTS = {
    "f3net": {"fad_excep.": ("timm", timm_network("legacy_xception", in_chans=12, num_classes=0)),
              "lfs_excep.": ("timm", timm_network("legacy_xception", in_chans=6, num_classes=0))},
    "gramnet": {"": ("torchvision", torchvision_trunk)},
}


def differences(folder):
    for name, (feature, libraries) in NETWORKS.items():
        weights = folder / f"{name}.safetensors"
        run = load_file(folder / f"{name}.run.safetensors")
        with safe_open(weights, "pt") as file:
            contract = json.loads(file.metadata()["genimage.input"])
        images = (run["images"] / 255 - torch.tensor(contract["mean"])) / torch.tensor(contract["std"])
        images = images.flip(3) if contract["channels"] == "BGR" else images
        images = feature(images.permute(0, 3, 1, 2).contiguous())
        for library, load in libraries.items():
            network = load(load_file(weights)).eval()
            with torch.no_grad():
                logits = network(images)
            if logits.shape[1] == 1:  # of ai alone
                logits = torch.cat([torch.zeros_like(logits), logits], 1)
            difference = (logits - run["logits"]).abs().max().item()
            print(f"{name}: {library} {logits.flatten().tolist()}, genimage {run['logits'].flatten().tolist()}, "
                  f"largest difference {difference:.1e}")
            yield difference


def main(folder):
    worst = max(differences(folder))
    for name, parts in PARTS.items():
        state = load_file(folder / f"{name}.safetensors")
        for prefix, (library, load) in parts.items():
            load({k[len(prefix):]: v for k, v in state.items() if k.startswith(prefix)})
            print(f"{name}: {prefix or 'trunk'} fits {library}'s network, name by name")
    return 0 if worst <= TOLERANCE else 1


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))

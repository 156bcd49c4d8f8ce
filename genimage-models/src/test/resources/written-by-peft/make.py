"""Writes LoRA adapters as PEFT saves them, and what they make of their base.

    python make.py        (PEFT 0.21, PyTorch 2.13, NumPy 2.4)

Each folder has an adapter. base.safetensors is the base of all. merged_*.safetensors hold, for each array, W + B A alpha / r
calculated by NumPy in 64 bits and rounded once (`exact`), and what PEFT's merge_and_unload gives in 32 bits (`peft`).
"""
import pathlib
import shutil

import numpy as np
import torch
from peft import LoraConfig, get_peft_model
from safetensors.numpy import load_file, save_file
from torch import nn

HERE = pathlib.Path(__file__).parent


def network():
    torch.manual_seed(1)
    block = lambda: nn.ModuleDict({"qkv": nn.Linear(6, 18), "proj": nn.Linear(6, 6)})
    net = nn.ModuleDict({"patch": nn.Conv2d(3, 6, 2), "point": nn.Conv2d(6, 4, 1), "blocks": nn.ModuleList([block(), block()]), "head": nn.Linear(6, 2)})
    net.forward = lambda x: x
    return net


def arrays(state):
    return {k: v.detach().numpy().copy() for k, v in state.items()}


def fill(model):
    """Draws what PEFT leaves at 0."""
    torch.manual_seed(2)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_" in name or "modules_to_save" in name:
                parameter.normal_()


def make(name, base, scale, **settings):
    net = network()
    model = get_peft_model(net, LoraConfig(**settings))
    fill(model)
    shutil.rmtree(HERE / name, ignore_errors=True)
    model.save_pretrained(HERE / name)
    (HERE / name / "README.md").unlink(missing_ok=True)
    adapter = load_file(HERE / name / "adapter_model.safetensors")
    exact = {k: v.astype(np.float64) for k, v in base.items()}
    for key, value in adapter.items():
        key = key.removeprefix("base_model.model.")
        if key.endswith(".lora_A.weight"):
            module = key.removesuffix(".lora_A.weight")
            b = adapter[f"base_model.model.{module}.lora_B.weight"].astype(np.float64)
            a = value.astype(np.float64)
            change = (b.reshape(len(b), -1) @ a.reshape(len(a), -1)).reshape(exact[module + ".weight"].shape)
            exact[module + ".weight"] += scale(module) * change
        elif key.endswith(".lora_B.bias"):
            module = key.removesuffix(".lora_B.bias")
            exact[module + ".bias"] += scale(module) * value.astype(np.float64)
        elif ".lora_" not in key:
            exact[key] = value.astype(np.float64)
    whole = arrays(model.state_dict())
    merged = arrays(model.merge_and_unload().state_dict())
    assert set(merged) == set(base)
    result = {f"exact.{k}": v.astype(np.float32) for k, v in exact.items()} | {f"peft.{k}": merged[k] for k in base}
    for key in base:
        np.testing.assert_allclose(result[f"exact.{key}"], merged[key], rtol=0, atol=4e-6)
    save_file(result, HERE / f"merged_{name}.safetensors")
    return whole


def main():
    base = arrays(network().state_dict())
    save_file(base, HERE / "base.safetensors")
    plain = make("plain", base, lambda module: 3 / 2, r=2, lora_alpha=3, target_modules=["qkv", "proj"])
    torch.save({"model": {k: torch.from_numpy(v) for k, v in plain.items()}}, HERE / "whole.pth")
    make("rslora", base, lambda module: 3 / np.sqrt(2), r=2, lora_alpha=3, use_rslora=True, target_modules=["qkv"], modules_to_save=["head"])
    make("convolutions", base, lambda module: 4 / 3, r=3, lora_alpha=4, target_modules=["patch", "point"])
    ranks = {"blocks.0.qkv": 4, "proj": 1}
    alphas = {"blocks.1.qkv": 5}
    at = lambda table, module, usual: next((v for k, v in table.items() if module == k or module.endswith("." + k)), usual)
    make("patterns", base, lambda module: at(alphas, module, 3) / at(ranks, module, 2), r=2, lora_alpha=3, target_modules=["qkv", "proj"], rank_pattern=ranks, alpha_pattern=alphas,
         lora_bias=True)
    dora()


def dora():
    shutil.rmtree(HERE / "dora", ignore_errors=True)
    model = get_peft_model(network(), LoraConfig(r=2, lora_alpha=3, use_dora=True, target_modules=["proj"]))
    model.save_pretrained(HERE / "dora")
    (HERE / "dora" / "README.md").unlink(missing_ok=True)


if __name__ == "__main__":
    main()

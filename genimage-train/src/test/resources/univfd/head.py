"""Writes train.* and trajectory.*: how PyTorch trains UnivFD's head on a small tower of CLIP's kind, in 64 bits.

    python head.py        (torch 2.13.0, NumPy 2.4, safetensors 0.8)

The tower has every layer of OpenAI's ViT-L/14 (openai/CLIP d05afc4, clip/model.py, class VisionTransformer), but fewer
of each: patches of 14, width 64, 2 blocks, 2 heads, 32 features, images of 28 pixels. It is written anew, from PyTorch's
own layers. Weights and inputs are the reference fill's, whose rule fill() and uniforms() repeat; the files have the form
of the reference fixtures' train and trajectory. The head alone is trained, as networks/trainer.py in
WisconsinAIVision/UniversalFakeDetect 76a0e3e does with --fix_backbone: AdamW, 1e-4, no decay.
"""
import hashlib
import json
import pathlib
from collections import OrderedDict

import numpy as np
import torch
from safetensors.numpy import save_file
from torch import nn

HERE = pathlib.Path(__file__).parent
SALT = "univfd-head"
WIDTH, DEPTH, HEADS, PATCH, SIDE, FEATURES = 64, 2, 2, 14, 28, 32
MEAN = np.array([0.48145466, 0.4578275, 0.40821073])
STD = np.array([0.26862954, 0.26130258, 0.27577711])
OVERRIDES = [{"keys": ["visual.positional_embedding"], "multiply": 16.0},
             {"keys": ["visual.class_embedding"], "multiply": 8.0}]
INPUT = {"key": "train.input", "shape": [4, 3, SIDE, SIDE], "block": 7, "fine": [0.5, 0.125, 0.75, 0.25]}
TARGETS = [1, 0, 1, 0]
STEPS, RATE = 5, 1e-4


def uniforms(key, count):
    state = 0xCBF29CE484222325
    for byte in f"{SALT}:{key}".encode():
        state = ((state ^ byte) * 0x100000001B3) % 2**64
    with np.errstate(over="ignore"):
        z = np.uint64(state) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float64) * 2.0**-24


def fill(key, shape):
    u = uniforms(key, int(np.prod(shape)))
    if len(shape) >= 2:
        values = (2 * u - 1) * np.sqrt(3 / np.prod(shape[1:]))
    else:
        values = 0.75 + 0.5 * u if key.endswith(".weight") else 0.2 * (u - 0.5)
    values = values.astype(np.float32)
    for override in OVERRIDES:
        if key in override["keys"]:
            values *= np.float32(override["multiply"])
    return torch.from_numpy(values.astype(np.float64).reshape(shape))


class QuickGelu(nn.Module):
    def forward(self, x):
        return x * torch.sigmoid(1.702 * x)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.attn = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
        self.ln_1 = nn.LayerNorm(WIDTH)
        self.mlp = nn.Sequential(OrderedDict(
            c_fc=nn.Linear(WIDTH, 4 * WIDTH), gelu=QuickGelu(), c_proj=nn.Linear(4 * WIDTH, WIDTH)))
        self.ln_2 = nn.LayerNorm(WIDTH)

    def forward(self, x):
        y = self.ln_1(x)
        x = x + self.attn(y, y, y, need_weights=False)[0]
        return x + self.mlp(self.ln_2(x))


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.resblocks = nn.Sequential(*[Block() for _ in range(DEPTH)])

    def forward(self, x):
        return self.resblocks(x)


class Tower(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, WIDTH, PATCH, PATCH, bias=False)
        self.class_embedding = nn.Parameter(torch.zeros(WIDTH))
        self.positional_embedding = nn.Parameter(torch.zeros((SIDE // PATCH)**2 + 1, WIDTH))
        self.ln_pre = nn.LayerNorm(WIDTH)
        self.transformer = Transformer()
        self.ln_post = nn.LayerNorm(WIDTH)
        self.proj = nn.Parameter(torch.zeros(WIDTH, FEATURES))

    def forward(self, images):
        x = self.conv1(images).flatten(2).transpose(1, 2)
        first = self.class_embedding.expand(x.shape[0], 1, WIDTH)
        x = self.ln_pre(torch.cat([first, x], 1) + self.positional_embedding)
        return self.ln_post(self.transformer(x)[:, 0]) @ self.proj


class UnivFd(nn.Module):
    def __init__(self):
        super().__init__()
        self.visual = Tower()
        self.fc = nn.Linear(FEATURES, 1)

    def forward(self, images):
        return self.fc(self.visual(images))


def images():
    n, c, h, w = INPUT["shape"]
    block, share = INPUT["block"], np.array(INPUT["fine"]).reshape(n, 1, 1, 1)
    fine = uniforms(INPUT["key"], n * c * h * w).reshape(n, c, h, w)
    rows, columns = -(-h // block), -(-w // block)
    coarse = uniforms(INPUT["key"] + ".coarse", n * c * rows * columns).reshape(n, c, rows, columns)
    coarse = coarse.repeat(block, 2).repeat(block, 3)[:, :, :h, :w]
    v = share * fine + (1 - share) * coarse
    return ((v - MEAN.reshape(1, 3, 1, 1)) / STD.reshape(1, 3, 1, 1)).astype(np.float32)


def sample(values):
    flat = np.ascontiguousarray(values.detach().numpy().reshape(-1))
    if flat.size <= 64:
        return flat
    return flat[[k * flat.size // 64 for k in range(64)]]


def norm(values):
    return float(values.detach().norm())


network = UnivFd().double()
with torch.no_grad():
    for key, entry in network.state_dict().items():
        entry.copy_(fill(key, tuple(entry.shape)))
for entry in network.visual.parameters():
    entry.requires_grad = False
pixels = images()
common = {"id": "univfd-head", "salt": SALT, "domain": "clip", "overrides": OVERRIDES, "loss": "bce_with_logits",
          "targets": TARGETS, "input": {**INPUT, "sha256": hashlib.sha256(pixels.tobytes()).hexdigest()},
          "versions": {"torch": torch.__version__, "numpy": np.__version__}}
batch = torch.from_numpy(pixels.astype(np.float64)).requires_grad_()
targets = torch.tensor(TARGETS, dtype=torch.float64)
criterion = nn.BCEWithLogitsLoss()
trained = {key: entry for key, entry in network.named_parameters() if entry.requires_grad}

logits = network(batch)
loss = criterion(logits.squeeze(1), targets)
loss.backward()
norms = {key: norm(entry.grad) for key, entry in trained.items()}
(HERE / "train.json").write_text(json.dumps({
    **common, "loss_value": {"float64": float(loss)}, "logits": logits.tolist(), "gradient_norms_float64": norms,
    "gradient_norm_total": float(np.sqrt(sum(n * n for n in norms.values()))), "zero_gradient": [],
    "gradient_input_norm": norm(batch.grad), "selected": list(trained)}, indent=1) + "\n")
save_file({**{f"gradient.{key}.sample": sample(entry.grad) for key, entry in trained.items()},
           "gradient_input.sample": sample(batch.grad)}, HERE / "train.safetensors")

batch = batch.detach()
before = {key: entry.detach().clone() for key, entry in trained.items()}
optimizer = torch.optim.AdamW(trained.values(), lr=RATE, betas=(0.9, 0.999), weight_decay=0.0)
losses = []
for step in range(STEPS + 1):
    optimizer.zero_grad()
    loss = criterion(network(batch).squeeze(1), targets)
    losses.append(float(loss))
    if step < STEPS:
        loss.backward()
        optimizer.step()
updates = {key: entry.detach() - before[key] for key, entry in trained.items()}
(HERE / "trajectory.json").write_text(json.dumps({
    **common, "optimizer": {"name": "adamw", "lr": RATE, "betas": [0.9, 0.999], "eps": 1e-8, "weight_decay": 0.0},
    "no_weight_decay": [], "zero_gradient": [], "steps": STEPS, "losses_float64": losses,
    "update_norms_float64": {key: norm(update) for key, update in updates.items()},
    "parameters": {key: {"shape": list(update.shape)} for key, update in updates.items()}}, indent=1) + "\n")
save_file({**{f"update.{key}.sample": sample(update) for key, update in updates.items()},
           "eval_logits.float64": network(batch).detach().numpy().reshape(-1)}, HERE / "trajectory.safetensors")

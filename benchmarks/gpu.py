"""Measures PyTorch for benchmarks/gpu.sh: prints images per second, or why it could not be measured.

    python3 gpu.py train|score DETECTOR float32|amp BATCH ROUNDS cuda|cpu

As in genimage's measurement, 8-bit images in the host's memory are normalised on the device, a round has eight batches,
and the median of the rounds counts. PyTorch uses channels last, cuDNN's autotuning, and TF32 in convolutions and matrix
products as TensorFlow does. "amp" is autocast with float16 and GradScaler.
"""

import statistics
import sys
import time

STEPS = 8


def optimizer(torch, detector, parameters):
    if detector in ("ResNet-50", "Spec"):
        return torch.optim.SGD(parameters, 1e-5, momentum=0.9, nesterov=True)
    if detector in ("DeiT-S", "Swin-T"):
        return torch.optim.AdamW(parameters, 1e-5, weight_decay=0.05)
    return torch.optim.Adam(parameters, 1e-5)


def loss(torch, detector, outputs, labels):
    if outputs.shape[1] == 1:
        return torch.nn.functional.binary_cross_entropy_with_logits(outputs[:, 0], labels.float())
    if detector == "GramNet":
        return torch.nn.functional.nll_loss(outputs, labels)
    return torch.nn.functional.cross_entropy(outputs, labels)


def measure(what, detector, precision, batch, rounds, device):
    import torch
    from networks import NETWORKS

    if device == "cuda" and not torch.cuda.is_available():
        raise RuntimeError("PyTorch sees no GPU")
    torch.backends.cudnn.benchmark = True
    torch.backends.cuda.matmul.allow_tf32 = True
    torch.backends.cudnn.allow_tf32 = True
    side, create = NETWORKS[detector]
    network = create().to(device, memory_format=torch.channels_last).train(what == "train")
    host = torch.randint(0, 256, (batch, side, side, 3), dtype=torch.uint8)
    labels = (torch.arange(batch) % 2).to(device)
    mean = torch.tensor([0.485, 0.456, 0.406], device=device).view(1, 3, 1, 1)
    deviation = torch.tensor([0.229, 0.224, 0.225], device=device).view(1, 3, 1, 1)
    low = precision == "amp"
    rule = optimizer(torch, detector, network.parameters())
    scaler = torch.amp.GradScaler(device, enabled=low)

    def outputs():
        images = (host.to(device).permute(0, 3, 1, 2).float() / 255 - mean) / deviation
        with torch.autocast(device, torch.float16 if device == "cuda" else torch.bfloat16, enabled=low):
            return network(images)

    def train():
        rule.zero_grad(set_to_none=True)
        value = loss(torch, detector, outputs().float(), labels)
        scaler.scale(value).backward()
        if detector == "Swin-T":
            scaler.unscale_(rule)
            torch.nn.utils.clip_grad_norm_(network.parameters(), 5)
        scaler.step(rule)
        scaler.update()
        return value.item()

    def score():
        with torch.inference_mode():
            return outputs().cpu()

    step = train if what == "train" else score
    seconds = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        for _ in range(STEPS):
            step()
        seconds.append(time.perf_counter() - began)
    return STEPS * batch / statistics.median(seconds[1:])


if __name__ == "__main__":
    what, detector, precision, batch, rounds, device = sys.argv[1:]
    try:
        print(f"{measure(what, detector, precision, int(batch), int(rounds), device):.1f}")
    except Exception as problem:
        print(f"not measured ({type(problem).__name__}: {problem})".splitlines()[0])
        sys.exit(1)

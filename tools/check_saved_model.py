"""Holds SavedModels that genimage wrote against genimage's own scores, in TensorFlow for Python.

    python tools/check_saved_model.py DIR

DIR is what the test WeightsExchange writes (docs/weights.md has the command): for each detector its
SavedModel, prepared images with their logits, and scores of image files. The signature `pixels` has to
give the same scores within 1e-5; for `image_bytes` the differences are printed. Needs tensorflow and
safetensors.
"""
import pathlib
import sys

import numpy as np
import tensorflow as tf
from safetensors.numpy import load_file

TOLERANCE = 1e-5


def softmax_at_ai(logits):
    return 1 / (1 + np.exp(logits[:, 0] - logits[:, 1]))


def gap(scores):
    """How far the logit of ai is above that of nature."""
    p = np.clip(scores.astype(np.float64), 1e-15, 1 - 1e-15)
    return np.log(p) - np.log1p(-p)


def main(folder):
    worst = 0.0
    print("detector | pixels | image_bytes: largest, 95 %, mean, other side of 0.5, files | same of the logits' gap, its range")
    for path in sorted(folder.glob("*.saved_model")):
        name = path.name.removesuffix(".saved_model")
        model = tf.saved_model.load(str(path))
        run = load_file(folder / f"{name}.run.safetensors")
        scores = model.signatures["pixels"](pixels=tf.constant(run["images"].astype(np.uint8)))["scores"]
        pixels = np.abs(scores.numpy() - softmax_at_ai(run["logits"].astype(np.float64))).max()
        worst = max(worst, pixels)
        lines = [line.split(" ", 1) for line in (folder / f"{name}.scores.txt").read_text().splitlines()]
        ours = np.array([float(score) for score, _ in lines])
        theirs = np.concatenate([
            model.signatures["image_bytes"](image_bytes=tf.constant([pathlib.Path(file).read_bytes()]))["scores"].numpy()
            for _, file in lines])
        difference = np.abs(theirs - ours)
        apart = np.abs(gap(theirs) - gap(ours))
        sides = int(((theirs > 0.5) != (ours > 0.5)).sum())
        print(f"{name} | {pixels:.1e} | {difference.max():.1e}, {np.quantile(difference, 0.95):.1e}, "
              f"{difference.mean():.1e}, {sides}, {len(lines)} | {apart.max():.1e}, {np.quantile(apart, 0.95):.1e}, "
              f"{apart.mean():.1e}, {gap(ours).min():.1f} to {gap(ours).max():.1f}", flush=True)
    return 0 if worst <= TOLERANCE else 1


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))

"""Measures how much bfloat16 changes scores: genimage in float32 and in bfloat16, with random weights.

    python3 benchmarks/precision.py [--detector NAME ...] [--images 16]

Needs Linux, Maven, a JDK, and a processor with kernels for bfloat16; no Python packages. Each detector scores the same
drawn images with the same weights in both precisions. The weights are drawn from two seeds; the greater figure of the
two is printed. A logit is that of AI less that of nature; its largest difference stands beside the logit, in float32,
of the image that has it. With random weights some logits are so far from 0 that no score changes much: there the
differences of logits say more.
"""

from measuring import at_least, class_path, java, measured, measuring, parser, table

DETECTORS = ["ResNet-50", "DeiT-S", "Swin-T", "CNNSpot", "Spec", "F3Net", "GramNet"]
SEEDS = [1, 2]


def options():
    found = parser(__doc__)
    names = ", ".join(DETECTORS)
    found.add_argument("--detector", nargs="+", choices=DETECTORS, default=DETECTORS, metavar="NAME", help=names)
    found.add_argument("--images", type=at_least(1), default=16)
    found.add_argument("--heap", default="2g", help="Java's -Xmx")
    return found.parse_args()


def plain(value):
    """Returns a number with two digits that count, without an exponent."""
    return f"{float(f'{value:.2g}'):.12f}".rstrip("0").rstrip(".")


def measure(folder, chosen):
    found = class_path(folder / "class-path")
    row = table(
        f"float32 and bfloat16, {chosen.images} images", "largest difference of a score", "mean",
        "largest of a logit", "at a logit of", "mean",
    )
    for detector in chosen.detector:
        results = [
            measured(java(found, chosen.heap, "PrecisionBenchmark", detector, seed, chosen.images)) for seed in SEEDS
        ]
        names = "largest_of_a_score", "mean_of_a_score", "largest_of_a_logit", "mean_of_a_logit"
        largest, mean, logit, mean_logit = (max(result[name] for result in results) for name in names)
        where = max(results, key=lambda result: result["largest_of_a_logit"])["where_largest_of_a_logit"]
        row(detector, plain(largest), plain(mean), plain(logit), f"{where:.3f}", plain(mean_logit))


if __name__ == "__main__":
    chosen = options()
    with measuring(chosen) as made:
        measure(made, chosen)

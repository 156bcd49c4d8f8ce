"""Measures the parts of genimage that are Java alone, by JMH: images, metrics, files of scores, reports.

    python3 benchmarks/jmh.py [--only REGEX] [--quick]

Needs Linux, Maven and a JDK. Every benchmark runs in two fresh processes, each with three warm-ups of a second and
five measurements of a second. The script prints the mean time of a call and JMH's 99.9 % interval.
"""

import json
import os
import subprocess

from measuring import QUIET, class_path, java, measuring, parser, table


def measure(chosen, folder):
    result = folder / "jmh.json"
    often = ["-f", "1", "-wi", "1", "-i", "1"] if chosen.quick else ["-f", "2", "-wi", "3", "-i", "5"]
    each = "100ms" if chosen.quick else "1s"
    arguments = [*often, "-w", each, "-r", each, "-rf", "json", "-rff", result, "-v", "SILENT", "-foe", "true"]
    command = java(class_path(folder / "class-path"), "1g", "org.openjdk.jmh.Main", *arguments, "-jvmArgs", "-Xmx1g", chosen.only)
    subprocess.run(command, check=True, env={**os.environ, **QUIET})
    row = table("one thread", "scores", "microseconds", "99.9 % interval")
    for one in json.loads(result.read_text()):
        metric = one["primaryMetric"]
        error = metric["scoreError"]
        name = ".".join(one["benchmark"].split(".")[-2:])
        shown = f"± {float(error):.1f}" if error != "NaN" else "-"
        row(name, one.get("params", {}).get("scores", ""), f"{metric['score']:.1f}", shown)


if __name__ == "__main__":
    found = parser(__doc__)
    found.add_argument("--only", default="pure", metavar="REGEX", help="the benchmarks whose names match")
    found.add_argument("--quick", action="store_true", help="a short run, to see that everything works")
    chosen = found.parse_args()
    with measuring(chosen) as made:
        measure(chosen, made)

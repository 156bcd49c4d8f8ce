"""What the scripts of this folder share: starting genimage's benchmarks, reading their output, and printing a table.

Needs Linux, Maven and a JDK.
"""

import os
import statistics
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3"}


def class_path(file):
    """Returns the class path of the Java benchmarks. Builds them and writes it to the file if there is no such file."""
    if not Path(file).exists():
        program = ["-Dmain=org.genimage.benchmarks.ClassPath", f"-Dargs={Path(file).absolute()}"]
        subprocess.run(
            ["mvn", "-q", "-B", "-pl", "benchmarks", "-am", "-Pbenchmark", "compile", *program], cwd=ROOT, check=True
        )
    return Path(file).read_text()


def java(found, heap, benchmark, *arguments):
    """Returns the command that runs a Java benchmark with this class path."""
    return ["java", f"-Xmx{heap}", "-cp", found, f"org.genimage.benchmarks.{benchmark}", *map(str, arguments)]


def measured(command):
    """Runs a program that prints one measurement per line; returns the values by name."""
    output = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, env={**os.environ, **QUIET}).stdout
    return {name: float(value) for name, value in (line.split() for line in output.splitlines())}


def machine():
    """Returns the date, the processor and the number of its cores."""
    cpu = next(line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name"))
    return f"{time.strftime('%Y-%m-%d')}, {cpu}, {os.cpu_count()} cores"


def cell(values, digits=2):
    """Returns the median, and in parentheses the lowest and the highest value."""
    if not values:
        return "-"
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"

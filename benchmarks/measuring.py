"""What the scripts of this folder share: starting genimage's benchmarks, reading their output, watching what else runs,
and printing Markdown.

Needs Linux, Maven and a JDK.
"""

import argparse
import contextlib
import importlib.metadata
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# What the program's launcher sets.
QUIET = {
    "TF_CPP_MIN_LOG_LEVEL": "3", "TF_OVERRIDE_GLOBAL_THREADPOOL": "1", "MALLOC_ARENA_MAX": str(os.cpu_count()),
}

# How many processors other programs may use, in all, before figures are worth little.
BUSY = 0.15
TICKS = os.sysconf("SC_CLK_TCK")
INSTRUCTIONS = {
    "avx2": "AVX2", "fma": "FMA", "avx512f": "AVX-512", "avx512_vnni": "AVX-512 VNNI", "avx512_bf16": "AVX-512 bfloat16",
    "amx_tile": "AMX", "amx_bf16": "AMX bfloat16", "asimd": "NEON", "sve": "SVE", "bf16": "bfloat16",
}
LIBRARIES = [
    "torch", "torchvision", "timm", "onnxruntime", "numpy", "Pillow", "opencv-python-headless", "scipy", "foolbox",
]


class Parser(argparse.ArgumentParser):
    """Refuses wrong arguments with one sentence."""

    def error(self, message):
        self.exit(2, f"{self.prog}: {message}; --help lists what is possible\n")


def parser(description):
    """Returns a parser with the options that all scripts have."""
    found = Parser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    found.add_argument("--busy-is-fine", action="store_true", help="measure beside other programs, and say so")
    found.add_argument("--folder", help="keep the class path and what is made there for later runs")
    found.add_argument("--no-heading", action="store_true", help=argparse.SUPPRESS)
    return found


def at_least(least, kind=int):
    """Returns a type of arguments: a number that is not below the least."""

    def number(text):
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not value >= least:
            raise argparse.ArgumentTypeError(f"expected a number of at least {least}, found {text}")
        return value

    return number


@contextlib.contextmanager
def measuring(chosen):
    """Refuses or notes that other programs run, prints the heading, gives a folder, and notes what ran meanwhile."""
    before = busy()
    if before and not chosen.busy_is_fine:
        sys.exit(f"{Path(sys.argv[0]).name}: {before}; end them, or add --busy-is-fine")
    if not chosen.no_heading:
        print(heading(), flush=True)
    if before:
        loudly(f"Before the start, {before}.")
    watch = Others()
    try:
        if chosen.folder:
            os.makedirs(chosen.folder, exist_ok=True)
            yield Path(chosen.folder).absolute()
        else:
            with tempfile.TemporaryDirectory(prefix="genimage-benchmark") as made:
                yield Path(made)
    except subprocess.CalledProcessError as problem:
        shown = [str(word) for word in problem.cmd if len(str(word)) < 200]  # without the class path
        sys.exit(f"{Path(sys.argv[0]).name}: {' '.join(shown)} ended with {problem.returncode}")
    except ImportError as problem:
        sys.exit(f"{Path(sys.argv[0]).name}: expected the Python package {problem.name}, found none; install it")
    used = watch.processors()
    if used > BUSY:
        loudly(f"Other programs used {used:.1f} of {os.cpu_count()} processors while this was measured.")


def loudly(sentence):
    print(f"\n**NOT A QUIET MACHINE. {sentence} The figures are worth little.**\n", flush=True)


class Others:
    """Counts what other programs use: all processors' time, less that of this process and of its ended children."""

    def __init__(self):
        self.began, self.all, self.own = time.monotonic(), self.of_all(), self.of_this()

    @staticmethod
    def of_all():
        with open("/proc/stat") as file:
            user, nice, system, _, _, irq, softirq, steal, *_ = map(int, file.readline().split()[1:])
        return (user + nice + system + irq + softirq + steal) / TICKS

    @staticmethod
    def of_this():
        times = os.times()
        return times.user + times.system + times.children_user + times.children_system

    def processors(self):
        """Returns how many processors others have used on average since the beginning."""
        used = self.of_all() - self.all - (self.of_this() - self.own)
        return max(0, used / (time.monotonic() - self.began))


def busy(seconds=2):
    """Returns that other programs use the machine and which, in words; nothing if they do not."""
    watch, before = Others(), processes()
    time.sleep(seconds)
    used = watch.processors()
    if used <= BUSY:
        return ""
    shares = {key: ticks - before.get(key, 0) for key, ticks in processes().items()}
    most = [key for key in sorted(shares, key=shares.get, reverse=True) if shares[key] > TICKS / 10 and key[0] != os.getpid()]
    by = ", among them " + ", ".join(f"{name} ({number})" for number, name in most[:3]) if most else ""
    return f"other programs use {used:.1f} of {os.cpu_count()} processors{by}"


def processes():
    """Returns the ticks that each process has used, by its id and name."""
    found = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, rest = re.match(r"\d+ \((.*)\) (.*)", file.read_text(), re.DOTALL).groups()
        except OSError:
            continue  # It has ended.
        fields = rest.split()
        found[int(file.parent.name), name] = int(fields[11]) + int(fields[12])
    return found


def class_path(file, module="benchmarks", main="org.genimage.benchmarks.ClassPath", *profiles):
    """Returns the class path of the Java benchmarks. Builds them and writes it to the file if there is no such file."""
    if not Path(file).exists():
        program = [f"-P{','.join(['benchmark', *profiles])}", f"-Dmain={main}", f"-Dargs={Path(file).absolute()}"]
        subprocess.run(
            ["mvn", "-q", "-B", "-pl", module, "-am", "compile", *program],
            cwd=ROOT, check=True, stdout=sys.stderr,
        )
    return Path(file).read_text()


def java(found, heap, benchmark, *arguments):
    """Returns the command that runs a Java benchmark with this class path."""
    name = benchmark if "." in benchmark else f"org.genimage.benchmarks.{benchmark}"
    return ["java", f"-Xmx{heap}", "-cp", found, name, *map(str, arguments)]


def on_processors(count, command):
    """Returns the command on the first processors alone, so that every library starts as many threads."""
    return ["taskset", "-c", f"0-{count - 1}", *command]


def measured(command):
    """Runs a program that prints one measurement per line; returns the values by name."""
    output = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, env={**os.environ, **QUIET}).stdout
    return {name: float(value) for name, value in (line.split() for line in output.splitlines())}


def processor():
    """Returns the processor's name, model and instruction sets."""
    lines = [line.split(":", 1) for line in open("/proc/cpuinfo").read().split("\n\n")[0].splitlines() if ":" in line]
    facts = {name.strip(): value.strip() for name, value in lines}
    flags = (facts.get("flags") or facts.get("Features") or "").split()
    sets = [name for flag, name in INSTRUCTIONS.items() if flag in flags]
    name = facts.get("model name") or f"processor of implementer {facts.get('CPU implementer')}"
    model = [f"{what} {facts[key]}" for what, key in (("family", "cpu family"), ("model", "model"), ("part", "CPU part")) if key in facts]
    return f"{name} ({', '.join(model)}; {', '.join(sets) or 'no vector instructions that matter'})"


def answer(command):
    """Returns what a program prints, in one line; a dash if it cannot be run."""
    try:
        done = subprocess.run(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True)
        return done.stdout.strip().splitlines()[0] if done.stdout.strip() else ""
    except (OSError, subprocess.CalledProcessError):
        return "-"


def version():
    """Returns genimage's own version."""
    return re.search(r"<artifactId>genimage</artifactId>\s*<version>(.*?)<", (ROOT / "pom.xml").read_text()).group(1)


def versions():
    """Returns the versions of what is compared, in words."""
    tensorflow = re.search(r"<tensorflow.version>(.*?)<", (ROOT / "pom.xml").read_text())
    found = [
        f"genimage {version()}",
        f"TensorFlow Java {tensorflow.group(1)}",
        answer(["java", "-version"]).replace('"', ""),
        f"Python {sys.version.split()[0]}",
    ]
    for library in LIBRARIES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found.append(f"{library} {importlib.metadata.version(library)}")
    return ", ".join(found)


def heading():
    """Returns what every figure came from, as Markdown."""
    changed = " with changes that are not committed" if answer(["git", "status", "--porcelain"]) else ""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return "\n".join(
        [
            f"- Processor: {processor()}, {os.cpu_count()} cores, {memory:.0f} GB of memory",
            f"- Date: {time.strftime('%Y-%m-%d')}; Linux {os.uname().release}",
            f"- Versions: {versions()}",
            f"- Commit: {answer(['git', 'rev-parse', '--short=12', 'HEAD'])}{changed}",
            f"- Command: `python3 benchmarks/{Path(sys.argv[0]).name}{''.join(' ' + word for word in sys.argv[1:])}`",
            "",
        ]
    )


def table(*headings):
    """Prints the head of a Markdown table and returns a function that prints a row."""

    def row(*cells):
        print(f"| {' | '.join(map(str, cells))} |", flush=True)

    print()
    row(*headings)
    row(*["---"] * len(headings))
    return row


def cell(values, digits=2):
    """Returns the median, and in parentheses the lowest and the highest value."""
    if not values:
        return "-"
    middle = f"{statistics.median(values):.{digits}f}"
    return middle if len(values) == 1 else f"{middle} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def ratio(ours, theirs):
    """Returns the ratio of the medians; a dash if one is missing."""
    return f"{statistics.median(ours) / statistics.median(theirs):.2f}" if ours and theirs else "-"

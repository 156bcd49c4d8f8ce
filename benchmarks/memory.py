"""Measures the memory that a detector of 1.2 GB takes: ViT-L/14 in 32-bit floats, with a heap of 300 MB.

    python3 benchmarks/memory.py [--folder DIR] [--heap 300m]

Needs Linux, Maven, a JDK and 4 GB of disk; no Python packages. Makes a safetensors file of drawn numbers and the same
as a PyTorch file, scores one image with each in both precisions in a process of its own, and exports a SavedModel.
Prints the resident memory after the first score and its peak, as multiples of the file's size, and ends with 1 if one
is above its aim: 2.2 times in float32, 1.3 times in bfloat16.
"""

import json
import pickle
import shutil
import subprocess
import sys
import types
import zipfile

from measuring import class_path, java, measured, measuring, parser, table

AIMS = {"FLOAT32": 2.2, "BFLOAT16": 1.3}


def options():
    found = parser(__doc__)
    found.add_argument("--heap", default="300m", help="Java's -Xmx")
    found.add_argument("--small", action="store_true", help="two layers in place of 24, to see that everything works")
    return found.parse_args()


class Reference:
    """A storage, which pickle writes as a reference."""

    def __init__(self, key, count):
        self.key, self.count = key, count


class Tensor:
    """What pickle writes as PyTorch writes a tensor: a call that rebuilds it."""

    def __init__(self, torch, storage, shape, strides):
        self.call = torch["torch._utils"]._rebuild_tensor_v2, (storage, 0, shape, strides, False, {})

    def __reduce__(self):
        return self.call


def stand_in(module, name, kind):
    """Returns something that pickle writes by this name of PyTorch's; nothing of it is called."""
    value = type(name, (), {}) if kind == "class" else lambda *arguments: None
    value.__module__, value.__name__, value.__qualname__ = module, name, name
    holder = sys.modules.setdefault(module, types.ModuleType(module))
    setattr(holder, name, value)
    return holder


def write_pytorch(source, target):
    """Writes the arrays of a safetensors file as torch.save does: an archive of a pickle and a record per storage."""
    torch = {
        "torch": stand_in("torch", "FloatStorage", "class"),
        "torch._utils": stand_in("torch._utils", "_rebuild_tensor_v2", "function"),
    }
    stand_in("torch", "LongStorage", "class")
    kinds = {"F32": torch["torch"].FloatStorage, "I64": torch["torch"].LongStorage}
    sizes = {"F32": 4, "I64": 8}

    class Pickler(pickle._Pickler):
        def persistent_id(self, value):
            if isinstance(value, Reference):
                return ("storage", kinds[value.kind], value.key, "cpu", value.count)
            return None

    with open(source, "rb") as file, zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        length = int.from_bytes(file.read(8), "little")
        header = {key: entry for key, entry in json.loads(file.read(length)).items() if key != "__metadata__"}
        tensors = {}
        for index, (key, entry) in enumerate(header.items()):
            begin, end = entry["data_offsets"]
            storage = Reference(str(index), (end - begin) // sizes[entry["dtype"]])
            storage.kind = entry["dtype"]
            strides = [1] * len(entry["shape"])
            for axis in reversed(range(len(strides) - 1)):
                strides[axis] = strides[axis + 1] * entry["shape"][axis + 1]
            tensors[key] = Tensor(torch, storage, tuple(entry["shape"]), tuple(strides))
            file.seek(8 + length + begin)
            archive.writestr(f"archive/data/{index}", file.read(end - begin))
        with archive.open("archive/data.pkl", "w") as record:
            Pickler(record, 2).dump(tensors)
        archive.writestr("archive/byteorder", "little")
        archive.writestr("archive/version", "3\n")


def measure(folder, chosen):
    found = class_path(folder / "class-path")
    layers = 2 if chosen.small else 24
    safetensors, pytorch = folder / f"tower-{layers}.safetensors", folder / f"tower-{layers}.pth"
    if not safetensors.exists():
        subprocess.run(java(found, "4g", "MemoryBenchmark", "write", safetensors, layers), check=True)
    if not pytorch.exists():
        write_pytorch(safetensors, pytorch)
    print(f"\n`-Xmx{chosen.heap}`; MB are 10^6 bytes")
    row = table("", "MB", "seconds", "resident MB", "times", "peak MB", "times", "aim")
    missed = 0

    def line(what, file, values, seconds, aim):
        size = file.stat().st_size / 1e6
        resident, peak = values["resident_mb"], values["peak_resident_mb"]
        ratios = resident / size, peak / size
        times = [f"{one:.2f}" for one in ratios]
        row(what, f"{size:.0f}", f"{values[seconds]:.1f}", f"{resident:.0f}", times[0], f"{peak:.0f}", times[1], aim)
        return max(ratios) > aim

    for file in (safetensors, pytorch):
        for precision, aim in AIMS.items():
            values = measured(java(found, chosen.heap, "MemoryBenchmark", "score", file, layers, precision))
            missed += line(f"{file.suffix[1:]}, {precision.lower()}", file, values, "first_score_s", aim)
    target = folder / "exported"
    shutil.rmtree(target, ignore_errors=True)
    values = measured(java(found, chosen.heap, "MemoryBenchmark", "export", safetensors, layers, target))
    missed += line("export", safetensors, values, "export_s", AIMS["FLOAT32"])
    return 0 if chosen.small else missed


if __name__ == "__main__":
    chosen = options()
    with measuring(chosen) as made:
        missed = measure(made, chosen)
    sys.exit(1 if missed else 0)

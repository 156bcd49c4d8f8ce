"""Writes small checkpoints as training programs of the field save them, and what is in them, into expected.json.

    python make.py        (PyTorch 2.13, NumPy 2.4, timm 1.0.29, Lightning 2.6, OmegaConf 2.3, PEFT 0.21)

Every network is a few layers with drawn numbers. The classes of programs that no registry has (yacs, a trainer's own)
are made here under the names that such programs give them.
"""
import argparse
import collections
import copy
import datetime
import decimal
import enum
import fractions
import functools
import json
import operator
import pathlib
import re
import shutil
import sys
import tempfile
import types
import uuid

import numpy as np
import torch
from torch import nn

HERE = pathlib.Path(__file__).parent
EXPECTED = {}


def module(name):
    """Makes a Python module, so that pickles name its classes as a program's own."""
    made = types.ModuleType(name)
    for i in range(1, name.count(".") + 1):
        sys.modules.setdefault(name.rsplit(".", i)[0], types.ModuleType(name.rsplit(".", i)[0]))
    sys.modules[name] = made
    return made


def own(name, cls):
    place, cls.__qualname__ = name.rsplit(".", 1)
    cls.__module__ = place
    cls.__name__ = cls.__qualname__
    setattr(sys.modules.get(place) or module(place), cls.__name__, cls)
    return cls


def network(seed, last=1, head="fc1"):
    torch.manual_seed(seed)
    net = nn.Sequential(collections.OrderedDict([("conv1", nn.Conv2d(3, 2, 3, bias=False)), ("bn1", nn.BatchNorm2d(2)), (head, nn.Linear(2, last))]))
    return net


def trained(net):
    """An optimizer, a scheduler and a scaler after one step, with state in them."""
    optimizer = torch.optim.AdamW(net.parameters(), lr=5e-3, weight_decay=.01)
    for parameter in net.parameters():
        parameter.grad = torch.full_like(parameter, .125)
    optimizer.step()
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=20)
    scaler = torch.amp.GradScaler("cpu")
    return optimizer, scheduler, scaler


def arguments(**more):
    """As argparse makes them; with what scripts then put there."""
    return argparse.Namespace(
        batch_size=32, lr=5e-3, betas=(0.9, 0.999), data_path=pathlib.PosixPath("/data/genimage"), device=torch.device("cuda:0"), dtype=torch.float16, seed=None,
        started=datetime.datetime(2024, 8, 1, 12, 30), best=np.float64(97.25), counts=np.arange(4), output=pathlib.PureWindowsPath("C:/out"), **more)


ARGUMENTS = ["_codecs.encode", "argparse.Namespace", "datetime.datetime", "numpy._core.multiarray._reconstruct", "numpy._core.multiarray.scalar", "numpy.dtype", "pathlib.PosixPath",
             "pathlib.PureWindowsPath", "torch.device"]


def note(name, **content):
    EXPECTED[name] = content


def save(name, content, tensors, legacy=False, **more):
    torch.save(content, HERE / name, _use_new_zipfile_serialization=not legacy)
    note(name, tensors={k: {"shape": list(v.shape), "integer": not v.is_floating_point(), "values": v.detach().double().flatten().tolist()} for k, v in tensors.items()}, **more)


def safe():
    net = network(1, 2)
    optimizer, _, scaler = trained(net)
    state = net.state_dict()
    save("safe.pth", {"model": state, "optimizer": optimizer.state_dict(), "epoch": "best", "scaler": scaler.state_dict(), "args": arguments()}, state,
         container="model", containers=["model"], prefixes=[],
         objects=ARGUMENTS)


def community_forensics():
    net = nn.Sequential(collections.OrderedDict(vit=nn.Sequential(collections.OrderedDict(norm=nn.LayerNorm(2), head=nn.Linear(2, 1)))))
    optimizer, scheduler, scaler = trained(net)
    state = {"_orig_mod." + k: v for k, v in net.state_dict().items()}
    save("community_forensics.pt", {"model": state, "optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict(), "scaler": scaler.state_dict(), "epoch": 3, "itr": 52000}, state,
         container="model", containers=["model"], prefixes=["_orig_mod.", "vit."], objects=[], bare=list(net.state_dict()))


def univfd():
    torch.manual_seed(3)
    state = collections.OrderedDict(
        [("model.positional_embedding", torch.randn(2, 2)), ("model.visual.class_embedding", torch.randn(2)), ("model.visual.proj", torch.randn(2, 2)),
         ("model.transformer.resblocks.0.ln_1.weight", torch.ones(2)), ("fc.weight", torch.randn(1, 2)), ("fc.bias", torch.randn(1))])
    optimizer = torch.optim.AdamW([nn.Parameter(state["fc.weight"].clone())], lr=1e-4)
    save("univfd.pth", {"model": state, "optimizer": optimizer.state_dict(), "total_steps": 1200}, state, container="model", containers=["model"], prefixes=[], objects=[])


def npr():
    net = network(4)
    state = {"module." + k: v for k, v in net.state_dict().items()}
    save("npr_wrapped.pth", {"model": state, "optimizer": trained(net)[0].state_dict(), "total_steps": 5}, state, container="model", containers=["model"], prefixes=["module."],
         objects=[], bare=list(net.state_dict()))
    save("npr_flat.pth", net.state_dict(), net.state_dict(), containers=[], prefixes=[], objects=[])


def ferretnet():
    net = network(5, head="logit")
    state = nn.DataParallel(net).state_dict()
    save("ferretnet.pth", {"model": state}, state, legacy=True, container="model", containers=["model"], prefixes=["module."], objects=[], bare=list(net.state_dict()))


def timm_checkpoint():
    from timm.utils import CheckpointSaver, ModelEmaV3
    net = network(6, 2, "fc")
    ema = ModelEmaV3(net)
    with torch.no_grad():
        for average in ema.module.parameters():
            average.add_(.5)
    with tempfile.TemporaryDirectory() as folder:
        saver = CheckpointSaver(net, trained(net)[0], args=arguments(model="resnet50"), model_ema=ema, checkpoint_dir=folder, recovery_dir=folder)
        saver.save_checkpoint(1, metric=71.5)
        shutil.copy(pathlib.Path(folder) / "last.pth.tar", HERE / "timm.pth.tar")
    save_again = torch.load(HERE / "timm.pth.tar", weights_only=False)
    assert {"state_dict", "state_dict_ema", "args", "optimizer"} <= set(save_again)
    torch.save(save_again, HERE / "timm.pth.tar")
    note_tensors("timm.pth.tar", net.state_dict(), container="state_dict", containers=["state_dict", "state_dict_ema"], prefixes=[], objects=ARGUMENTS,
                 other={"state_dict_ema": ema.module.state_dict()})


def note_tensors(name, tensors, other=None, **more):
    entry = lambda v: {"shape": list(v.shape), "integer": not v.is_floating_point(), "values": v.detach().double().flatten().tolist()}
    note(name, tensors={k: entry(v) for k, v in tensors.items()}, **more)
    for container, state in (other or {}).items():
        EXPECTED[name].setdefault("other", {})[container] = {k: entry(v) for k, v in state.items()}


def swa():
    net = network(7)
    average = torch.optim.swa_utils.AveragedModel(net)
    average.update_parameters(net)
    save("swa.pth", {"net": net.state_dict(), "swa_net": average.state_dict(), "best": torch.tensor(.75), "rng": torch.get_rng_state()[:64].clone()}, net.state_dict(),
         container="net", containers=["net", "swa_net"], prefixes=[], objects=[], average="swa_net")


def lightning_checkpoint():
    import lightning
    from omegaconf import OmegaConf

    class Detector(lightning.LightningModule):
        def __init__(self, config, path, average):
            super().__init__()
            self.save_hyperparameters()
            self.net = network(8, 2, "fc")
            self.criterion = nn.CrossEntropyLoss(weight=torch.tensor([1., 2.]))

        def training_step(self, batch):
            return self.criterion(self.net.fc(self.net.bn1(self.net.conv1(batch[0])).mean((2, 3))), batch[1])

        def configure_optimizers(self):
            optimizer = torch.optim.AdamW(self.parameters(), lr=1e-3)
            return {"optimizer": optimizer, "lr_scheduler": torch.optim.lr_scheduler.StepLR(optimizer, 1)}

    data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.ones(2, 3, 3, 3), torch.tensor([0, 1])), batch_size=2)
    config = OmegaConf.create({"model": {"name": "resnet50", "heads": [1, 2]}, "lr": 1e-3})
    with tempfile.TemporaryDirectory() as folder:
        trainer = lightning.Trainer(max_epochs=1, accelerator="cpu", default_root_dir=folder, logger=False, enable_progress_bar=False, enable_model_summary=False,
                                    callbacks=[lightning.pytorch.callbacks.ModelCheckpoint(dirpath=folder, save_last=True)])
        detector = Detector(config, pathlib.Path("/data"), False)
        trainer.fit(detector, data)
        shutil.copy(pathlib.Path(folder) / "last.ckpt", HERE / "lightning.ckpt")
    note_tensors("lightning.ckpt", detector.state_dict(), container="state_dict", containers=["state_dict"], prefixes=[],
                 objects_include=["omegaconf.dictconfig.DictConfig", "omegaconf.listconfig.ListConfig", "omegaconf.nodes.AnyNode", "pathlib.PosixPath"])


def objects():
    """What else stands in checkpoints; each is passed over."""
    node = own("yacs.config.CfgNode", type("CfgNode", (dict,), {}))
    config = node(MODEL=node(NAME="resnet50", HEADS=[1, 2]))
    config.__dict__["__immutable__"] = True
    attribute = own("lightning.fabric.utilities.data.AttributeDict", type("AttributeDict", (dict,), {}))
    trainer = own("project.training.Trainer", type("Trainer", (), {}))()
    trainer.step, trainer.self = 7, trainer
    slotted = own("project.training.Slotted", type("Slotted", (), {"__slots__": ("a", "b")}))()
    slotted.a, slotted.b = 1, torch.ones(1)
    listed = own("project.training.Steps", type("Steps", (list,), {}))([1, 2])
    net = network(9)
    optimizer, scheduler, scaler = trained(net)
    array = np.ma.masked_array([1., 2.], mask=[False, True])
    from torchvision.transforms import InterpolationMode
    content = {
        "state_dict": net.state_dict(), "config": config, "hyper_parameters": attribute(lr=1e-3), "trainer": trainer, "slotted": slotted, "steps": listed, "optimizer": optimizer,
        "scheduler": scheduler, "scaler": scaler, "loss": nn.CrossEntropyLoss(weight=torch.ones(2)), "simple": types.SimpleNamespace(a=1), "deque": collections.deque([1, 2], 3),
        "meters": collections.defaultdict(list, a=[1, 2]), "counter": collections.Counter("aab"), "delta": datetime.timedelta(hours=1), "day": datetime.date(2024, 1, 2),
        "zone": datetime.timezone.utc, "decimal": decimal.Decimal("1.5"), "fraction": fractions.Fraction(1, 3), "id": uuid.UUID(int=5), "part": functools.partial(int, base=2),
        "pattern": re.compile("a+"), "getter": operator.itemgetter(1), "range": range(3), "slice": slice(1, 2), "none_type": type(None), "array": np.eye(2), "masked": array,
        "random": np.random.RandomState(1), "generator": np.random.default_rng(1), "dtype": np.dtype("float32"), "scalar": np.int64(3), "complex": 1j, "torch_version": torch.__version__,
        "interpolation": InterpolationMode.BICUBIC, "function": network, "activation": torch.nn.functional.gelu, "type": torch.nn.ReLU, "bytes": b"abc", "big": 2 ** 100,
        "frozen": frozenset([1]), "size": torch.Size([1, 2]), "layout": torch.strided, "wide": torch.complex64}
    for length in (1, 5):
        content[f"recursive_{length}"] = recursive = ([],) * length
        recursive[0].append(recursive)
    for name in ["__main__"]:
        network.__module__ = name
    save("objects.pth", content, net.state_dict(), container="state_dict", containers=["state_dict"], prefixes=[],
         objects_include=["collections.deque", "datetime.date", "decimal.Decimal", "fractions.Fraction", "functools.partial", "lightning.fabric.utilities.data.AttributeDict",
                          "project.training.Slotted", "project.training.Steps", "project.training.Trainer", "torch.amp.grad_scaler.GradScaler", "torch.nn.modules.loss.CrossEntropyLoss",
                          "torch.optim.adamw.AdamW", "torch.optim.lr_scheduler.CosineAnnealingLR", "types.SimpleNamespace", "uuid.UUID", "yacs.config.CfgNode"])
    torch.save(content, HERE / "objects_legacy.pth", _use_new_zipfile_serialization=False)
    EXPECTED["objects_legacy.pth"] = dict(EXPECTED["objects.pth"])


def refused():
    net = network(10)
    torch.save({"model": net, "ema": copy.deepcopy(net), "epoch": 3}, HERE / "whole_modules.pth")
    note("whole_modules.pth", refused="its entry model is an object of torch.nn.modules.container.Sequential")
    kind = own("project.training.Kind", enum.Enum("Kind", {"REAL": 0, "FAKE": 1}))
    torch.save({"model": net.state_dict(), "kind": kind.FAKE}, HERE / "enumeration.pth")
    note("enumeration.pth", refused="asks for the Python name project.training.Kind")
    negated = torch.complex(torch.ones(2), torch.tensor([1., 2.])).conj().imag
    assert negated.is_neg()
    torch.save({"w": negated}, HERE / "negated.pth")
    note("negated.pth", refused="its w is a negated or conjugated view")
    gan = {"netG": net.state_dict(), "netD": network(11).state_dict()}
    torch.save(gan, HERE / "two_networks.pth")
    note("two_networks.pth", refused="more than one dictionary of tensors, under [netG, netD]")
    subclass = own("project.training.Quantised", type("Quantised", (torch.Tensor,), {}))
    torch.save({"model": {"w": torch.ones(2).as_subclass(subclass)}}, HERE / "subclass.pth")
    note("subclass.pth", refused="its w depends on project.training.Quantised")


if __name__ == "__main__":
    safe()
    community_forensics()
    univfd()
    npr()
    ferretnet()
    timm_checkpoint()
    swa()
    lightning_checkpoint()
    objects()
    refused()
    (HERE / "expected.json").write_text(json.dumps(EXPECTED, indent=1, sort_keys=True) + "\n")

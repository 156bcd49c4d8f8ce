"""Writes small model folders as transformers and timm save them, and what their models say of two pictures.

    python make.py        (transformers 5.18, timm 1.0.29, PyTorch 2.13, Pillow 12, NumPy 2.4)

Weights are drawn. Each folder is one model; expected.json has its logits for the pictures, through the library's own
preprocessing with Pillow's resize, and the sum of the prepared pixels.
"""
import json
import pathlib
import shutil

import numpy as np
import timm
import torch
from PIL import Image
from transformers import (CLIPConfig, CLIPForImageClassification, ResNetConfig, ResNetForImageClassification, SwinConfig, SwinForImageClassification, ViTConfig,
                          TimmWrapperConfig, TimmWrapperForImageClassification, ViTForImageClassification)
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.convnext.image_processing_pil_convnext import ConvNextImageProcessorPil
from transformers.models.deit.image_processing_pil_deit import DeiTImageProcessorPil
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

HERE = pathlib.Path(__file__).parent
EXPECTED = {}
# The crop of the first begins at 1 where the offset is rounded down, and at 2 where it is rounded half to even.
PICTURES = {"wide.png": (64, 70), "small.png": (40, 23)}
VIT = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64, image_size=32, patch_size=8)


def pictures():
    rng = np.random.default_rng(5)
    for name, (height, width) in PICTURES.items():
        y, x = np.mgrid[0:height, 0:width]
        waves = np.stack([128 + 90 * np.sin(x / (3 + c) + c) * np.cos(y / (5 - c)) for c in range(3)], axis=-1)
        Image.fromarray(np.clip(waves + rng.normal(0, 20, waves.shape), 0, 255).astype(np.uint8)).save(HERE / name)


def labels(*names):
    return dict(id2label=dict(enumerate(names)), label2id={n: i for i, n in enumerate(names)})


def fill(model):
    """Draws all parameters and running statistics, so that nothing is 0 or 1."""
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for name, value in list(model.named_parameters()) + list(model.named_buffers()):
            if value.is_floating_point() and "relative_position_index" not in name and "attn_mask" not in name:
                noise = torch.randn(value.shape, generator=generator)
                if "running_var" in name:
                    value.copy_(1 + .3 * noise.abs())
                elif value.ndim == 1 and name.endswith("weight"):
                    value.copy_(1 + .2 * noise)
                else:
                    value.copy_(noise * (.5 if value.ndim == 1 else 1.2 / max(1, value[0].numel()) ** .5))
    return model.eval()


def note(name, prepare, model, head, resize):
    entry = {"head": head, "input": resize, "pictures": {}}
    for picture in PICTURES:
        pixels = prepare(Image.open(HERE / picture))
        with torch.no_grad():
            logits = model(pixels)
        entry["pictures"][picture] = {"logits": getattr(logits, "logits", logits)[0].double().tolist(), "sum": pixels.double().sum().item()}
    EXPECTED[name] = entry


def hub(name, model, processor, head, resize):
    shutil.rmtree(HERE / name, ignore_errors=True)
    fill(model).save_pretrained(HERE / name)
    processor.save_pretrained(HERE / name)
    note(name, lambda image: processor(images=image, return_tensors="pt")["pixel_values"], model, head, resize)


def timm_hub(name, architecture, head, resize, label_names, cfg, classes=2, **arguments):
    shutil.rmtree(HERE / name, ignore_errors=True)
    model = fill(timm.create_model(architecture, num_classes=classes, pretrained_cfg_overlay=cfg, **arguments))
    timm.models.save_for_hf(model, HERE / name, model_config=dict(label_names=label_names), model_args=arguments, safe_serialization=True)
    transform = timm.data.create_transform(**timm.data.resolve_model_data_config(model))
    note(name, lambda image: transform(image)[None], model, head, resize)


def main():
    pictures()
    small = dict(size={"height": 32, "width": 32})
    hub("vit", ViTForImageClassification(ViTConfig(**VIT, **labels("artificial", "human"))), ViTImageProcessorPil(**small), "AI_NATURE", "Square 32 BILINEAR")
    odd = dict(VIT, intermediate_size=37, qkv_bias=False, hidden_act="quick_gelu", layer_norm_eps=1e-3)
    hub("vit_odd", ViTForImageClassification(ViTConfig(**odd, **labels("REAL"))), ViTImageProcessorPil(**small, resample=3, image_mean=[.4, .5, .6], image_std=[.3, .2, .1],
        rescale_factor=1 / 127.5), "NATURE_LOGIT", "Square 32 BICUBIC")
    hub("swin", SwinForImageClassification(SwinConfig(image_size=32, patch_size=4, embed_dim=8, depths=[2, 2], num_heads=[1, 2], window_size=4, **labels("Real", "Fake"))),
        DeiTImageProcessorPil(size={"height": 40, "width": 40}, crop_size={"height": 32, "width": 32}), "NATURE_AI", "FlooredCrop 32 of Square 40 BICUBIC")
    resnet = dict(embedding_size=4, hidden_sizes=[16, 32], depths=[1, 2])
    hub("resnet", ResNetForImageClassification(ResNetConfig(**resnet, **labels("nature", "ai"))), ConvNextImageProcessorPil(size={"shortest_edge": 32}, crop_pct=.875), "NATURE_AI",
        "FlooredCrop 32 of ShorterSide 36 BICUBIC")
    hub("resnet_basic", ResNetForImageClassification(ResNetConfig(embedding_size=4, hidden_sizes=[4, 8, 16], depths=[1, 1, 2], layer_type="basic", **labels("synthetic", "authentic"))),
        CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}), "AI_NATURE", "FlooredCrop 32 of ShorterSide 32 BICUBIC")
    hub("clip", CLIPForImageClassification(CLIPConfig(vision_config=VIT, **labels("generated", "natural"))),
        CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}), "AI_NATURE", "FlooredCrop 32 of ShorterSide 32 BICUBIC")
    cfg = dict(input_size=(3, 32, 32), crop_pct=.9, interpolation="bicubic")
    tiny = dict(embed_dim=16, depth=2, num_heads=2, img_size=32, patch_size=8)
    timm_hub("timm_vit", "vit_tiny_patch16_224", "AI_NATURE", "ShorterSide 35 BICUBIC", ["ai", "nature"], cfg, **tiny)
    timm_hub("timm_clip", "vit_base_patch32_clip_quickgelu_224", "AI_LOGIT", "ShorterSide 32 BILINEAR", ["fake"], dict(cfg, crop_pct=1., interpolation="bilinear"), 1, **tiny)
    timm_hub("timm_swin", "swin_tiny_patch4_window7_224", "NATURE_AI", "Square 40 BICUBIC", ["photo", "AI-generated"], dict(cfg, crop_pct=.8, crop_mode="squash"),
             embed_dim=8, depths=[2, 2], num_heads=[1, 2], img_size=32, window_size=4)
    wrapped = dict(architecture="vit_tiny_patch16_224", num_classes=2, label_names=["fake", "real"], model_args=tiny,
                   pretrained_cfg=dict(timm.create_model("vit_tiny_patch16_224").pretrained_cfg, **cfg))
    shutil.rmtree(HERE / "timm_wrapper", ignore_errors=True)
    model = fill(TimmWrapperForImageClassification(TimmWrapperConfig.from_dict(wrapped)))
    model.save_pretrained(HERE / "timm_wrapper")
    transform = timm.data.create_transform(**timm.data.resolve_data_config(pretrained_cfg=wrapped["pretrained_cfg"]))
    note("timm_wrapper", lambda image: transform(image)[None], model, "AI_NATURE", "ShorterSide 35 BICUBIC")
    # The same ViT under the keys that transformers 5 has in memory.
    shutil.rmtree(HERE / "vit_5", ignore_errors=True)
    shutil.copytree(HERE / "vit", HERE / "vit_5")
    (HERE / "vit_5" / "model.safetensors").unlink()
    torch.save(ViTForImageClassification.from_pretrained(HERE / "vit").state_dict(), HERE / "vit_5" / "pytorch_model.bin")
    EXPECTED["vit_5"] = EXPECTED["vit"]
    (HERE / "expected.json").write_text(json.dumps(EXPECTED, indent=1) + "\n")


if __name__ == "__main__":
    main()

"""The detectors' networks in PyTorch, for comparing speed: those of timm and torchvision where they exist.

All others follow the papers and their published layer tables. Their weights are random, because only speed is
measured.
"""

import math

import timm
import torch
import torchvision
from torch import nn
from torch.nn import functional


class Spec(nn.Module):
    """ResNet-34 on log spectra: spectra in float64, percentiles in float32."""

    def __init__(self):
        super().__init__()
        self.classifier = torchvision.models.resnet34(num_classes=2)

    def forward(self, images):
        spectra = torch.log(torch.fft.fft2(images.double()).abs() + 1e-3).float()
        rows = spectra.flatten(2)
        low, high = (self.percentile(rows, share) for share in (0.05, 0.95))
        scaled = (2 * (rows - low) / (high - low) - 1).clamp(-1, 1).view_as(spectra)
        weight = self.classifier.conv1.weight
        return self.classifier(scaled.to(weight.dtype).to(memory_format=torch.channels_last))

    @staticmethod
    def percentile(rows, share):
        place = share * (rows.shape[-1] - 1)
        below = int(place)
        low, high = (rows.kthvalue(below + k, dim=-1, keepdim=True).values for k in (1, 2))
        return low + (place - below) * (high - low)


def conv_norm(inputs, outputs, kernel, stride=1, padding=None):
    padding = kernel // 2 if padding is None else padding
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False), nn.BatchNorm2d(outputs)
    )


class GramNet(nn.Module):
    """ResNet-18 with the Gram matrices of the image and of five feature maps."""

    def __init__(self):
        super().__init__()
        self.trunk = torchvision.models.resnet18()
        self.narrow = nn.ModuleList(conv_norm(c, 32, 3) for c in (3, 64, 64, 64, 128, 256))
        self.first = nn.ModuleList(conv_norm(1, 16, 3, 2) for _ in range(6))
        self.second = nn.ModuleList(conv_norm(16, 32, 3, 2) for _ in range(6))
        self.classifier = nn.Sequential(nn.Linear(704, 512), nn.ReLU(), nn.Linear(512, 2))

    def forward(self, images):
        t = self.trunk
        maps = [images, t.relu(t.bn1(t.conv1(images)))]
        maps.append(t.maxpool(maps[-1]))
        for stage in t.layer1, t.layer2, t.layer3, t.layer4:
            maps.append(stage(maps[-1]))
        features = [maps[-1].mean((2, 3))]
        for x, narrow, first, second in zip(maps, self.narrow, self.first, self.second):
            rows = torch.relu(narrow(x)).flatten(2)
            gram = rows @ rows.transpose(1, 2) / (rows.shape[1] * rows.shape[2])
            texture = torch.relu(second(torch.relu(first(gram.unsqueeze(1)))))
            features.append(texture.mean((2, 3)))
        return self.classifier(torch.cat(features, 1)).log_softmax(1)


class Separable(nn.Sequential):
    def __init__(self, inputs, outputs):
        super().__init__(
            nn.Conv2d(inputs, inputs, 3, 1, 1, groups=inputs, bias=False), conv_norm(inputs, outputs, 1)
        )


class XceptionBlock(nn.Module):
    def __init__(self, inputs, widths, stride, relu=True):
        super().__init__()
        layers = []
        for i, width in enumerate(widths):
            if relu or i > 0:
                layers.append(nn.ReLU())
            layers.append(Separable(widths[i - 1] if i else inputs, width))
        if stride > 1:
            layers.append(nn.MaxPool2d(3, stride, 1))
        self.branch = nn.Sequential(*layers)
        same = stride == 1 and inputs == widths[-1]
        self.shortcut = nn.Identity() if same else conv_norm(inputs, widths[-1], 1, stride)

    def forward(self, x):
        return self.branch(x) + self.shortcut(x)


class Xception(nn.Module):
    def __init__(self, inputs, stride):
        super().__init__()
        wide = [728, 728, 728]
        self.entry = nn.Sequential(
            conv_norm(inputs, 32, 3, stride, 0), nn.ReLU(), conv_norm(32, 64, 3, 1, 0), nn.ReLU(),
            XceptionBlock(64, [128, 128], 2, relu=False),
            XceptionBlock(128, [256, 256], 2),
            XceptionBlock(256, [728, 728], 2),
            *(XceptionBlock(728, wide, 1) for _ in range(4)),
        )
        self.middle = nn.Sequential(
            *(XceptionBlock(728, wide, 1) for _ in range(4)), XceptionBlock(728, [728, 1024], 2)
        )
        self.exit = nn.Sequential(Separable(1024, 1536), nn.ReLU(), Separable(1536, 2048), nn.ReLU())


class Mix(nn.Module):
    """Attention between the rows of the two branches, per channel."""

    def __init__(self, width):
        super().__init__()
        self.queries = nn.ModuleList(nn.Conv2d(width, width, 1) for _ in range(2))
        self.keys = nn.ModuleList(nn.Conv2d(width, width, 1) for _ in range(2))
        self.projections = nn.ModuleList(
            nn.Sequential(nn.Conv2d(width, width, 1, groups=width), nn.BatchNorm2d(width)) for _ in range(2)
        )
        self.factors = nn.Parameter(torch.ones(2))

    def forward(self, fad, lfs):
        query = torch.cat([f(x) for f, x in zip(self.queries, (fad, lfs))], 3)
        key = torch.cat([f(x) for f, x in zip(self.keys, (fad, lfs))], 3)
        attention = (query @ key.transpose(2, 3)).softmax(-1)
        to_fad, to_lfs = 2 * torch.sigmoid(self.factors) - 1
        return (
            fad + self.projections[0](lfs * attention * to_lfs),
            lfs + self.projections[1](fad * attention * to_fad),
        )


def dct(size):
    frequency, position = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    matrix = torch.cos((position + 0.5) * math.pi * frequency / size) * math.sqrt(2 / size)
    matrix[0] /= math.sqrt(2)
    return matrix


class F3Net(nn.Module):
    """Two Xceptions, one on frequency bands, one on local frequency statistics, with attention between them."""

    def __init__(self):
        super().__init__()
        self.dct = nn.Parameter(dct(299))
        small = dct(10)
        basis = torch.einsum("vy,ux->vuyx", small, small).reshape(100, 1, 10, 10)
        self.basis = nn.Parameter(basis.contiguous())
        self.bands = nn.Parameter(torch.rand(4, 1, 299, 299))
        self.statistics = nn.Parameter(torch.rand(6, 100, 1, 1) / 100)
        self.fad, self.lfs = Xception(12, 2), Xception(6, 1)
        self.mix7, self.mix12 = Mix(728), Mix(1024)
        self.classifier = nn.Linear(4096, 1)

    def decomposition(self, images):
        spectrum = self.dct @ images.contiguous() @ self.dct.T
        filters = self.bands + 2 * torch.sigmoid(self.bands) - 1
        bands = self.dct.T @ (spectrum.unsqueeze(1) * filters) @ self.dct
        return bands.flatten(1, 2).contiguous(memory_format=torch.channels_last)

    def local_statistics(self, images):
        grey = (images * images.new_tensor([0.299, 0.587, 0.114]).view(3, 1, 1)).sum(1, keepdim=True)
        spectra = functional.conv2d((grey + 1) * 122.5, self.basis, stride=2, padding=4)
        return functional.conv2d(torch.log10(spectra.abs() + 1e-15), self.statistics)

    def forward(self, images):
        fad = self.fad.entry(self.decomposition(images))
        lfs = self.lfs.entry(self.local_statistics(images).contiguous(memory_format=torch.channels_last))
        fad, lfs = self.mix7(fad, lfs)
        fad, lfs = self.mix12(self.fad.middle(fad), self.lfs.middle(lfs))
        pooled = [branch.exit(x).mean((2, 3)) for branch, x in ((self.fad, fad), (self.lfs, lfs))]
        return self.classifier(torch.cat(pooled, 1))


class UnivFd(nn.Module):
    """CLIP's image tower and a linear head."""

    def __init__(self):
        super().__init__()
        self.visual = timm.create_model("vit_large_patch14_clip_quickgelu_224", num_classes=768)
        self.fc = nn.Linear(768, 1)

    def forward(self, images):
        return self.fc(self.visual(images))


class ShortResNet(nn.Module):
    """The first two stages of ResNet-50, which SAFE and NPR share."""

    def __init__(self, outputs):
        super().__init__()
        whole = torchvision.models.resnet50()
        self.conv1 = nn.Conv2d(3, 64, 3, 2, 1, bias=False)
        self.bn1, self.maxpool, self.layer1, self.layer2 = whole.bn1, whole.maxpool, whole.layer1, whole.layer2
        self.fc1 = nn.Linear(512, outputs)

    def forward(self, x):
        x = self.maxpool(torch.relu(self.bn1(self.conv1(x))))
        return self.fc1(self.layer2(self.layer1(x)).mean((2, 3)))


class Safe(nn.Module):
    """A wavelet's band HH, which is a difference of cells of 2x2 pixels, enlarged again."""

    def __init__(self):
        super().__init__()
        self.trunk = ShortResNet(2)
        cell = torch.tensor([[0.5, -0.5], [-0.5, 0.5]]).view(1, 1, 2, 2).repeat(3, 1, 1, 1)
        self.cell = nn.Parameter(cell)

    def forward(self, images):
        mirrored = torch.cat([images[..., :2].flip(-1), images, images[..., -2:].flip(-1)], -1)
        mirrored = torch.cat([mirrored[..., :2, :].flip(-2), mirrored, mirrored[..., -2:, :].flip(-2)], -2)
        band = functional.conv2d(mirrored, self.cell, stride=2, groups=3)
        return self.trunk(functional.interpolate(band, images.shape[-2:], mode="bilinear"))


class Npr(nn.Module):
    """Differences from the pixel at even coordinates."""

    def __init__(self):
        super().__init__()
        self.trunk = ShortResNet(1)

    def forward(self, images):
        small = functional.interpolate(images, scale_factor=0.5, mode="nearest")
        return self.trunk((images - functional.interpolate(small, scale_factor=2.0, mode="nearest")) * 2 / 3)


class FerretBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, groups=inputs, bias=False)
        self.conv2 = nn.Conv2d(inputs, outputs, 3, stride, 2, dilation=2, groups=inputs, bias=False)
        self.conv3 = nn.Conv2d(outputs, outputs, 1, bias=False)
        self.bn = nn.BatchNorm2d(outputs)
        self.depth_wise = nn.Conv2d(outputs, outputs, 3, 1, 1, groups=outputs, bias=False)
        self.point_wise = conv_norm(outputs, outputs, 1)
        same = stride == 1 and inputs == outputs
        self.shortcut = nn.Identity() if same else conv_norm(inputs, outputs, 1, stride)

    def forward(self, x):
        y = torch.relu(self.bn(self.conv3(self.conv1(x) + self.conv2(x))))
        return torch.relu(self.point_wise(self.depth_wise(y)) + self.shortcut(x))


class FerretNet(nn.Module):
    """Differences from the median of the neighbours, and a small separable network."""

    def __init__(self, width):
        super().__init__()
        half = width // 2
        self.first = nn.Sequential(conv_norm(3, half, 3), nn.ReLU(), conv_norm(half, width, 3, 2), nn.ReLU())
        self.blocks = nn.Sequential(
            FerretBlock(width, 2 * width, 2), FerretBlock(2 * width, 2 * width, 1),
            FerretBlock(2 * width, 4 * width, 2), FerretBlock(4 * width, 4 * width, 1),
            nn.Conv2d(4 * width, 4 * width, 1, bias=False),
        )
        self.logit = nn.Linear(4 * width, 1)

    def forward(self, images):
        count, channels, height, width = images.shape
        windows = functional.unfold(images, 3, padding=1).view(count, channels, 9, height, width)
        windows[:, :, 4] = 0
        residual = images - windows.median(2).values
        return self.logit(self.blocks(self.first(residual)).mean((2, 3)))


# Name in genimage: side of the input in pixels, and the function that creates the network.
NETWORKS = {
    "ResNet-50": (224, lambda: torchvision.models.resnet50(num_classes=2)),
    "DeiT-S": (224, lambda: timm.create_model("deit_small_patch16_224", num_classes=2)),
    "Swin-T": (224, lambda: timm.create_model("swin_tiny_patch4_window7_224", num_classes=2)),
    "CNNSpot": (224, lambda: torchvision.models.resnet50(num_classes=1)),
    "Spec": (224, Spec),
    "F3Net": (299, F3Net),
    "GramNet": (512, GramNet),
    "Community Forensics": (384, lambda: timm.create_model("vit_small_patch16_384", num_classes=1)),
    "Community Forensics-224": (224, lambda: timm.create_model("vit_small_patch16_224", num_classes=1)),
    "UnivFD": (224, UnivFd),
    "SAFE": (256, Safe),
    "FerretNet-B": (256, lambda: FerretNet(96)),
    "FerretNet-S": (256, lambda: FerretNet(32)),
    "NPR": (256, Npr),
}

"""genimage's detector Residuals in PyTorch, as the fixtures beside this file were written with it."""
import torch
from torchvision.models.resnet import Bottleneck

YCC = ((0.299, 0.587, 0.114), (-0.168736, -0.331264, 0.5), (0.5, -0.418688, -0.081312))
FILTERS = (
    ((0, 0, 0), (0, -1, 1), (0, 0, 0)),
    ((0, 0, 0), (0, -1, 0), (0, 1, 0)),
    ((0, 0, 0), (1, -2, 1), (0, 0, 0)),
    ((0, 1, 0), (0, -2, 0), (0, 1, 0)),
    ((-.25, .5, -.25), (.5, -1, .5), (-.25, .5, -.25)),
    ((0, 0, 0), (0, -1, 0), (0, 0, 1)),
    ((0, 0, 0), (0, -1, 0), (1, 0, 0)),
    ((0, 0, 0), (0, 1, -1), (0, -1, 1)),
)


class Residuals(torch.nn.Module):
    """Two stages of ResNet-50, whose first convolution is 3 x 3, on 24 limited residuals; statistics of three maps."""

    def __init__(self):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(24, 64, 3, 2, 1, bias=False)
        self.bn1 = torch.nn.BatchNorm2d(64)
        self.relu = torch.nn.ReLU()
        self.maxpool = torch.nn.MaxPool2d(3, 2, 1)
        self.layer1 = self.stage(64, 64, 3, 1)
        self.layer2 = self.stage(256, 128, 4, 2)
        self.fc1 = torch.nn.Linear(2 * (64 + 256 + 512), 1)
        for m in self.modules():
            if isinstance(m, torch.nn.Conv2d):
                torch.nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")

    @staticmethod
    def stage(inputs, width, blocks, stride):
        shortcut = torch.nn.Sequential(
            torch.nn.Conv2d(inputs, 4 * width, 1, stride, bias=False), torch.nn.BatchNorm2d(4 * width))
        rest = [Bottleneck(4 * width, width) for _ in range(blocks - 1)]
        return torch.nn.Sequential(Bottleneck(inputs, width, stride, shortcut), *rest)

    def forward(self, x):  # [N, 3, H, W], 0 to 1
        colours = torch.einsum("cd,ndhw->nchw", torch.tensor(YCC, dtype=x.dtype), x) * (255 / 6)
        n, c, h, w = colours.shape
        kernel = torch.tensor(FILTERS, dtype=x.dtype).unsqueeze(1)
        x = torch.nn.functional.conv2d(colours.reshape(n * c, 1, h, w), kernel)  # no padding
        x = x.reshape(n, c, len(FILTERS), h - 2, w - 2).transpose(1, 2).flatten(1, 2)
        first = self.relu(self.bn1(self.conv1(torch.tanh(x))))
        second = self.layer1(self.maxpool(first))
        return self.fc1(torch.cat([self.statistics(m) for m in (first, second, self.layer2(second))], 1))

    @staticmethod
    def statistics(x):
        mean = x.mean((2, 3))
        return torch.cat([mean, (x.var((2, 3), unbiased=False) + 1e-5).sqrt()], 1)

"""Writes robustness.json: what Pillow, SciPy and NumPy make of pictures, for every change of the suite but blur-cv.

    python make.py        (Pillow 12.3.0 with libwebp 1.6.0, OpenCV 5.0.0, SciPy 1.17.1, NumPy 2.4)

Pictures have no file: value c of the pixel in row y and column x is (37x + 91y + 53c + xy(c + 3) // 7) mod 256 in
"rough" pictures, and (2x + 3y + 40c) mod 256 in "smooth" ones. Random numbers are SplitMix64's, seeded with the first
eight bytes of the SHA-256 of "SUITE|PIXELS|NAME|STRENGTH", where PIXELS is the SHA-256 of the picture in hexadecimal.
Each case has the size and the SHA-256 of the result; of perspective and clahe, whose arithmetic OpenCV does in
another precision, also the pixels (zlib, base64). blur-cv is held by the tests of genimage-data.
"""
import base64
import hashlib
import io
import json
import math
import pathlib
import zlib

import cv2
import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps
from scipy.ndimage import gaussian_filter
from scipy.special import ndtri

HERE = pathlib.Path(__file__).parent
SUITE = 7
MASK = (1 << 64) - 1


def picture(kind, width, height):
    y, x = np.mgrid[0:height, 0:width]
    planes = [(37 * x + 91 * y + 53 * c + x * y * (c + 3) // 7) % 256 if kind == "rough" else (2 * x + 3 * y + 40 * c) % 256
              for c in range(3)]
    return Image.fromarray(np.stack(planes, axis=2).astype(np.uint8))


class SplitMix:
    def __init__(self, image, name, strength):
        pixels = hashlib.sha256(image.tobytes()).hexdigest()
        text = f"{SUITE}|{pixels}|{name}|{strength}"
        self.state = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")

    def uniform(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        z ^= z >> 31
        return ((z >> 11) + 0.5) * 2.0 ** -53

    def uniforms(self, count):
        return np.array([self.uniform() for _ in range(count)])


def rint(value):
    return int(np.rint(value))


def clipped(values):
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def scaled(s, side):
    return max(1, rint(s * side))


def jpeg(image, quality, **options):
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality, **options)
    return Image.open(io.BytesIO(file.getvalue())).convert("RGB")


def webp(image, quality):
    file = io.BytesIO()
    image.save(file, "WEBP", quality=quality, method=4)
    return Image.open(io.BytesIO(file.getvalue())).convert("RGB")


def size(image, s):
    return scaled(s, image.width), scaled(s, image.height)


def shift(image, n):
    return image.crop((n, n, image.width, image.height))


def centre(image, width, height):
    left, top = rint((image.width - width) / 2), rint((image.height - height) / 2)
    return image.crop((left, top, left + width, top + height))


def aspect(image, ratio):
    if image.width > ratio * image.height:
        return centre(image, max(1, rint(ratio * image.height)), image.height)
    return centre(image, image.width, max(1, rint(image.width / ratio)))


def crop_random(image, s, r):
    width, height = size(image, s)
    left = int(r.uniform() * (image.width - width + 1))
    top = int(r.uniform() * (image.height - height + 1))
    return image.crop((left, top, left + width, top + height))


def array(values):
    return Image.fromarray(values)


def noise(image, change):
    x = np.asarray(image).astype(float)
    return array(clipped(change(x)))


def normals(image, r):
    x = np.asarray(image)
    return ndtri(r.uniforms(x.size)).reshape(x.shape)


def salt_pepper(image, p, r):
    x = np.array(image)
    u = r.uniforms(x.shape[0] * x.shape[1]).reshape(x.shape[:2])
    x[u < p] = 255
    x[u < p / 2] = 0
    return array(x)


def poisson(mean, u):
    probability = math.exp(-mean)
    total, count = probability, 0
    while total < u and count < 1000:
        count += 1
        probability *= mean / count
        total += probability
    return count


def shot(image, p, r):
    x = np.asarray(image)
    drawn = [poisson(v * p / 255.0, r.uniform()) * 255.0 / p for v in x.ravel().tolist()]
    return array(clipped(np.array(drawn).reshape(x.shape)))


def table(image, function):
    values = clipped(255 * np.array([function(v / 255.0) for v in range(256)]))
    return image.point(list(values) * 3)


def channel_shift(image, n):
    x = np.asarray(image)
    columns = np.arange(image.width)
    planes = [x[:, np.clip(columns - (1 - c) * n, 0, image.width - 1), c] for c in range(3)]
    return array(np.stack(planes, axis=2))


def overlay(image, a, r):
    x = np.asarray(image).astype(float)
    rows = rint(0.15 * image.height)
    across, down = (image.width + 7) // 8, (rows + 7) // 8
    blocks = np.where(r.uniforms(across * down) < 0.5, 0.0, 255.0).reshape(down, across)
    pattern = np.kron(blocks, np.ones((8, 8)))[:rows, :image.width, None]
    x[image.height - rows:] = (1 - a) * x[image.height - rows:] + a * pattern
    return array(clipped(x))


def cutout(image, share, r):
    x = np.array(image)
    side = max(1, min(min(image.size), rint(math.sqrt(share * image.width * image.height))))
    left = int(r.uniform() * (image.width - side + 1))
    top = int(r.uniform() * (image.height - side + 1))
    x[top:top + side, left:left + side] = 128
    return array(x)


def border(image, percent, fill):
    return ImageOps.expand(image, scaled(percent / 100, min(image.size)), (fill,) * 3)


def platform(image, most, resample, quality):
    longer = max(image.size)
    if longer > most:
        image = image.resize(size(image, most / longer), resample)
    return jpeg(image, quality)


def blur(image, sigma):
    x = np.asarray(image)
    return array(np.stack([gaussian_filter(x[:, :, c], sigma) for c in range(3)], axis=2))


def area(image, s):
    return array(cv2.resize(np.asarray(image), size(image, s), interpolation=cv2.INTER_AREA))


def mean(image, kernel):
    kernel = np.asarray(kernel, np.float64)
    return array(cv2.filter2D(np.asarray(image), -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE))


def disk(image, r):
    y, x = np.mgrid[-r:r + 1, -r:r + 1]
    return mean(image, x * x + y * y <= r * r)


def perspective(image, s, r):
    w, h = image.size
    corners = [(0, 0), (w - 1, 0), (w - 1, h - 1), (0, h - 1)]
    moved = []
    for x, y in corners:
        dx, dy = r.uniform() * s * w, r.uniform() * s * h
        moved.append((x + dx if x == 0 else x - dx, y + dy if y == 0 else y - dy))
    matrix = cv2.getPerspectiveTransform(np.float32(corners), np.float32(moved))
    return array(cv2.warpPerspective(np.asarray(image), matrix, (w, h), flags=cv2.INTER_LINEAR,
                                     borderMode=cv2.BORDER_REFLECT_101))


def chroma_noise(image, s, r):
    x = np.array(image.convert("YCbCr")).astype(float)
    n = ndtri(r.uniforms(2 * x.shape[0] * x.shape[1])).reshape(x.shape[0], x.shape[1], 2)
    x[:, :, 1:] += s * n
    return Image.fromarray(clipped(x), "YCbCr").convert("RGB")


def hue(image, f):
    x = np.array(image.convert("HSV"))
    x[:, :, 0] = (x[:, :, 0].astype(int) + int(255 * f)) % 256
    return Image.fromarray(x, "HSV").convert("RGB")


def clahe(image, limit):
    lab = cv2.cvtColor(np.asarray(image), cv2.COLOR_RGB2LAB)
    lab[:, :, 0] = cv2.createCLAHE(limit, (8, 8)).apply(np.ascontiguousarray(lab[:, :, 0]))
    return array(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB))


def screenshot(image, s):
    shown = image.resize(size(image, s), R.BILINEAR)
    canvas = Image.new("RGB", (shown.width + 48, shown.height + 48), (240, 240, 240))
    canvas.paste(shown, (17, 23))
    return canvas


R = Image.Resampling
CLOSE = ("perspective", "clahe")  # equal within one level; their pixels are kept
TWICE = [(75, 90), (90, 75), (50, 85)]


def web(im):
    return platform(im, 768, R.BILINEAR, 60)


def hard(im):
    return platform(im, 512, R.BILINEAR, 40)


def telegram(im, most=1280):
    return platform(im, most, R.BICUBIC, 87)


def signal(im, most=1600):
    return platform(im, most, R.BICUBIC, 70 if most == 1600 else 75)


def suite():
    """Yields name, strength, and a function of the picture and of random numbers."""
    for q in (95, 90, 75, 65, 50, 30, 10):
        yield "jpeg", str(q), lambda im, r, q=q: jpeg(im, q)
    for q in (90, 75):
        yield "jpeg444", str(q), lambda im, r, q=q: jpeg(im, q, subsampling=0)
    for a, b in TWICE:
        yield "jpeg-twice", f"{a}>{b}", lambda im, r, a=a, b=b: jpeg(jpeg(im, a), b)
        yield "jpeg-twice-shifted", f"{a}>{b}", lambda im, r, a=a, b=b: jpeg(shift(jpeg(im, a), 4), b)
    for q in (90, 80, 50):
        yield "webp", str(q), lambda im, r, q=q: webp(im, q)
    for name, filter, strengths in (
            ("bilinear", R.BILINEAR, (.75, .5, .25)), ("bicubic", R.BICUBIC, (.5, 1.5, 2)),
            ("lanczos", R.LANCZOS, (.5, 1.5)), ("nearest", R.NEAREST, (.5, 2)), ("box", R.BOX, (.5, .25))):
        for s in strengths:
            yield name, f"{s}", lambda im, r, s=s, filter=filter: im.resize(size(im, s), filter)
    for s in (.5, .25):
        yield "down-up", f"{s}", lambda im, r, s=s: im.resize(size(im, s), R.BICUBIC).resize(im.size, R.BICUBIC)
    for n in (112, 64):
        yield "lowres", str(n), lambda im, r, n=n: im.resize((n, n), R.BILINEAR)
    for n in (2, 4, 8):
        yield "pixelate", str(n), lambda im, r, n=n: im.resize(size(im, 1 / n), R.BOX).resize(im.size, R.NEAREST)
    for s in (.9, .75, .5):
        yield "crop", f"{s}", lambda im, r, s=s: centre(im, *size(im, s))
    for s in (.75, .5):
        yield "crop-random", f"{s}", lambda im, r, s=s: crop_random(im, s, r)
    yield "crop-aspect", "1:1", lambda im, r: aspect(im, 1)
    yield "crop-aspect", "16:9", lambda im, r: aspect(im, 16 / 9)
    for n in (1, 3, 4):
        yield "shift", str(n), lambda im, r, n=n: shift(im, n)
    for a in (5, 15, 45):
        yield "rotate", str(a), lambda im, r, a=a: im.rotate(a, R.BICUBIC)
    yield "rot90", "", lambda im, r: im.transpose(Image.Transpose.ROTATE_90)
    yield "flip", "h", lambda im, r: im.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    yield "flip", "v", lambda im, r: im.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    for s in (1, 2, 3, 5):
        yield "blur", str(s), lambda im, r, s=s: blur(im, s)
    for n in (3, 5):
        yield "median", str(n), lambda im, r, n=n: im.filter(ImageFilter.MedianFilter(n))
    for s in (2, 5, 10, 25):
        yield "gaussian-noise", str(s), lambda im, r, s=s: noise(im, lambda x: x + s * normals(im, r))
    for s in (.05, .1, .2):
        yield "speckle", f"{s}", lambda im, r, s=s: noise(im, lambda x: x * (1 + s * normals(im, r)))
    for p in (.005, .02, .05):
        yield "salt-pepper", f"{p}", lambda im, r, p=p: salt_pepper(im, p, r)
    for p in (60, 25, 12):
        yield "shot", str(p), lambda im, r, p=p: shot(im, p, r)
    for name, enhancer, strengths in (
            ("brightness", ImageEnhance.Brightness, (.5, .8, 1.2, 1.5)), ("contrast", ImageEnhance.Contrast, (.5, .75, 1.5)),
            ("saturation", ImageEnhance.Color, (.5, 1.5, 2))):
        for f in strengths:
            yield name, f"{f}", lambda im, r, f=f, enhancer=enhancer: enhancer(im).enhance(f)
    for g in (.5, .8, 1.5, 2.2):
        yield "gamma", f"{g}", lambda im, r, g=g: table(im, lambda x: x ** g)
    for a in (-.2, .2):
        yield "tone", f"{a}", lambda im, r, a=a: table(im, lambda x: x + 2 * a * x * (1 - x))
    yield "grey", "", lambda im, r: im.convert("L").convert("RGB")
    for bits in (5, 4, 3):
        yield "posterise", str(bits), lambda im, r, bits=bits: ImageOps.posterize(im, bits)
    for n in (1, 2, 4):
        yield "channel-shift", str(n), lambda im, r, n=n: channel_shift(im, n)
    for a in (.3, .6):
        yield "overlay", f"{a}", lambda im, r, a=a: overlay(im, a, r)
    for percent in (5, 10):
        for name, fill in (("black", 0), ("white", 255)):
            yield "border", f"{percent} {name}", lambda im, r, percent=percent, fill=fill: border(im, percent, fill)
    for percent in (5, 20):
        yield "cutout", str(percent), lambda im, r, percent=percent: cutout(im, percent / 100, r)
    yield "area", "0.5", lambda im, r: area(im, .5)
    for a in (.05, .1):
        yield "perspective", f"{a}", lambda im, r, a=a: perspective(im, a, r)
    for n in (1, 2, 4):
        yield "disk", str(n), lambda im, r, n=n: disk(im, n)
    for k in (5, 9, 15):
        yield "motion", f"{k} at 0", lambda im, r, k=k: mean(im, np.ones((1, k)))
        yield "motion", f"{k} at 90", lambda im, r, k=k: mean(im, np.ones((k, 1)))
    for p in (50, 150, 300):
        yield "unsharp", str(p), lambda im, r, p=p: im.filter(ImageFilter.UnsharpMask(2, p, 3))
    for n in (5, 15):
        yield "chroma-noise", str(n), lambda im, r, n=n: chroma_noise(im, n, r)
    for f in (-.1, .05, .1):
        yield "hue", f"{f}", lambda im, r, f=f: hue(im, f)
    for n in (64, 16):
        yield "palette", str(n), lambda im, r, n=n: im.quantize(
            n, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).convert("RGB")
    for c in (2, 4):
        yield "clahe", str(c), lambda im, r, c=c: clahe(im, c)
    yield "autocontrast", "1", lambda im, r: ImageOps.autocontrast(im, 1)
    for a in (1.25, .8):
        yield "screenshot", f"{a} png", lambda im, r, a=a: screenshot(im, a)
        yield "screenshot", f"{a} jpeg", lambda im, r, a=a: jpeg(screenshot(im, a), 85)
    yield "web", "", lambda im, r: web(im)
    yield "hard", "", lambda im, r: hard(im)
    for most in (1280, 2560):
        yield "telegram", str(most), lambda im, r, most=most: telegram(im, most)
    for most in (1600, 4096):
        yield "signal", str(most), lambda im, r, most=most: signal(im, most)
    yield "signal>telegram", "", lambda im, r: telegram(signal(im))
    yield "hard>web", "", lambda im, r: web(hard(im))


def main():
    cases = []
    pictures = [("rough", 61, 47), ("smooth", 72, 40)]
    large = ("smooth", 1700, 33)  # so that platforms have something to shrink
    for name, strength, change in suite():
        for kind, width, height in pictures + ([large] if name in
                                               ("web", "hard", "telegram", "signal", "signal>telegram", "hard>web") else []):
            image = picture(kind, width, height)
            result = change(image, SplitMix(image, name, strength))
            case = {"name": name, "strength": strength, "picture": kind, "width": width, "height": height,
                    "result": list(result.size), "sha256": hashlib.sha256(result.tobytes()).hexdigest()}
            if name in CLOSE:
                case["pixels"] = base64.b64encode(zlib.compress(result.tobytes(), 9)).decode()
            cases.append(case)
    content = {"suite": SUITE, "cases": cases}
    (HERE / "robustness.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print(len(cases), "cases", len({(case["name"], case["strength"]) for case in cases}), "changes")


main()

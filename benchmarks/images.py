"""Compares decoding and transforms on one thread: genimage and Pillow, torchvision, OpenCV and SciPy, in turns.

    python3 benchmarks/images.py [--rounds 3] [--seconds 2]

Needs Linux, Maven, a JDK, and Python with torchvision, opencv-python-headless and SciPy. Both read the same files:
60 JPEG files of 500x375 pixels and 20 PNG files of 512x512, rendered from a fixed seed.
"""

import io
import sys
import time
from pathlib import Path

from measuring import at_least, cell, class_path, java, measured, measuring, parser, ratio, table


def write_files(folder):
    import cv2
    import numpy as np
    from PIL import Image

    rng = np.random.default_rng(1)

    def picture(width, height):
        coarse = cv2.resize(rng.normal(128, 60, (height // 24, width // 24, 3)), (width, height), interpolation=cv2.INTER_CUBIC)
        return Image.fromarray(np.clip(coarse + rng.normal(0, 6, coarse.shape), 0, 255).astype(np.uint8))

    for i in range(60):
        picture(500, 375).save(folder / f"{i:02}.jpg", quality=92)
    for i in range(20):
        picture(512, 512).save(folder / f"{i:02}.png")


def measure_python(folder, duration):
    import cv2
    import numpy as np
    import scipy.ndimage
    from PIL import Image
    from torchvision import transforms as T

    cv2.setNumThreads(1)

    def read(suffix):
        return [path.read_bytes() for path in sorted(folder.glob(f"*.{suffix}"))]

    def decode(data):
        return Image.open(io.BytesIO(data)).convert("RGB")

    def blur(image, sigma):
        array = np.array(image)
        for c in range(3):
            scipy.ndimage.gaussian_filter(array[:, :, c], output=array[:, :, c], sigma=sigma)

    def jpeg(image):
        file = io.BytesIO()
        image.save(file, "JPEG", quality=65)
        decode(file.getvalue())

    bicubic = T.InterpolationMode.BICUBIC
    jpegs, pngs = read("jpg"), read("png")
    photos = [decode(data) for data in jpegs]
    arrays = [np.asarray(photo) for photo in photos]
    resized = [T.Resize(256)(photo) for photo in photos]
    small = [np.asarray(image) for image in resized]
    crop = T.Compose([T.Resize(256), T.CenterCrop(224)])
    cubic = T.Compose([T.Resize(256, bicubic), T.CenterCrop(224)])
    work = {
        "decode_jpeg": (decode, jpegs),
        "decode_png": (decode, pngs),
        "decode_resize_crop": (lambda data: crop(decode(data)), jpegs),
        "bilinear_256_crop_224": (crop, photos),
        "bicubic_256_crop_224": (cubic, photos),
        "bicubic_299": (lambda photo: photo.resize((299, 299), Image.Resampling.BICUBIC), photos),
        "opencv_512": (lambda array: cv2.resize(array, (512, 512)), arrays),
        "scipy_blur_1.5": (lambda image: blur(image, 1.5), resized),
        "scipy_blur_3": (lambda image: blur(image, 3), resized),
        "opencv_blur_3": (lambda array: cv2.GaussianBlur(array, (0, 0), 3), small),
        "jpeg_65": (jpeg, resized),
    }
    for name, (function, inputs) in work.items():
        begin = time.perf_counter()
        runs = 0
        while (seconds := time.perf_counter() - begin) < duration:
            function(inputs[runs % len(inputs)])
            runs += 1
        print(name, runs / seconds)


def options():
    found = parser(__doc__)
    found.add_argument("--rounds", type=at_least(1), default=3)
    found.add_argument("--seconds", type=at_least(0.01, float), default=2, help="of each measurement")
    return found.parse_args()


def compare(chosen, made):
    folder = made / "images"
    if not folder.exists():
        folder.mkdir()
        write_files(folder)
    ours = java(class_path(made / "class-path"), "1g", "ImagesBenchmark", folder, chosen.seconds)
    theirs = [sys.executable, __file__, "--python", str(folder), str(chosen.seconds)]
    results = [(measured(ours), measured(theirs)) for _ in range(chosen.rounds)]
    row = table(f"images per second on one thread, {chosen.rounds} rounds", "genimage", "Python", "ratio")
    for name in results[0][0]:
        columns = [[result[side][name] for result in results] for side in (0, 1)]
        row(name, cell(columns[0], 0), cell(columns[1], 0), ratio(*columns))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--python"]:
        measure_python(Path(sys.argv[2]), float(sys.argv[3]))
    else:
        chosen = options()
        with measuring(chosen) as made:
            compare(chosen, made)

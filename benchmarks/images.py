"""Decoding and transforms on one thread: genimage beside Pillow, torchvision, OpenCV and SciPy, in turns.

    python3 benchmarks/images.py [rounds]

Wants Linux, Maven, a JDK, and Python with torchvision, opencv-python-headless and SciPy. The files are the same for both:
60 JPEG files of 500x375 pixels and 20 PNG files of 512x512, drawn from a seed.
"""

import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAIN = "org.genimage.examples.ImagesBenchmark"
SECONDS = 2


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


def measured(command):
    output = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}).stdout
    return {name: float(value) for name, value in (line.split() for line in output.splitlines())}


def measure_python(folder):
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
        while (seconds := time.perf_counter() - begin) < SECONDS:
            function(inputs[runs % len(inputs)])
            runs += 1
        print(name, runs / seconds)


def compare(rounds):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_files(folder)
        class_path = folder / "class-path"
        maven = ["mvn", "-q", "-B", "-Pquickstart", "compile", f"-Dmain={MAIN}", f"-Dargs={folder} {class_path}"]
        subprocess.run(maven, cwd=ROOT, check=True)
        ours = ["java", "-Xmx1g", "-cp", class_path.read_text(), MAIN, name]
        theirs = [sys.executable, __file__, "--python", name]
        results = [(measured(ours), measured(theirs)) for _ in range(rounds)]
    cpu = next(line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name"))
    print(f"{time.strftime('%Y-%m-%d')}, {cpu}, images per second on one thread, median of {rounds} rounds (lowest to highest)")
    print(f"{'':24} {'genimage':>26} {'Python':>26} {'ratio':>7}")
    for name in results[0][0]:
        columns = [[result[side][name] for result in results] for side in (0, 1)]
        middle = [statistics.median(column) for column in columns]
        cells = [f"{m:.0f} ({min(c):.0f} to {max(c):.0f})" for m, c in zip(middle, columns)]
        print(f"{name:24} {cells[0]:>26} {cells[1]:>26} {middle[0] / middle[1]:>7.2f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--python"]:
        measure_python(Path(sys.argv[2]))
    else:
        compare(int(sys.argv[1]) if len(sys.argv) > 1 else 3)

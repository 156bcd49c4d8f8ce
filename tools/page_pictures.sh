#!/usr/bin/env bash
# Makes docs/page-light.png, page-dark.png and page-phone.png: the service's page with two simulated images, scored by
# FerretNet-S's published weights. Needs Chromium, and Python's Pillow, which stores the pictures with 256 colours.
# Usage: tools/page_pictures.sh ferretnet-s-median-3.pth [FOLDER]
set -euo pipefail
weights=$(realpath "$1")
out=$(realpath "${2:-docs}")
cd "$(dirname "$0")/.."
mvn -o -q -B test -pl genimage-app -am -Dtest=PagePicturesTest -Dsurefire.failIfNoSpecifiedTests=false \
  -Dgenimage.page.pictures="$out" -Dgenimage.page.weights="$weights"
"${PYTHON:-python3}" - "$out" << 'END'
import pathlib, sys
from PIL import Image

for name in ("light", "dark", "phone"):
    file = pathlib.Path(sys.argv[1], f"page-{name}.png")
    Image.open(file).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(file, optimize=True)
    print(file, file.stat().st_size)
END

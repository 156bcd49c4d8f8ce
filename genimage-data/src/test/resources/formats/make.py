"""Writes one small file of each kind, and what Pillow makes of it, into expected.json.

    python make.py        (Pillow 12.3, OpenCV 5.0, NumPy 2.4)

The pictures are drawn from a seed: gradients, bars and noise.
"""
import hashlib
import io
import json
import pathlib
import struct
import zlib

import cv2
import numpy as np
from PIL import Image, ImageOps

HERE = pathlib.Path(__file__).parent
RNG = np.random.default_rng(20261125)
W, H = 31, 22
expected = {}


def picture(w=W, h=H):
    y, x = np.mgrid[0:h, 0:w]
    img = np.stack([(200 * x / w + 20 * c + 40 * np.sin(y * (c + 1) / 3)) % 256 for c in range(3)], axis=2)
    img[h // 3:h // 2, w // 4:] = RNG.integers(0, 256, 3)
    return Image.fromarray(np.clip(img + RNG.normal(0, 8, img.shape), 0, 255).astype(np.uint8))


def summary(im):
    a = np.asarray(im.convert("RGB"))
    return {"width": a.shape[1], "height": a.shape[0], "sha256": hashlib.sha256(a.tobytes()).hexdigest()}


def reduced(data, by):
    im = Image.open(io.BytesIO(data))
    im.draft(None, (im.width // by, im.height // by))
    return im


def put(name, data):
    (HERE / name).write_bytes(data)
    try:
        entry = summary(Image.open(io.BytesIO(data)))
        entry["upright"] = summary(ImageOps.exif_transpose(Image.open(io.BytesIO(data))))
        if name.startswith("jpeg") and "cmyk" not in name:
            entry["reduced"] = [summary(reduced(data, by)) for by in (1, 2, 4, 8)]
    except OSError as e:
        entry = {"error": str(e)}
    expected[name] = entry


def encoded(im, fmt, **kw):
    b = io.BytesIO()
    im.save(b, fmt, **kw)
    return b.getvalue()


def save(name, im, **kw):
    fmt = {"bmp": "BMP", "gif": "GIF", "tif": "TIFF", "png": "PNG", "jpg": "JPEG", "webp": "WEBP", "ppm": "PPM"}[name.split(".")[-1]]
    put(name, encoded(im, fmt, **kw))


def with_alpha(im):
    im = im.copy()
    alpha = (np.arange(im.height)[:, None] * 11 + np.arange(im.width)[None] * 7) % 256
    im.putalpha(Image.fromarray(alpha.astype(np.uint8)))
    return im


def bmp(a, bits, compression=0, masks=b"", palette=b"", size=40, more=b"", top_down=False, colours=0, data=None):
    h, w = a.shape[:2]
    if data is None:
        data = b"".join(r.tobytes() + b"\0" * (-len(r.tobytes()) % 4) for r in (a if top_down else a[::-1]))
    offset = 14 + size + len(masks) + len(palette)
    width = w * 8 // bits if bits < 8 else w
    header = struct.pack("<IiiHHIIiiII", size, width, -h if top_down else h, 1, bits, compression, len(data), 2835, 2835, colours, 0)
    return b"BM" + struct.pack("<IHHI", offset + len(data), 0, 0, offset) + header + more + masks + palette + data


def bmps():
    save("bmp_24.bmp", picture())
    save("bmp_grey.bmp", picture().convert("L"))
    save("bmp_bilevel.bmp", picture().convert("1"))
    save("bmp_palette.bmp", picture().quantize(200))
    a = np.asarray(picture()).astype(int)
    five = ((a[..., 0] >> 3) << 10 | (a[..., 1] >> 3) << 5 | a[..., 2] >> 3).astype("<u2")
    six = ((a[..., 0] >> 3) << 11 | (a[..., 1] >> 2) << 5 | a[..., 2] >> 3).astype("<u2")
    put("bmp_555.bmp", bmp(five[..., None], 16))
    put("bmp_555_masks.bmp", bmp(five[..., None], 16, 3, struct.pack("<III", 0x7C00, 0x3E0, 0x1F)))
    put("bmp_565_masks.bmp", bmp(six[..., None], 16, 3, struct.pack("<III", 0xF800, 0x7E0, 0x1F)))
    unused = RNG.integers(0, 256, (H, W, 1))
    bgrx = np.dstack([a[..., ::-1], unused]).astype(np.uint8)
    xbgr = np.dstack([unused, a[..., ::-1]]).astype(np.uint8)
    put("bmp_32.bmp", bmp(bgrx, 32))
    put("bmp_32_masks.bmp", bmp(xbgr, 32, 3, struct.pack("<III", 0xFF000000, 0xFF0000, 0xFF00)))
    masks = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000) + b"BGRs"
    put("bmp_v4_alpha.bmp", bmp(bgrx, 32, 3, size=108, more=masks + bytes(48)))
    put("bmp_v5_alpha.bmp", bmp(bgrx, 32, 3, size=124, more=masks + bytes(64)))
    put("bmp_top_down.bmp", bmp(np.asarray(picture())[..., ::-1], 24, top_down=True))
    q = picture(32, 22).quantize(16)
    colours = (q.getpalette() + [0] * 48)[:48]
    palette = b"".join(bytes([colours[i + 2], colours[i + 1], colours[i], 0]) for i in range(0, 48, 3))
    i = np.asarray(q)
    put("bmp_4.bmp", bmp((i[:, 0::2] << 4 | i[:, 1::2]).astype(np.uint8), 4, palette=palette))
    one = np.packbits(np.asarray(picture(32, 22).convert("L")) > 128, axis=1)
    put("bmp_1_coloured.bmp", bmp(one, 1, palette=bytes([10, 20, 200, 0, 250, 200, 30, 0])))
    run8 = b"".join(b"".join(bytes([1, int(v)]) for v in r[:-3]) + bytes([0, 3]) + r[-3:].tobytes() + b"\0\0\0" for r in i[::-1].astype(np.uint8))
    put("bmp_rle8.bmp", bmp(i, 8, 1, palette=palette + bytes(960), data=run8 + b"\0\1"))
    run4 = b"".join(b"".join(bytes([2, int(r[k]) << 4 | int(r[k + 1])]) for k in range(0, 32, 2)) + b"\0\0" for r in i[::-1])
    half = i[:, :16]  # the width is taken from packed rows
    put("bmp_rle4.bmp", bmp(half, 4, 2, palette=palette, data=run4 + b"\0\1"))


def gif_at(screen, place, transparency=None):
    kw = {} if transparency is None else {"transparency": transparency}
    d = bytearray(encoded(picture().quantize(32), "GIF", **kw))
    p = 13 + 3 * (2 << (d[10] & 7))
    while d[p] == 0x21:
        p += 2
        while d[p]:
            p += d[p] + 1
        p += 1
    d[p + 1:p + 5] = struct.pack("<HH", *place)
    d[6:10] = struct.pack("<HH", *screen)
    return bytes(d)


def gifs():
    save("gif_palette.gif", picture().quantize(256))
    save("gif_grey.gif", picture().convert("L"))
    save("gif_interlaced.gif", picture().quantize(64), interlace=True)
    save("gif_sequential.gif", picture().quantize(64), interlace=False)
    save("gif_transparent.gif", picture().quantize(32), transparency=3)
    frames = [picture().quantize(48) for _ in range(3)]
    save("gif_animated.gif", frames[0], save_all=True, append_images=frames[1:], duration=50, disposal=2)
    put("gif_smaller_than_screen.gif", gif_at((50, 40), (7, 9)))
    put("gif_transparent_smaller_than_screen.gif", gif_at((50, 40), (7, 9), 5))
    put("gif_larger_than_screen.gif", gif_at((20, 20), (5, 3)))


def tiffs():
    for c in ("raw", "tiff_lzw", "tiff_deflate", "tiff_adobe_deflate", "packbits"):
        save(f"tiff_{c}.tif", picture(), compression=c)
    save("tiff_lzw_predictor.tif", picture(), compression="tiff_lzw", tiffinfo={317: 2})
    save("tiff_jpeg.tif", picture(), compression="jpeg", quality=90)
    save("tiff_strips.tif", picture(), compression="tiff_lzw", strip_size=500)
    save("tiff_grey.tif", picture().convert("L"))
    save("tiff_grey_alpha.tif", picture().convert("LA"))
    save("tiff_white_is_zero.tif", picture().convert("L"), tiffinfo={262: 0})
    save("tiff_bilevel.tif", picture().convert("1"))
    save("tiff_group3.tif", picture().convert("1"), compression="group3")
    save("tiff_group4.tif", picture().convert("1"), compression="group4")
    save("tiff_palette.tif", picture().quantize(100), compression="tiff_lzw")
    save("tiff_rgba.tif", with_alpha(picture()))
    save("tiff_cmyk.tif", picture().convert("CMYK"), compression="tiff_lzw")
    save("tiff_grey16.tif", Image.fromarray(RNG.integers(0, 600, (H, W)).astype(np.uint16)))
    save("tiff_pages.tif", picture(), save_all=True, append_images=[picture(15, 15)])
    deep = (np.asarray(picture()).astype(np.uint16) * 257)[..., ::-1]
    put("tiff_rgb16.tif", cv2.imencode(".tif", deep, [cv2.IMWRITE_TIFF_COMPRESSION, 1, cv2.IMWRITE_TIFF_PREDICTOR, 1])[1].tobytes())
    for o in range(1, 9):
        save(f"tiff_orientation{o}.tif", picture(), tiffinfo={274: o})


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(depth, colour_type, rows):
    head = struct.pack(">IIBBBBB", W, H, depth, colour_type, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + r.tobytes() for r in rows))
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + png_chunk(b"IDAT", data) + png_chunk(b"IEND", b"")


def pngs():
    save("png_transparent_colour.png", picture(), transparency=(10, 20, 30))
    save("png_palette_2bit.png", picture().quantize(3), bits=2)
    save("png_palette_4bit.png", picture().quantize(13), bits=4)
    for bits in (2, 4):
        put(f"png_grey_{bits}bit.png", png(bits, 0, RNG.integers(0, 256, (H, (W * bits + 7) // 8)).astype(np.uint8)))
    put("png_grey_alpha16.png", png(16, 4, RNG.integers(0, 256, (H, 4 * W)).astype(np.uint8)))
    put("png_rgba16.png", cv2.imencode(".png", RNG.integers(0, 65536, (H, W, 4)).astype(np.uint16))[1].tobytes())
    whole = encoded(picture(), "PNG")
    put("png_without_end.png", whole[:-12])
    bad = bytearray(whole)
    bad[bad.index(b"IEND") - 5] ^= 1  # the checksum of the data
    put("png_wrong_checksum.png", bytes(bad))


def jpegs():
    save("jpeg_411.jpg", picture(), subsampling="4:1:1")
    save("jpeg_cmyk_420.jpg", picture().convert("CMYK"), subsampling=2)
    save("jpeg_cmyk_progressive.jpg", picture().convert("CMYK"), progressive=True)
    d = encoded(picture().convert("CMYK"), "JPEG")
    i = d.index(b"Adobe") - 4
    put("jpeg_cmyk_without_adobe.jpg", d[:i] + d[i + 16:])
    put("jpeg_cmyk_truncated.jpg", d[:len(d) * 2 // 3])
    save("jpeg_grey_progressive.jpg", picture().convert("L"), progressive=True)


def webps():
    for quality in (0, 40, 80, 100):
        for method in (0, 6):
            save(f"webp_q{quality}_m{method}.webp", picture(61, 47), quality=quality, method=method)
    save("webp_one_pixel.webp", picture(1, 1), quality=75)
    for method in (0, 6):
        save(f"webp_lossless_m{method}.webp", picture(), lossless=True, method=method)
    save("webp_lossless_palette.webp", picture().quantize(14).convert("RGB"), lossless=True)
    save("webp_alpha_lossy.webp", with_alpha(picture()), quality=70)
    save("webp_alpha_lossless.webp", with_alpha(picture()), lossless=True, exact=True)
    frames = [picture() for _ in range(3)]
    more = dict(save_all=True, append_images=frames[1:], duration=80)
    save("webp_animated_lossy.webp", frames[0], quality=60, **more)
    save("webp_animated_lossless.webp", frames[0], lossless=True, **more)
    alpha = [with_alpha(f) for f in frames]
    save("webp_animated_alpha.webp", alpha[0], quality=60, save_all=True, append_images=alpha[1:], duration=80)


def orientations():
    exif = Image.Exif()
    for o in range(1, 9):
        exif[0x0112] = o
        save(f"jpeg_orientation{o}.jpg", picture(), quality=90, exif=exif)
        save(f"png_orientation{o}.png", picture(15, 12), exif=exif)
        save(f"webp_orientation{o}.webp", picture(15, 12), exif=exif)


def ppms():
    save("ppm_8.ppm", picture())
    put("ppm_comments.ppm", b"P6 # width\n2\n# height\n\n1 255 " + b" #\n\xff\0\x80")


for make in (bmps, gifs, tiffs, pngs, jpegs, webps, orientations, ppms):
    make()
(HERE / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
print(len(expected), sum(p.stat().st_size for p in HERE.iterdir()))

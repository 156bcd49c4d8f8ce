"""Writes one small file of each kind, and what Pillow makes of it, into expected.json.

    python make.py        (Pillow 12.3, OpenCV 5.0, NumPy 2.4, jpegtran of libjpeg-turbo)

The pictures are drawn from a seed: gradients, bars and noise.
"""
import hashlib
import io
import json
import pathlib
import struct
import subprocess
import zlib

import cv2
import numpy as np
from PIL import Image, ImageCms, ImageOps, PngImagePlugin

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


def refused(name, data, why):
    """A file that Pillow reads and genimage refuses by this name."""
    (HERE / name).write_bytes(data)
    expected[name] = {"refused": why}


def tiff(a, photometric, bits=8, extra=(), planes=1, compress=bytes, compression=1, predictor=1, fill=1, tile=None,
         big=False, order="<", colours=(), profile=b"", xmp=b"", signed=False):
    """A TIFF or BigTIFF file of samples, in strips of five rows or in tiles."""
    h, w = a.shape[:2]
    n = 1 if a.ndim == 2 else a.shape[2]
    parts = [a.reshape(h, w, n)] if planes == 1 else [a.reshape(h, w, n)[:, :, c:c + 1] for c in range(n)]
    tw, th = tile or (w, 5)
    body, offsets, lengths = b"", [], []
    start = 16 if big else 8
    for part in parts:
        for y in range(0, h, th):
            for x in range(0, w, tw):
                p = part[y:y + th, x:x + tw].astype(np.uint16)
                if tile:
                    p = np.pad(p, ((0, th - p.shape[0]), (0, tw - p.shape[1]), (0, 0)))
                if predictor == 2:
                    p[:, 1:] = (p[:, 1:] - p[:, :-1]) & (1 << bits) - 1
                if bits < 8:
                    v = p.reshape(p.shape[0], -1)
                    v = np.pad(v, ((0, 0), (0, -v.shape[1] % (8 // bits))))
                    raw = sum(v[:, k::8 // bits] << 8 - bits * (k + 1) for k in range(8 // bits)).astype(np.uint8).tobytes()
                else:
                    raw = p.astype(order + "u2" if bits == 16 else np.uint8).tobytes()
                raw = compress(raw)
                if fill == 2:
                    raw = bytes(int(f"{b:08b}"[::-1], 2) for b in raw)
                offsets.append(start + len(body))
                lengths.append(len(raw))
                body += raw + b"\0" * (len(raw) % 2)
    fields = {256: (4, [w]), 257: (4, [h]), 258: (3, [bits] * n), 259: (3, [compression]), 262: (3, [photometric]),
              266: (3, [fill]), 277: (3, [n]), 284: (3, [planes]), 317: (3, [predictor])}
    fields.update({322: (4, [tw]), 323: (4, [th]), 324: (4, offsets), 325: (4, lengths)} if tile else
                  {273: (4, offsets), 278: (4, [th]), 279: (4, lengths)})
    fields.update({338: (3, list(extra))} if extra else {})
    fields.update({339: (3, [2] * n)} if signed else {})
    fields.update({320: (3, list(colours))} if len(colours) else {})
    fields.update({34675: (7, list(profile))} if profile else {})
    fields.update({700: (1, list(xmp))} if xmp else {})
    size, count, inline = ("Q", "Q", 8) if big else ("I", "H", 4)
    at = start + len(body)
    after = at + struct.calcsize("=" + count) + len(fields) * (20 if big else 12) + inline
    entries, values = b"", b""
    for tag, (kind, v) in sorted(fields.items()):
        packed = struct.pack(f"{order}{len(v)}{ {1: 'B', 3: 'H', 4: 'I', 7: 'B'}[kind]}", *v)
        entries += struct.pack(order + "HH" + size, tag, kind, len(v))
        if len(packed) <= inline:
            entries += packed.ljust(inline, b"\0")
        else:
            entries += struct.pack(order + size, after + len(values))
            values += packed + b"\0" * (len(packed) % 2)
    mark = b"II" if order == "<" else b"MM"
    head = mark + (struct.pack(order + "HHHQ", 43, 8, 0, at) if big else struct.pack(order + "HI", 42, at))
    return head + body + struct.pack(order + count, len(fields)) + entries + bytes(inline) + values


def srgb():
    """A profile without the time of its making."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = bytes(12)
    return bytes(profile)


def lzw(data):
    """TIFF's LZW, written without ever growing a code: clear often."""
    bits = ""
    for i in range(0, len(data), 200):
        bits += f"{256:09b}" + "".join(f"{b:09b}" for b in data[i:i + 200])
    bits += f"{257:09b}"
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def more_tiffs():
    rgb = np.asarray(picture())
    four = np.dstack([rgb, np.asarray(picture().convert("L"))])
    deep = four.astype(np.uint16) * 256 + RNG.integers(0, 256, four.shape)
    profile = srgb()
    zip_ = zlib.compress
    put("tiff_associated_alpha.tif", tiff(four, 2, extra=(1,), compress=zip_, compression=8))
    put("tiff_associated_alpha16.tif", tiff(deep, 2, 16, extra=(1,), compress=zip_, compression=8))
    put("tiff_alpha16.tif", tiff(deep, 2, 16, extra=(2,), order=">"))
    put("tiff_five_samples.tif", tiff(np.dstack([four, rgb[..., :1]]), 2, extra=(1, 0)))
    put("tiff_cmyk16.tif", tiff(deep, 5, 16))
    put("tiff_cmyk16_big_endian.tif", tiff(deep, 5, 16, compress=lzw, compression=5, predictor=2, order=">"))
    put("tiff_cmyk_profile.tif", tiff(four, 5, profile=profile))
    put("tiff_cmyk_planes.tif", tiff(four, 5, planes=2, compress=zip_, compression=8))
    put("tiff_cmyk_extra.tif", tiff(np.dstack([four, rgb[..., :1]]), 5, extra=(0,)))
    save("tiff_cmyk_jpeg.tif", picture().convert("CMYK"), compression="jpeg", quality=80)
    save("tiff_cmyk_jpeg_profile.tif", picture().convert("CMYK"), compression="jpeg", icc_profile=profile)
    save("tiff_grey_jpeg.tif", picture().convert("L"), compression="jpeg")
    save("tiff_jpeg_strips.tif", picture(61, 47), compression="jpeg", strip_size=2048)
    put("tiff_big.tif", tiff(rgb, 2, big=True, compress=lzw, compression=5))
    put("tiff_big_grey16.tif", tiff(RNG.integers(0, 600, (H, W)), 1, 16, big=True))
    put("tiff_tiles.tif", tiff(rgb, 2, tile=(16, 16)))
    put("tiff_tiles_predictor.tif", tiff(rgb, 2, tile=(16, 16), predictor=2, compress=zip_, compression=8))
    put("tiff_planes.tif", tiff(rgb, 2, planes=2))
    put("tiff_planes_tiles.tif", tiff(rgb, 2, planes=2, tile=(16, 16), compress=zip_, compression=8, predictor=2))
    put("tiff_rgb16_predictor.tif", tiff(deep[..., :3], 2, 16, predictor=2, compress=zip_, compression=8))
    for bits in (2, 4):
        put(f"tiff_grey_{bits}bit.tif", tiff(RNG.integers(0, 1 << bits, (H, W)), bits % 4 // 2, bits))
        put(f"tiff_palette_{bits}bit.tif", tiff(RNG.integers(0, 1 << bits, (H, W)), 3, bits, colours=RNG.integers(0, 65536, 3 << bits)))
    put("tiff_reversed_bits.tif", tiff(RNG.integers(0, 2, (H, W)), 1, 1, fill=2))
    put("tiff_palette_extra.tif", tiff(four[..., :2], 3, extra=(0,), colours=RNG.integers(0, 65536, 768)))
    put("tiff_truncated_strip.tif", tiff(rgb, 2, compress=lambda raw: zip_(raw)[:-20], compression=8))
    lab = picture()
    lab = ImageCms.applyTransform(lab, ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"))
    lab.info.clear()
    refused("tiff_lab.tif", encoded(lab, "TIFF"), "TIFF L*a*b* colours")
    refused("tiff_ycbcr_without_jpeg.tif", tiff(rgb, 6), "TIFF YCbCr without JPEG compression")
    refused("tiff_float.tif", encoded(picture().convert("F"), "TIFF"), "TIFF samples of [32] bits")


def segment(marker, content):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(content) + 2) + content


def more_jpegs():
    for name, kw in (("444", {"subsampling": 0}), ("420", {"subsampling": 2}), ("progressive", {"progressive": True})):
        d = encoded(picture().convert("CMYK"), "JPEG", quality=80, **kw)
        i = d.index(b"Adobe") - 4
        bare = d[:i] + d[i + 16:]
        adobe = [segment(0xEE, b"Adobe" + struct.pack(">HHHB", 100, 0, 0, t)) for t in range(3)]
        for which, more in {"adobe_0": adobe[0], "adobe_1": adobe[1], "adobe_2": adobe[2], "adobe_2_then_0": adobe[2] + adobe[0],
                            "adobe_0_then_2": adobe[0] + adobe[2], "adobe_short": segment(0xEE, b"Adobe\0d"),
                            "adobe_2_then_short": adobe[2] + segment(0xEE, b"Adobe\0d")}.items():
            put(f"jpeg_cmyk_{name}_{which}.jpg", bare[:2] + more + bare[2:])
        profile = srgb()
        for which, icc in {"empty": b"\1\1", "broken": b"\1\1" + bytes(99), "piece_missing": b"\1\3" + profile[:99], "rgb": b"\1\1" + profile}.items():
            put(f"jpeg_cmyk_{name}_profile_{which}.jpg", d[:2] + segment(0xE2, b"ICC_PROFILE\0" + icc) + d[2:])
    for mode, n in (("CMYK", 4), ("RGB", 3)):
        d = bytearray(encoded(picture().convert(mode), "JPEG", quality=80))
        frame, scan = d.index(b"\xff\xc0"), d.index(b"\xff\xda")
        for c in range(n):
            d[frame + 10 + 3 * c] = d[scan + 5 + 2 * c] = 1
        put(f"jpeg_{mode.lower()}_equal_ids.jpg", bytes(d))


def arithmetic():
    for name in ("jpeg_411", "jpeg_grey_progressive", "jpeg_cmyk_420_adobe_2", "jpeg_cmyk_444_adobe_0"):
        for option in ("", "-progressive"):
            command = ["jpegtran", "-arithmetic", *option.split(), str(HERE / (name + ".jpg"))]
            data = subprocess.run(command, capture_output=True, check=True).stdout
            put(f"{name}_arithmetic{option.replace('-', '_')}.jpg", data)


def rare_tiffs():
    put("tiff_grey16_reversed_bits.tif", tiff(RNG.integers(0, 600, (H, W)), 1, 16, fill=2))
    put("tiff_grey_signed.tif", tiff(RNG.integers(0, 256, (H, W)), 1, signed=True))


def more_gifs():
    for h in (1, 2, 3, 4, 5, 8, 9):
        save(f"gif_interlaced_{h}_rows.gif", picture(5, h).quantize(9), interlace=True)


def more_bmps():
    a = np.asarray(picture())[..., ::-1]
    i = np.asarray(picture().quantize(7)).astype(np.uint8)
    palette = RNG.integers(0, 256, (256, 4)).astype(np.uint8)
    palette[:, 3] = 0
    for size in (52, 56, 64):
        put(f"bmp_24_header_{size}.bmp", bmp(a, 24, size=size, more=bytes(size - 40)))
        put(f"bmp_8_header_{size}.bmp", bmp(i, 8, size=size, more=bytes(size - 40), palette=palette.tobytes()))
    five = ((a[..., 2].astype(int) >> 3) << 10 | (a[..., 1].astype(int) >> 3) << 5 | a[..., 0] >> 3).astype("<u2")
    masks = struct.pack("<III", 0x7C00, 0x3E0, 0x1F)
    put("bmp_555_header_52.bmp", bmp(five[..., None], 16, 3, size=52, more=masks))
    put("bmp_555_header_56.bmp", bmp(five[..., None], 16, 3, size=56, more=masks + bytes(4)))
    refused("bmp_os2_fax.bmp", bmp(a, 24, 3, size=64, more=bytes(24)), "OS/2 fax compression")


def xmp(orientation, element=False):
    space = 'xmlns:tiff="http://ns.adobe.com/tiff/1.0/"'
    inner = f"{space}><tiff:Orientation>{orientation}</tiff:Orientation></rdf:Description>" if element else f'{space} tiff:Orientation="{orientation}"/>'
    return ('<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
            f'<rdf:Description rdf:about="" {inner}</rdf:RDF></x:xmpmeta>').encode()


def exif(orientation, kind, order):
    form = {1: "B", 3: "H", 4: "I", 9: "i"}[kind]
    value = struct.pack(order + form, orientation).ljust(4, b"\0")
    return (b"II" if order == "<" else b"MM") + struct.pack(order + "HIHHHI", 42, 8, 1, 274, kind, 1) + value + bytes(4)


def more_orientations():
    small = picture(15, 12)
    for o, element in ((6, False), (3, True), (9, False)):
        kind = "element" if element else "attribute"
        save(f"jpeg_xmp_{kind}_{o}.jpg", small, xmp=xmp(o, element))
        save(f"webp_xmp_{kind}_{o}.webp", small, xmp=xmp(o, element), lossless=True)
        put(f"tiff_xmp_{kind}_{o}.tif", tiff(np.asarray(small), 2, xmp=xmp(o, element)))
        for zipped in (False, True):
            info = PngImagePlugin.PngInfo()
            info.add_itxt("XML:com.adobe.xmp", xmp(o, element).decode(), zip=zipped)
            save(f"png_xmp_{kind}_{o}{'_zip' if zipped else ''}.png", small, pnginfo=info)
    save("jpeg_exif_before_xmp.jpg", small, exif=b"Exif\0\0" + exif(8, 3, "<"), xmp=xmp(6))
    for order, end in (("<", "little"), (">", "big")):
        for kind, name in ((1, "byte"), (3, "short"), (4, "long"), (9, "slong")):
            save(f"jpeg_exif_{name}_{end}_endian.jpg", small, exif=b"Exif\0\0" + exif(6, kind, order))
        save(f"webp_exif_long_{end}_endian.webp", small, exif=exif(6, 4, order), lossless=True)
        for zipped in (False, True):
            digits = (b"Exif\0\0" + exif(6, 4, order)).hex()
            lines = "\n".join(digits[i:i + 36] for i in range(0, len(digits), 36))
            info = PngImagePlugin.PngInfo()
            info.add_text("Raw profile type exif", f"\nexif\n{len(digits) // 2:8d}\n{lines}\n", zip=zipped)
            save(f"png_raw_exif_{end}_endian{'_zip' if zipped else ''}.png", small, pnginfo=info)


for make in (bmps, gifs, tiffs, pngs, jpegs, webps, orientations, ppms,
             more_tiffs, more_jpegs, more_gifs, more_bmps, more_orientations,
             arithmetic, rare_tiffs):
    make()
(HERE / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
print(len(expected), sum(p.stat().st_size for p in HERE.iterdir()))

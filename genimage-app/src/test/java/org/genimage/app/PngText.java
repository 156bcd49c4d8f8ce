package org.genimage.app;

import com.google.common.primitives.Bytes;
import com.google.common.primitives.Ints;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;

/** Puts the text of a generator into a PNG file. */
final class PngText {

  private static final int HEADER = 8 + 25; // signature and IHDR

  private PngText() {}

  /** Returns the file with parameters as Stable Diffusion web UI writes them. */
  static byte[] in(byte[] png) {
    String text = "a castle\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Version: v1.10.1";
    byte[] body = ("tEXtparameters\0" + text).getBytes(StandardCharsets.ISO_8859_1);
    CRC32 crc = new CRC32();
    crc.update(body);
    byte[] chunk =
        Bytes.concat(
            Ints.toByteArray(body.length - 4), body, Ints.toByteArray((int) crc.getValue()));
    return Bytes.concat(
        Arrays.copyOf(png, HEADER), chunk, Arrays.copyOfRange(png, HEADER, png.length));
  }
}

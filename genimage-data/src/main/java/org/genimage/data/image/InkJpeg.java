package org.genimage.data.image;

import com.google.common.io.ByteArrayDataOutput;
import com.google.common.io.ByteStreams;
import com.google.common.primitives.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.genimage.data.formats.JpegSegments;

/**
 * JPEG files of four components: CMYK, or YCCK if Adobe's marker says so. TensorFlow decodes them,
 * but gives colours only, which are products of ink and black, rounded down, and off by one level.
 * This class asks for such colours four times and takes the components from them.
 *
 * <p>With Adobe's marker a colour is {@code floor(k c / 255)}, without it {@code floor((255 - k)
 * (255 - c) / 255)}, which is {@code 255 - k - c + floor(k c / 255)}. The difference gives the sum
 * {@code k + c} exactly. With quantisation steps of zero for black, {@code k} is 128 everywhere,
 * and the sums give the other components.
 */
final class InkJpeg {

  private static final int JFIF = 0xffe0;
  private static final int ADOBE = 0xffee;
  private static final byte COMMENT = (byte) 0xfe;
  private static final byte[] ADOBE_NAME = {'A', 'd', 'o', 'b', 'e'};
  private static final int ADOBE_LENGTH = 12;
  private static final int COMPONENTS = 6; // where a frame header lists them

  /** Adobe's marker that says that the components are stored as they are. */
  private static final byte[] NOT_CONVERTED = {
    (byte) 0xff, (byte) 0xee, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0
  };

  private static final int TABLE = 5 + 64;
  private static final int LEVEL_OF_ZERO = 128;

  private final byte[] file;
  private final List<Integer> scans = new ArrayList<>();
  private int frame = -1;
  private int transform;

  private InkJpeg(byte[] file) {
    this.file = file.clone();
    JpegSegments.walk(file, this::prepare);
  }

  /** Decodes to Pillow's colours: it takes all such files for inverted, as Adobe writes them. */
  static Image decode(byte[] file) throws IOException {
    InkJpeg jpeg = new InkJpeg(file);
    Samples samples = jpeg.samples();
    boolean ycck = jpeg.transform != 0;
    byte[] rgb = new byte[3 * samples.width() * samples.height()];
    int[] ink = new int[4];
    for (int i = 0; i < rgb.length / 3; i++) {
      for (int c = 0; c < 4; c++) {
        ink[c] = samples.of(i, c);
      }
      if (ycck) {
        toCmyk(ink);
      }
      for (int c = 0; c < 4; c++) {
        ink[c] = 255 - ink[c];
      }
      toColour(ink, rgb, 3 * i);
    }
    return Image.wrap(samples.width(), samples.height(), rgb);
  }

  /**
   * Converts one pixel's inks, cyan, magenta, yellow and black from 0 for none to 255, as Pillow
   * does: each ink takes its share of what black leaves.
   */
  static void toColour(int[] ink, byte[] rgb, int at) {
    int light = 255 - ink[3];
    for (int c = 0; c < 3; c++) {
      int product = ink[c] * light + 128;
      rgb[at + c] = (byte) Math.max(0, light - (product + (product >> 8) >> 8));
    }
  }

  /** Turns YCCK into CMYK as libjpeg does. */
  private static void toCmyk(int[] ink) {
    int y = ink[0];
    int cb = ink[1] - 128;
    int cr = ink[2] - 128;
    ink[0] = 255 - clipped(y + (91881 * cr + 32768 >> 16));
    ink[1] = 255 - clipped(y + (-22554 * cb - 46802 * cr + 32768 >> 16));
    ink[2] = 255 - clipped(y + (116130 * cb + 32768 >> 16));
  }

  private static int clipped(int level) {
    return Math.max(0, Math.min(255, level));
  }

  /** Returns the components as they are stored, whatever markers say of them. */
  static Samples samplesOf(byte[] file) throws IOException {
    return new InkJpeg(file).samples();
  }

  /**
   * Returns a file of one or three components that says by Adobe's marker alone whether they are
   * YCbCr or RGB.
   */
  static byte[] declared(byte[] file, boolean yCbCr) {
    byte[] marker = NOT_CONVERTED.clone();
    marker[marker.length - 1] = (byte) (yCbCr ? 1 : 0);
    byte[] hidden = file.clone();
    JpegSegments.walk(
        hidden,
        (segment, start, length) -> {
          if (segment == JFIF || segment == ADOBE) {
            hidden[start - 3] = COMMENT;
          }
          return true;
        });
    return inserted(hidden, marker);
  }

  private static byte[] inserted(byte[] file, byte[] marker) {
    byte[] start = Arrays.copyOf(file, 2);
    return Bytes.concat(start, marker, Arrays.copyOfRange(file, 2, file.length));
  }

  /**
   * The four components of each pixel.
   *
   * @param all the first three components' sums with black
   * @param withoutBlack their sums with 128
   */
  record Samples(Sums all, Sums withoutBlack) {

    int width() {
      return all.dark().width();
    }

    int height() {
      return all.dark().height();
    }

    /** Returns a component, 0 to 255. */
    int of(int pixel, int component) {
      int place = 3 * pixel + component % 3;
      int ink = withoutBlack.of(place) - LEVEL_OF_ZERO;
      return component == 3 ? all.of(place) - ink : ink;
    }
  }

  /** The same colours with Adobe's marker and without. */
  record Sums(Image dark, Image light) {

    int of(int place) {
      return 255 + (dark.rgb()[place] & 0xff) - (light.rgb()[place] & 0xff);
    }
  }

  /** Hides Adobe's markers, of which the last one counts. */
  private boolean prepare(int marker, int start, int length) {
    if (marker == ADOBE) {
      boolean counts =
          length >= ADOBE_LENGTH
              && Arrays.equals(
                  file, start, start + ADOBE_NAME.length, ADOBE_NAME, 0, ADOBE_NAME.length);
      if (counts && scans.isEmpty()) {
        transform = file[start + 11] & 0xff;
      }
      file[start - 3] = COMMENT;
    } else if (JpegSegments.isFrame(marker) && frame < 0 && length >= COMPONENTS + 4 * 3) {
      frame = start + COMPONENTS;
    } else if (marker == JpegSegments.SCAN) {
      scans.add(start - 4);
    }
    return true;
  }

  private Samples samples() throws IOException {
    if (frame < 0 || scans.isEmpty()) {
      throw new IOException("no frame and scan of four components");
    }
    return new Samples(sums(file), sums(withoutBlack()));
  }

  private static Sums sums(byte[] file) {
    return new Sums(
        NativeCodec.decodeJpeg(inserted(file, NOT_CONVERTED), 1), NativeCodec.decodeJpeg(file, 1));
  }

  /** Returns the file with a table of zeros for black, before every scan. */
  private byte[] withoutBlack() {
    boolean[] used = new boolean[4];
    for (int c = 0; c < 3; c++) {
      used[file[frame + 3 * c + 2] & 3] = true;
    }
    int slot = 0;
    while (used[slot]) {
      slot++; // three components leave one of four free
    }
    byte[] table = new byte[TABLE];
    table[0] = (byte) 0xff;
    table[1] = (byte) 0xdb;
    table[3] = TABLE - 2;
    table[4] = (byte) slot;
    ByteArrayDataOutput changed = ByteStreams.newDataOutput(file.length + TABLE);
    byte[] pointed = file.clone();
    pointed[frame + 3 * 3 + 2] = (byte) slot;
    int done = 0;
    for (int scan : scans) {
      changed.write(pointed, done, scan - done);
      changed.write(table);
      done = scan;
    }
    changed.write(pointed, done, pointed.length - done);
    return changed.toByteArray();
  }
}

package org.genimage.data.image;

import com.google.common.primitives.Bytes;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.genimage.data.formats.JpegSegments;
import org.genimage.data.formats.TiffDirectory;
import org.genimage.data.formats.TiffStreams;

/**
 * The first page of a TIFF or BigTIFF file, as Pillow reads it. What Pillow reads in another way
 * than this class could is refused by name: L*a*b*, YCbCr without JPEG, floats.
 */
final class Tiff {

  private static final int WIDTH = 256;
  private static final int LENGTH = 257;
  private static final int BITS = 258;
  private static final int COMPRESSION = 259;
  private static final int PHOTOMETRIC = 262;
  private static final int FILL_ORDER = 266;
  private static final int STRIP_OFFSETS = 273;
  private static final int SAMPLES = 277;
  private static final int ROWS_PER_STRIP = 278;
  private static final int STRIP_LENGTHS = 279;
  private static final int PLANES = 284;
  private static final int FAX3_OPTIONS = 292;
  private static final int FAX4_OPTIONS = 293;
  private static final int PREDICTOR = 317;
  private static final int COLOUR_MAP = 320;
  private static final int TILE_WIDTH = 322;
  private static final int TILE_LENGTH = 323;
  private static final int TILE_OFFSETS = 324;
  private static final int TILE_LENGTHS = 325;
  private static final int EXTRA_SAMPLES = 338;
  private static final int SAMPLE_FORMAT = 339;
  private static final int JPEG_TABLES = 347;
  private static final int XMP = 700;

  private static final int UNSIGNED = 1;
  private static final int SIGNED = 2;
  private static final int JPEG = 7;
  private static final int MOST_SAMPLES = 6;

  private final byte[] file;
  private final SizeLimit limit;
  private final TiffDirectory directory;
  private final int width;
  private final int height;
  private final int bits;
  private final int samples;
  private final int compression;
  private final boolean separate;
  private final TiffColours colours;
  private final int segmentWidth;
  private final int segmentHeight;
  private final long[] offsets;
  private final long[] lengths;

  private Tiff(byte[] file, SizeLimit limit) throws IOException {
    this.file = file;
    this.limit = limit;
    this.directory = TiffDirectory.of(file);
    this.width = side(WIDTH);
    this.height = side(LENGTH);
    limit.check(width, height);
    this.compression = (int) directory.number(COMPRESSION, 1);
    this.separate = directory.number(PLANES, 1) == 2;
    long claimed = directory.number(SAMPLES, 1);
    long[] extra = directory.numbers(EXTRA_SAMPLES);
    if (separate && Arrays.stream(extra).allMatch(kind -> kind == 0)) {
      claimed -= extra.length;
      extra = new long[0];
    }
    if (claimed < 1 || claimed > MOST_SAMPLES) {
      throw new IOException("%s samples per pixel".formatted(claimed));
    }
    this.samples = (int) claimed;
    this.bits = bits();
    if (separate && samples > 1 && bits != 8 && compression == TiffStreams.RAW) {
      throw new IOException("TIFF planes of %s bits, which are not read".formatted(bits));
    }
    int photometric = (int) directory.number(PHOTOMETRIC, 0);
    // Pillow takes signed grey of 8 bits for unsigned.
    int signed = photometric == 1 && samples == 1 && bits == 8 ? SIGNED : UNSIGNED;
    if (Arrays.stream(directory.numbers(SAMPLE_FORMAT))
        .anyMatch(format -> format != UNSIGNED && format != signed)) {
      throw new IOException("TIFF samples that are signed or floats, which are not read");
    }
    this.colours =
        TiffColours.of(
            photometric, bits, samples, extra, compression == JPEG, directory.numbers(COLOUR_MAP));
    boolean tiled = !directory.has(STRIP_OFFSETS);
    this.segmentWidth = tiled ? side(TILE_WIDTH) : width;
    this.segmentHeight =
        tiled
            ? side(TILE_LENGTH)
            : (int) Math.min(height, directory.number(ROWS_PER_STRIP, height));
    limit.check(segmentWidth, segmentHeight);
    this.offsets = directory.numbers(tiled ? TILE_OFFSETS : STRIP_OFFSETS);
    this.lengths = directory.numbers(tiled ? TILE_LENGTHS : STRIP_LENGTHS);
    if (segmentHeight < 1 || offsets.length < segments()) {
      throw new IOException("%s strips or tiles".formatted(offsets.length));
    }
  }

  private int side(int tag) throws IOException {
    long side = directory.number(tag, 0);
    if (side < 1 || side > Integer.MAX_VALUE) {
      throw new IOException("a side of %s pixels".formatted(side));
    }
    return (int) side;
  }

  private int bits() throws IOException {
    long[] all = directory.numbers(BITS);
    long first = all.length == 0 ? 1 : all[0];
    boolean same = Arrays.stream(all).limit(samples).allMatch(bits -> bits == first);
    boolean enough = all.length <= 1 || all.length >= samples;
    if (!same || !enough || first > 16) {
      throw new IOException(
          "TIFF samples of %s bits, which are not read".formatted(Arrays.toString(all)));
    }
    return (int) first;
  }

  private long segments() {
    long across = (width + segmentWidth - 1L) / segmentWidth;
    long down = (height + segmentHeight - 1L) / segmentHeight;
    return across * down * (separate ? samples : 1);
  }

  /** Decodes the first page, turned as it says. */
  static Image decode(byte[] file, SizeLimit limit) throws IOException {
    Tiff tiff = new Tiff(file, limit);
    return Exif.upright(tiff.decode(), tiff.orientation());
  }

  private int orientation() {
    try {
      Optional<Integer> stated = directory.orientation();
      if (stated.isPresent()) {
        return stated.get();
      }
      return directory.bytes(XMP).map(Exif::ofXmp).orElse(Exif.UPRIGHT);
    } catch (IOException e) {
      return Exif.UPRIGHT; // damaged metadata say nothing
    }
  }

  private Image decode() throws IOException {
    Segments segments =
        switch (compression) {
          case TiffStreams.RAW,
              TiffStreams.LZW,
              TiffStreams.DEFLATE,
              TiffStreams.OLD_DEFLATE,
              TiffStreams.PACK_BITS ->
              this::stream;
          case 2, 3, 4 -> fax();
          case JPEG -> this::jpeg;
          default ->
              throw new IOException(
                  "TIFF compression %s, which is not read".formatted(name(compression)));
        };
    limit.checkContent(width, height, bits * samples / 8.0 * TiffStreams.least(compression));
    byte[] rgb = new byte[Math.multiplyExact(3, width * height)];
    if (separate && samples > 1) {
      planes(segments, rgb);
    } else {
      all(segments, 0, (row, at, pixel) -> colours.toRgb(row, at, rgb, 3 * pixel), samples);
    }
    return Image.wrap(width, height, rgb);
  }

  private static String name(int compression) {
    return switch (compression) {
      case 6 -> "JPEG of TIFF 6.0 (old style)";
      case 34925 -> "LZMA";
      case 34712, 33003, 33005 -> "JPEG 2000";
      case 50000 -> "Zstandard";
      case 50001 -> "WebP";
      case 50002, 52546 -> "JPEG XL";
      default -> Integer.toString(compression);
    };
  }

  /** The rows of a strip or tile, from the top. */
  private interface Rows {
    /** Puts the samples of the next row into an array. */
    void next(int[] row) throws IOException;
  }

  private interface Segments {
    Rows rows(int segment, int samples) throws IOException;
  }

  private interface Pixels {
    void put(int[] row, int at, int pixel);
  }

  /** Components that are stored one after the other; of 16 bits the high byte is kept. */
  private void planes(Segments segments, byte[] rgb) throws IOException {
    byte[][] planes = new byte[samples][width * height];
    int shift = Math.max(0, bits - 8);
    int perPlane = (int) (segments() / samples);
    for (int c = 0; c < samples; c++) {
      byte[] plane = planes[c];
      all(segments, c * perPlane, (row, at, pixel) -> plane[pixel] = (byte) (row[at] >> shift), 1);
    }
    int[] pixel = new int[samples];
    for (int i = 0; i < width * height; i++) {
      for (int c = 0; c < samples; c++) {
        pixel[c] = (planes[c][i] & 0xff) << shift;
      }
      colours.toRgb(pixel, 0, rgb, 3 * i);
    }
  }

  private void all(Segments segments, int first, Pixels pixels, int perPixel) throws IOException {
    int[] row = new int[Math.multiplyExact(perPixel, segmentWidth)];
    int segment = first;
    for (int top = 0; top < height; top += segmentHeight) {
      for (int left = 0; left < width; left += segmentWidth) {
        Rows rows = segments.rows(segment++, perPixel);
        int right = Math.min(width - left, segmentWidth);
        for (int y = top; y < top + Math.min(height - top, segmentHeight); y++) {
          rows.next(row);
          for (int x = 0; x < right; x++) {
            pixels.put(row, perPixel * x, y * width + left + x);
          }
        }
      }
    }
  }

  private int start(int segment) throws IOException {
    long offset = offsets[segment];
    if (offset < 0 || offset > file.length) {
      throw new EOFException("a strip or tile at %s, after the file".formatted(offset));
    }
    return (int) offset;
  }

  private int length(int segment, int start) throws IOException {
    if (compression == TiffStreams.RAW || segment >= lengths.length) {
      return file.length - start;
    }
    long length = lengths[segment];
    if (length < 0 || length > file.length - start) {
      throw new EOFException(
          "a strip or tile of %s bytes that ends after the file".formatted(length));
    }
    return (int) length;
  }

  private Rows stream(int segment, int perPixel) throws IOException {
    int start = start(segment);
    int length = length(segment, start);
    byte[] stored = file;
    if (directory.number(FILL_ORDER, 1) == 2) {
      stored = reversed(start, length);
      start = 0;
    }
    InputStream in = TiffStreams.of(compression, stored, start, length);
    byte[] bytes = new byte[(int) (((long) perPixel * segmentWidth * bits + 7) / 8)];
    boolean differences = differences();
    return row -> {
      if (in.readNBytes(bytes, 0, bytes.length) < bytes.length) {
        throw new EOFException("a strip or tile that ends too early");
      }
      unpack(bytes, row);
      if (differences) {
        for (int i = perPixel; i < row.length; i++) {
          row[i] = row[i] + row[i - perPixel] & (1 << bits) - 1;
        }
      }
    };
  }

  private byte[] reversed(int start, int length) throws IOException {
    if (compression == TiffStreams.DEFLATE || compression == TiffStreams.OLD_DEFLATE) {
      throw new IOException("TIFF samples in reversed bit order, which are not read");
    }
    byte[] reversed = new byte[length];
    for (int i = 0; i < length; i++) {
      reversed[i] = (byte) (Integer.reverse(file[start + i]) >>> 24);
    }
    return reversed;
  }

  private boolean differences() throws IOException {
    long predictor = directory.number(PREDICTOR, 1);
    if (compression == TiffStreams.RAW || compression == TiffStreams.PACK_BITS || predictor == 1) {
      return false;
    }
    if (predictor != 2 || bits < 8) {
      throw new IOException(
          "TIFF predictor %s of %s bits, which is not read".formatted(predictor, bits));
    }
    return true;
  }

  private void unpack(byte[] bytes, int[] row) {
    switch (bits) {
      case 8 -> {
        for (int i = 0; i < row.length; i++) {
          row[i] = bytes[i] & 0xff;
        }
      }
      case 16 -> {
        int high = directory.order() == ByteOrder.BIG_ENDIAN ? 0 : 1;
        for (int i = 0; i < row.length; i++) {
          row[i] = (bytes[2 * i + high] & 0xff) << 8 | bytes[2 * i + 1 - high] & 0xff;
        }
      }
      default -> {
        for (int i = 0; i < row.length; i++) {
          int at = i * bits;
          row[i] = bytes[at >> 3] >> 8 - bits - (at & 7) & (1 << bits) - 1;
        }
      }
    }
  }

  /** The JDK decodes fax compression, the whole page at once. */
  private Segments fax() throws IOException {
    if (bits != 1 || samples != 1 || directory.has(TILE_OFFSETS)) {
      throw new IOException("TIFF fax compression of colours or tiles, which is not read");
    }
    Map<Integer, long[]> fields = new TreeMap<>();
    for (int tag :
        new int[] {
          WIDTH, LENGTH, COMPRESSION, FILL_ORDER, ROWS_PER_STRIP, FAX3_OPTIONS, FAX4_OPTIONS
        }) {
      if (directory.has(tag)) {
        fields.put(tag, new long[] {directory.number(tag, 0)});
      }
    }
    long[] lengthsInFile = new long[(int) segments()];
    for (int i = 0; i < lengthsInFile.length; i++) {
      lengthsInFile[i] = length(i, start(i));
    }
    fields.put(BITS, new long[] {1});
    fields.put(SAMPLES, new long[] {1});
    fields.put(PHOTOMETRIC, new long[] {1});
    fields.put(STRIP_OFFSETS, Arrays.copyOf(offsets, lengthsInFile.length));
    fields.put(STRIP_LENGTHS, lengthsInFile);
    byte[] levels = JdkCodec.bilevelTiff(directory.with(fields));
    return (segment, perPixel) -> {
      int[] at = {segment * segmentHeight * width};
      return row -> {
        for (int x = 0; x < width; x++) {
          row[x] = levels[at[0]++];
        }
      };
    };
  }

  private Rows jpeg(int segment, int perPixel) throws IOException {
    int start = start(segment);
    byte[] jpeg = Arrays.copyOfRange(file, start, start + length(segment, start));
    Optional<ByteBuffer> tables = directory.bytes(JPEG_TABLES);
    if (tables.isPresent() && tables.get().limit() > 4) {
      byte[] first = new byte[tables.get().limit() - 2]; // without the end's marker
      tables.get().get(first);
      jpeg = Bytes.concat(first, Arrays.copyOfRange(jpeg, Math.min(2, jpeg.length), jpeg.length));
    }
    checkJpeg(jpeg, perPixel);
    int[] at = {0};
    if (perPixel == 4) {
      InkJpeg.Samples inks = InkJpeg.samplesOf(jpeg);
      return row -> {
        for (int x = 0; x < segmentWidth; x++) {
          for (int c = 0; c < 4; c++) {
            row[4 * x + c] = inks.of(at[0] + x, c);
          }
        }
        at[0] += inks.width();
      };
    }
    Image image = NativeCodec.decodeJpeg(InkJpeg.declared(jpeg, colours.isYCbCr()), 1);
    return row -> {
      for (int i = 0; i < row.length; i++) {
        row[i] = image.rgb()[perPixel == 1 ? 3 * (at[0] + i) : 3 * at[0] + i] & 0xff;
      }
      at[0] += image.width();
    };
  }

  private void checkJpeg(byte[] jpeg, int perPixel) throws IOException {
    int frame = JpegSegments.find(ByteBuffer.wrap(jpeg), JpegSegments::isFrame, "");
    if (frame < 0 || perPixel == 2 || perPixel > 4 || JpegSegments.scans(jpeg) > Codec.MOST_SCANS) {
      throw new IOException("a strip or tile of JPEG that is not read");
    }
    ByteBuffer header = ByteBuffer.wrap(jpeg, frame, jpeg.length - frame).slice();
    int jpegHeight = header.getChar(1);
    int jpegWidth = header.getChar(3);
    limit.check(jpegWidth, jpegHeight);
    if (jpegWidth != segmentWidth || jpegHeight > segmentHeight || header.get(5) != perPixel) {
      throw new IOException("a strip or tile of JPEG of another size");
    }
  }
}

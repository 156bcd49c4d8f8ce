package org.genimage.data.doctor;

import com.google.common.hash.Hashing;
import com.google.common.io.ByteSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageHeader;
import org.genimage.data.image.UnreadableImageException;
import org.genimage.data.internal.Interruption;
import org.genimage.data.internal.LimitedFiles;

/**
 * What the doctor found in one file.
 *
 * @param bytes the file's length
 * @param hash the first 64 bits of the SHA-256 of its content
 * @param header what the file states before its pixels
 * @param defects its defects, without duplicates of other files
 * @param reason why it cannot be decoded; empty if it can
 * @param look how it looks; empty if it has no contrast or cannot be decoded
 */
record Examination(
    long bytes,
    long hash,
    ImageHeader header,
    Set<Defect> defects,
    String reason,
    Optional<PerceptualHash> look) {

  static Examination of(Sample sample) {
    Set<Defect> defects = EnumSet.noneOf(Defect.class);
    byte[] file;
    try {
      file = LimitedFiles.read(sample.content());
    } catch (IOException e) {
      Interruption.check(e, sample.name() + " was being read");
      ImageHeader unknown = new ImageHeader("unknown", 0, 0, 0, OptionalInt.empty());
      return new Examination(
          0, 0, unknown, EnumSet.of(Defect.CORRUPT), oneLine(e.toString()), Optional.empty());
    }
    ImageHeader header = header(file);
    if (isMisnamed(header, sample.name())) {
      defects.add(Defect.MISNAMED);
    }
    if (isCmyk(header)) {
      defects.add(Defect.CMYK);
    }
    String reason = "";
    Optional<PerceptualHash> look = Optional.empty();
    try {
      Image image = Image.read(sample.name(), ByteSource.wrap(file));
      if (header.width() == 0) { // only headers of JPEG and PNG are read
        header = header.sized(image.width(), image.height());
      }
      look = PerceptualHash.of(image);
    } catch (UnreadableImageException e) {
      reason = oneLine(e.getMessage());
      defects.add(
          file.length == 0
              ? Defect.EMPTY
              : isComplete(header.format(), file) ? Defect.CORRUPT : Defect.TRUNCATED);
    }
    int side = sample.label() == Label.AI ? sample.generator().imageSide() : 0;
    if (side > 0 && header.width() > 0 && (header.width() != side || header.height() != side)) {
      defects.add(Defect.ODD_SIZE);
    }
    long hash = Hashing.sha256().hashBytes(file).asLong();
    return new Examination(file.length, hash, header, defects, reason, look);
  }

  String size() {
    return header.width() + "x" + header.height();
  }

  static boolean isMisnamed(ImageHeader header, String name) {
    return !header.format().equals(formatOf(name)) && !header.format().equals("unknown");
  }

  static boolean isCmyk(ImageHeader header) {
    return header.format().equals("JPEG") && header.channels() == 4;
  }

  private static ImageHeader header(byte[] file) {
    try {
      return ImageHeader.read(ByteSource.wrap(file).openStream());
    } catch (IOException e) {
      throw new AssertionError(e); // bytes in memory
    }
  }

  /** Returns whether a file ends as its format prescribes; true for formats that are not known. */
  private static boolean isComplete(String format, byte[] file) {
    int n = file.length;
    return switch (format) {
      case "PNG" ->
          n >= 8 && new String(file, n - 8, 4, StandardCharsets.ISO_8859_1).equals("IEND");
      case "JPEG" -> n >= 2 && file[n - 2] == (byte) 0xff && file[n - 1] == (byte) 0xd9;
      default -> true;
    };
  }

  private static String formatOf(String name) {
    return name.toLowerCase(Locale.ROOT).endsWith(".png") ? "PNG" : "JPEG";
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\s+", " ");
  }
}

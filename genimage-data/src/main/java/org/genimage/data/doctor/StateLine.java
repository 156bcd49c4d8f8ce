package org.genimage.data.doctor;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.hash.Hashing;
import com.google.common.io.BaseEncoding;
import com.google.common.primitives.Longs;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.genimage.data.image.ImageHeader;

/**
 * A line of the file that stores an unfinished examination: what was found in one image. It is a
 * checksum (the first 64 bits of SHA-256, 16 hexadecimal digits), a space and a JSON object in
 * ASCII. A line that differs from what was written is not read.
 */
final class StateLine {

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
  private static final BaseEncoding HEX = BaseEncoding.base16().lowerCase();
  private static final int CHECKSUM = 16;
  private static final Set<String> FORMATS =
      Set.of("JPEG", "PNG", "WebP", "GIF", "BMP", "TIFF", "PPM", "unknown");

  private StateLine() {}

  /** Returns the line of an image, without a line end. */
  static String of(String place, Examination examination) {
    ImageHeader header = examination.header();
    ObjectNode json =
        JSON.createObjectNode()
            .put("place", place)
            .put("bytes", examination.bytes())
            .put("hash", HEX.encode(Longs.toByteArray(examination.hash())))
            .put("format", header.format())
            .put("width", header.width())
            .put("height", header.height())
            .put("channels", header.channels())
            .put("quality", header.quality().orElse(0))
            .put("defects", names(examination.defects()))
            .put("reason", examination.reason())
            .put("look", examination.look().map(StateLine::hex).orElse(""));
    try {
      String text = JSON.writeValueAsString(json);
      return checksum(text) + " " + text;
    } catch (JsonProcessingException e) {
      throw new AssertionError(e); // a tree in memory
    }
  }

  /** Reads the line of an image; empty if it is damaged, or of another image. */
  static Optional<Examination> read(byte[] line, String place) {
    String text = new String(line, StandardCharsets.ISO_8859_1);
    if (text.length() <= CHECKSUM + 1) {
      return Optional.empty();
    }
    String content = text.substring(CHECKSUM + 1);
    if (!text.equals(checksum(content) + " " + content)) {
      return Optional.empty();
    }
    try {
      JsonNode json = JSON.readTree(content);
      Examination examination =
          new Examination(
              json.path("bytes").asLong(),
              Longs.fromByteArray(HEX.decode(json.path("hash").asText())),
              header(
                  json.path("format").asText(),
                  json.path("width").asInt(),
                  json.path("height").asInt(),
                  json.path("channels").asInt(),
                  json.path("quality").asInt()),
              defects(json.path("defects").asText()),
              json.path("reason").asText(),
              look(json.path("look").asText()));
      return of(place, examination).equals(text) && isInRange(examination)
          ? Optional.of(examination)
          : Optional.empty();
    } catch (JsonProcessingException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /**
   * Reads a line as version 0.1.0 wrote it: ten parts separated by tabs, without a checksum. Its
   * parts must agree with one another, and writing it again must give the same line.
   *
   * @param side of the generator's published images, if the image must have it; otherwise 0
   */
  static Optional<Examination> readOld(byte[] line, String place, int side) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line)).toString();
      List<String> parts = List.of(text.split("\t", -1));
      if (parts.size() != 10 || !parts.get(0).equals(place)) {
        return Optional.empty();
      }
      Examination examination =
          new Examination(
              Long.parseLong(parts.get(1)),
              Long.parseUnsignedLong(parts.get(2), 16),
              header(
                  parts.get(3),
                  Integer.parseInt(parts.get(4)),
                  Integer.parseInt(parts.get(5)),
                  Integer.parseInt(parts.get(6)),
                  Integer.parseInt(parts.get(7))),
              defects(parts.get(8)),
              parts.get(9),
              Optional.empty());
      return old(place, examination).equals(text) && agrees(place, examination, side)
          ? Optional.of(examination)
          : Optional.empty();
    } catch (CharacterCodingException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static String old(String place, Examination examination) {
    ImageHeader header = examination.header();
    return String.join(
        "\t",
        place,
        Long.toString(examination.bytes()),
        Long.toHexString(examination.hash()),
        header.format(),
        Integer.toString(header.width()),
        Integer.toString(header.height()),
        Integer.toString(header.channels()),
        Integer.toString(header.quality().orElse(0)),
        names(examination.defects()),
        examination.reason());
  }

  private static boolean agrees(String place, Examination found, int side) {
    ImageHeader header = found.header();
    Set<Defect> defects = found.defects();
    boolean odd =
        side > 0 && header.width() > 0 && (header.width() != side || header.height() != side);
    return isInRange(found)
        && FORMATS.contains(header.format())
        && (header.quality().isEmpty() || header.format().equals("JPEG"))
        && defects.contains(Defect.MISNAMED) == Examination.isMisnamed(header, place)
        && defects.contains(Defect.CMYK) == Examination.isCmyk(header)
        && defects.contains(Defect.ODD_SIZE) == odd
        && !defects.contains(Defect.DUPLICATE)
        && !defects.contains(Defect.NEAR_DUPLICATE)
        && defects.stream().filter(Defect::isUnreadable).count()
            == (found.reason().isEmpty() ? 0 : 1)
        && (!defects.contains(Defect.EMPTY) || found.bytes() == 0);
  }

  private static boolean isInRange(Examination found) {
    ImageHeader header = found.header();
    return found.bytes() >= 0
        && header.width() >= 0
        && header.height() >= 0
        && header.channels() >= 0
        && header.channels() <= 255
        && header.quality().orElse(1) >= 1
        && header.quality().orElse(1) <= 100;
  }

  private static ImageHeader header(
      String format, int width, int height, int channels, int quality) {
    return new ImageHeader(
        format,
        width,
        height,
        channels,
        quality == 0 ? OptionalInt.empty() : OptionalInt.of(quality));
  }

  private static String names(Set<Defect> defects) {
    return defects.stream().map(Defect::name).collect(Collectors.joining(","));
  }

  private static Set<Defect> defects(String names) {
    Set<Defect> defects = EnumSet.noneOf(Defect.class);
    for (String name : names.split(",")) {
      if (!name.isEmpty()) {
        defects.add(Defect.valueOf(name));
      }
    }
    return defects;
  }

  private static String hex(PerceptualHash look) {
    return HEX.encode(
        ByteBuffer.allocate(PerceptualHash.BITS / Byte.SIZE)
            .putLong(look.coarse())
            .putLong(look.fine1())
            .putLong(look.fine2())
            .putLong(look.fine3())
            .array());
  }

  private static Optional<PerceptualHash> look(String hex) {
    if (hex.isEmpty()) {
      return Optional.empty();
    }
    checkArgument(hex.length() == PerceptualHash.BITS / 4, "hash of %s digits", hex.length());
    ByteBuffer bytes = ByteBuffer.wrap(HEX.decode(hex));
    return Optional.of(
        new PerceptualHash(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong()));
  }

  static String checksum(String text) {
    return Hashing.sha256()
        .hashString(text, StandardCharsets.ISO_8859_1)
        .toString()
        .substring(0, CHECKSUM);
  }
}

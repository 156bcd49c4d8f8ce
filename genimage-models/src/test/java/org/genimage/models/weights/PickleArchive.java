package org.genimage.models.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** PyTorch archives around pickles that are written by hand, one character for each byte. */
final class PickleArchive {

  private PickleArchive() {}

  /** Writes an archive of a pickle and two storages of 16 bytes: 1, 2, 3, 4, and the same. */
  static Path write(Path file, String pickle) {
    return write(file, pickle, HexFormat.of().parseHex("0000803f000000400000404000008040"));
  }

  /** Writes an archive of a pickle and two storages of the same bytes. */
  static Path write(Path file, String pickle, byte[] storage) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.setMethod(ZipOutputStream.STORED);
      put(zip, "archive/data.pkl", pickle.getBytes(StandardCharsets.ISO_8859_1));
      put(zip, "archive/data/0", storage);
      put(zip, "archive/data/1", storage);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      return Files.write(file, bytes.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    CRC32 checksum = new CRC32();
    checksum.update(content);
    entry.setSize(content.length);
    entry.setCrc(checksum.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }

  /** Returns a text of fewer than 256 characters as an instruction. */
  static String text(String value) {
    return "X" + (char) value.length() + "\0\0\0" + value;
  }

  /** Returns a number as an instruction. */
  static String integer(int value) {
    return "J"
        + (char) (value & 0xff)
        + (char) (value >> 8 & 0xff)
        + (char) (value >> 16 & 0xff)
        + (char) (value >> 24 & 0xff);
  }

  /** Returns the instructions that make a tensor of the first two values of a storage. */
  static String tensor(String storage) {
    return tensor(id(storage), "K\0", "K\2\u0085", "K\1\u0085");
  }

  /** Returns the instructions that make a tensor of any storage, offset, shape and strides. */
  static String tensor(String storage, String offset, String shape, String strides) {
    return "ctorch._utils\n_rebuild_tensor_v2\n("
        + storage
        + offset
        + shape
        + strides
        + "\u0089ccollections\nOrderedDict\n)RtR";
  }

  /** Returns the instructions that refer to a storage of four floats. */
  static String id(String key) {
    return id("ctorch\nFloatStorage\n", text(key), "K\4");
  }

  /** Returns the instructions that refer to a storage of any type, key and number of values. */
  static String id(String type, String key, String count) {
    return "(" + text("storage") + type + key + text("cpu") + count + "tQ";
  }

  /** Returns a pickle of a dictionary: {@code model} with a tensor {@code w}, and another entry. */
  static String checkpoint(String beside) {
    return "}(" + text("model") + "}" + text("w") + tensor("0") + "s" + text("o") + beside + "u.";
  }
}

package org.genimage.models.weights;

import static org.genimage.models.weights.PyTorchFile.shown;

import com.google.common.io.ByteStreams;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.genimage.models.weights.TensorPickle.Storage;

/**
 * The records of a PyTorch file in zip format. Each is compared with its checksum before its first
 * byte is used: the JDK does not compare those of records that are not compressed, and a flipped
 * bit in a storage is another number.
 */
final class CheckpointArchive implements PyTorchFile.Storages {

  private final Path file;
  private final ZipFile zip;
  private final String root;
  private final boolean checksums;
  private final Set<String> verified = new HashSet<>();

  private CheckpointArchive(Path file, ZipFile zip, String root, boolean checksums) {
    this.file = file;
    this.zip = zip;
    this.root = root;
    this.checksums = checksums;
  }

  /**
   * Opens an archive.
   *
   * @param zip the file, open while the archive is looked through; contents open it anew
   */
  static CheckpointArchive of(Path file, ZipFile zip) throws IOException {
    return new CheckpointArchive(file, zip, root(zip), hasChecksums(zip));
  }

  private static List<String> names(ZipFile zip) throws IOException {
    try {
      return zip.stream().map(ZipEntry::getName).toList();
    } catch (IllegalArgumentException e) { // JDK 17 opens such an archive, then fails on the name
      RefusedCheckpointException refused =
          new RefusedCheckpointException(
              "it is damaged: the name of a record is not UTF-8; download it again");
      refused.initCause(e);
      throw refused;
    }
  }

  /** Returns the archive's one folder, with a slash. */
  private static String root(ZipFile zip) throws IOException {
    List<String> pickles =
        names(zip).stream().filter(name -> name.matches("[^/]+/data\\.pkl")).toList();
    if (pickles.size() != 1) {
      throw new RefusedCheckpointException(
          "it is an archive with %d records data.pkl, where PyTorch writes one", pickles.size());
    }
    String root = pickles.get(0).substring(0, pickles.get(0).length() - "data.pkl".length());
    if (zip.getEntry(root + "constants.pkl") != null) {
      throw new RefusedCheckpointException(
          "it is a TorchScript archive, a program; load it in PyTorch and save its state_dict()");
    }
    return root;
  }

  /** PyTorch can be told to calculate no checksums, and then states 0 for every record. */
  private static boolean hasChecksums(ZipFile zip) {
    Enumeration<? extends ZipEntry> entries = zip.entries();
    while (entries.hasMoreElements()) {
      if (entries.nextElement().getCrc() != 0) {
        return true;
      }
    }
    return false;
  }

  private ZipEntry entry(String name) throws IOException {
    ZipEntry entry = zip.getEntry(root + name);
    if (entry == null) {
      throw new RefusedCheckpointException(
          "its record %s is missing; download it again", shown(name));
    }
    // An expansion without bound hides in compression, and PyTorch never compresses.
    if (entry.getMethod() != ZipEntry.STORED || entry.getSize() != entry.getCompressedSize()) {
      throw new RefusedCheckpointException(
          "its record %s is compressed; load and save it in PyTorch", shown(name));
    }
    return entry;
  }

  /** Returns an entry whose content has been compared with its checksum. */
  private ZipEntry verified(String name) throws IOException {
    ZipEntry entry = entry(name);
    if (checksums && verified.add(name)) {
      CRC32 checksum = new CRC32();
      try (InputStream in = new CheckedInputStream(zip.getInputStream(entry), checksum)) {
        ByteStreams.exhaust(in);
      }
      if (checksum.getValue() != entry.getCrc()) {
        throw new RefusedCheckpointException(
            "its record %s is damaged: its checksum is %08x, recorded is %08x; download it again",
            shown(name), checksum.getValue(), entry.getCrc());
      }
    }
    return entry;
  }

  CheckpointInput pickle() throws IOException {
    ZipEntry pickle = verified("data.pkl");
    return new CheckpointInput(zip.getInputStream(pickle), pickle.getSize());
  }

  /** Returns the order of bytes in every storage; little-endian if the file does not say. */
  ByteOrder order() throws IOException {
    if (zip.getEntry(root + "byteorder") == null) {
      return ByteOrder.LITTLE_ENDIAN;
    }
    try (InputStream in = zip.getInputStream(verified("byteorder"))) {
      String name = new String(in.readNBytes(16), StandardCharsets.US_ASCII);
      return switch (name) {
        case "little" -> ByteOrder.LITTLE_ENDIAN;
        case "big" -> ByteOrder.BIG_ENDIAN;
        default ->
            throw new RefusedCheckpointException(
                "its record byteorder is %s, expected little or big; download it again", name);
      };
    }
  }

  @Override
  public long length(Storage storage) throws IOException {
    return entry("data/" + storage.key()).getSize();
  }

  @Override
  public StoredNumbers.Content content(Storage storage) throws IOException {
    String name = verified("data/" + storage.key()).getName();
    return () -> record(name);
  }

  private InputStream record(String name) throws IOException {
    ZipFile again = new ZipFile(file.toFile());
    try {
      ZipEntry entry = again.getEntry(name);
      if (entry == null) {
        throw new EOFException("its record %s is gone".formatted(shown(name)));
      }
      InputStream in = again.getInputStream(entry);
      return new FilterInputStream(in) {
        @Override
        public void close() throws IOException {
          again.close(); // with its streams
        }
      };
    } catch (IOException | RuntimeException e) {
      again.close();
      throw e;
    }
  }
}

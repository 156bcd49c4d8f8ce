package org.genimage.data.archive;

import com.google.common.hash.Hashing;
import com.google.common.io.ByteArrayDataOutput;
import com.google.common.io.ByteStreams;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.genimage.data.internal.NameList;
import org.genimage.data.internal.WholeFiles;

/**
 * Stores the file names of folders, one index file per folder, so that a folder of 160,000 images
 * is opened without being listed again. An index file is valid while the folder's modification time
 * stays the same: file systems change it whenever a file is added, removed or renamed. If an index
 * file cannot be read, is damaged or has another version, the folder is listed again. If it cannot
 * be written, a warning is logged.
 */
public final class ListingIndex {

  private static final System.Logger LOG = System.getLogger(ListingIndex.class.getName());
  private static final int MAGIC = 0x47494c31; // "GIL1"
  private static final int CHECKSUM = 4;

  /** A folder that changed this recently may change again within one tick of its clock. */
  private static final Duration SETTLED = Duration.ofSeconds(2);

  private final Path folder;

  /**
   * Creates an index.
   *
   * @param folder where the index files are; created when the first is written
   */
  public ListingIndex(Path folder) {
    this.folder = folder;
  }

  /** Lists a folder. */
  interface Listing {
    List<String> names() throws IOException;
  }

  List<String> names(Path listed, Listing listing) throws IOException {
    long modified = Files.getLastModifiedTime(listed).to(TimeUnit.NANOSECONDS);
    Path file = file(listed);
    Optional<NameList> known = read(file, listed, modified);
    if (known.isPresent()) {
      return known.get();
    }
    Instant before = Instant.now();
    NameList names = NameList.of(listing.names());
    Instant changed = Files.getLastModifiedTime(listed).toInstant();
    if (changed.plus(SETTLED).isBefore(before)) {
      write(file, listed, modified, names);
    }
    return names;
  }

  private Path file(Path listed) {
    String name = listed.toAbsolutePath().normalize().toString();
    return folder.resolve(
        "genimage-" + Hashing.sha256().hashString(name, StandardCharsets.UTF_8) + ".index");
  }

  private static Optional<NameList> read(Path file, Path listed, long modified) {
    try {
      byte[] bytes = Files.readAllBytes(file);
      int length = bytes.length - CHECKSUM;
      if (length < 0) {
        throw new IOException("cut short");
      }
      var in = ByteStreams.newDataInput(bytes);
      in.skipBytes(length);
      if (in.readInt() != Hashing.crc32c().hashBytes(bytes, 0, length).asInt()) {
        throw new IOException("checksum differs");
      }
      var content = new DataInputStream(new ByteArrayInputStream(bytes, 0, length));
      if (content.readInt() != MAGIC
          || !content.readUTF().equals(listed.getFileName().toString())
          || content.readLong() != modified) {
        return Optional.empty();
      }
      return Optional.of(NameList.read(content));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      LOG.log(
          Level.WARNING,
          "{0}: cannot be used ({1}); {2} is listed again",
          file,
          WholeFiles.reason(e),
          listed);
      return Optional.empty();
    }
  }

  private void write(Path file, Path listed, long modified, NameList names) {
    try {
      ByteArrayDataOutput out = ByteStreams.newDataOutput();
      out.writeInt(MAGIC);
      out.writeUTF(listed.getFileName().toString());
      out.writeLong(modified);
      names.write(out);
      byte[] content = out.toByteArray();
      out.writeInt(Hashing.crc32c().hashBytes(content).asInt());
      WholeFiles.write(file, out.toByteArray());
    } catch (IOException e) {
      LOG.log(
          Level.WARNING,
          "{0}: the list of files in {1} cannot be written there ({2}); opening stays slow",
          folder,
          listed,
          WholeFiles.reason(e));
    }
  }
}

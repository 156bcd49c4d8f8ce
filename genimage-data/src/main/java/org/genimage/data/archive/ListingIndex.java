package org.genimage.data.archive;

import com.google.common.hash.Hashing;
import com.google.common.io.ByteArrayDataOutput;
import com.google.common.io.ByteStreams;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.genimage.data.internal.NameList;
import org.genimage.data.internal.WholeFiles;

/**
 * Stores the file names of folders, one index file per folder, so that a folder of 160,000 images
 * is opened without being listed again. An index file is valid while the folder's inode number,
 * change time (ctime) and modification time stay the same. The modification time alone does not
 * suffice: {@code tar -x}, {@code cp -a} and {@code rsync -t} set it back after they have written.
 * A folder is listed again at every opening if its file system has no change time, as on Windows,
 * or none that can be trusted, as FAT. If an index file cannot be read, is damaged or has another
 * version, the folder is listed again. If it cannot be written, a warning is logged.
 */
public final class ListingIndex {

  private static final System.Logger LOG = System.getLogger(ListingIndex.class.getName());
  private static final int MAGIC = 0x47494c32; // "GIL2"; "GIL1" had the modification time only
  private static final int CHECKSUM = 4;

  /** A folder that changed this recently may change again within one tick of its clock. */
  private static final Duration SETTLED = Duration.ofSeconds(2);

  private final Path folder;
  private final FolderState.Reader states;
  private final InstantSource clock;

  /**
   * Creates an index.
   *
   * @param folder where the index files are; created when the first is written
   */
  public ListingIndex(Path folder) {
    this(folder, FolderState::of, InstantSource.system());
  }

  ListingIndex(Path folder, FolderState.Reader states, InstantSource clock) {
    this.folder = folder;
    this.states = states;
    this.clock = clock;
  }

  /** Lists a folder. */
  public interface Listing {

    /** Returns the names of its images, in natural order. */
    List<String> names() throws IOException;
  }

  /**
   * Returns the names of a folder's images: those of its index file if that is valid, or else those
   * of the listing, which are then written to it.
   *
   * @throws IOException if the folder's state cannot be read, or the listing fails
   */
  public List<String> names(Path listed, Listing listing) throws IOException {
    Optional<FolderState> state = states.of(listed);
    if (state.isEmpty()) {
      return NameList.of(listing.names());
    }
    Path file = file(listed);
    Optional<NameList> known = read(file, listed, state.get());
    if (known.isPresent()) {
      return known.get();
    }
    Instant before = clock.instant();
    NameList names = NameList.of(listing.names());
    if (states.of(listed).equals(state) && state.get().isBefore(before.minus(SETTLED))) {
      write(file, listed, state.get(), names);
    }
    return names;
  }

  private Path file(Path listed) {
    String name = listed.toAbsolutePath().normalize().toString();
    return folder.resolve(
        "genimage-" + Hashing.sha256().hashString(name, StandardCharsets.UTF_8) + ".index");
  }

  private static Optional<NameList> read(Path file, Path listed, FolderState state) {
    try {
      if (Files.readAttributes(file, BasicFileAttributes.class).isOther()) {
        throw new IOException("no file");
      }
      byte[] bytes = Files.readAllBytes(file);
      int length = bytes.length - CHECKSUM;
      if (length < 0) {
        throw new IOException("cut short");
      }
      var in = ByteStreams.newDataInput(bytes);
      in.skipBytes(length);
      if (in.readInt() != checksum(bytes, length)) {
        throw new IOException("checksum differs");
      }
      var content = new DataInputStream(new ByteArrayInputStream(bytes, 0, length));
      if (content.readInt() != MAGIC
          || !content.readUTF().equals(String.valueOf(listed.getFileName()))
          || !state.equals(
              new FolderState(content.readLong(), content.readLong(), content.readLong()))) {
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
          e instanceof EOFException ? "ends too early" : WholeFiles.reason(e),
          listed);
      return Optional.empty();
    }
  }

  /** Uses the processor's instruction for this checksum, unlike Guava. */
  private static int checksum(byte[] bytes, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, length);
    return (int) checksum.getValue();
  }

  private void write(Path file, Path listed, FolderState state, NameList names) {
    try {
      ByteArrayDataOutput out = ByteStreams.newDataOutput();
      out.writeInt(MAGIC);
      out.writeUTF(String.valueOf(listed.getFileName()));
      out.writeLong(state.inode());
      out.writeLong(state.modified());
      out.writeLong(state.changed());
      names.write(out);
      byte[] content = out.toByteArray();
      out.writeInt(checksum(content, content.length));
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

package org.genimage.data.doctor;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.genimage.data.DatasetException;
import org.genimage.data.FolderDataset;
import org.genimage.data.Label;
import org.genimage.data.internal.InOrder;
import org.genimage.data.internal.OutputLock;

/**
 * The file that stores an unfinished examination, open and locked: a first line, then one {@link
 * StateLine} per image, in the benchmark's order. It grows line by line. The first line that is
 * damaged ends what is read; it and all lines after it are cut off, and their images examined
 * again.
 */
final class ExaminationState implements AutoCloseable {

  private static final String FORMAT = "genimage examination ";
  private static final String FIRST_LINE = FORMAT + "2";
  private static final String OLD_FIRST_LINE = FORMAT + "1";
  private static final int MAX_LINE = 1 << 20;

  private final Path file;
  private final OutputLock lock;
  private final FileChannel channel;
  private final InputStream in;
  private final OutputStream out;
  private int oldLines;

  /** Opens streams beside the channel, since an interrupt would close the channel. */
  private ExaminationState(Path file, OutputLock lock, FileChannel channel) throws IOException {
    this.file = file;
    this.lock = lock;
    this.channel = channel;
    this.in = new BufferedInputStream(Files.newInputStream(file));
    this.out = Files.newOutputStream(file, StandardOpenOption.APPEND);
  }

  /**
   * Opens a file, and makes it if it is missing.
   *
   * @throws DatasetException if another examination has it open
   */
  static ExaminationState open(Path file) throws IOException {
    OutputLock lock =
        OutputLock.of(file)
            .orElseThrow(
                () ->
                    new DatasetException(
                        file
                            + ": another examination writes to it; wait for its end or choose"
                            + " another file"));
    try {
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      return new ExaminationState(file, lock, channel);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /**
   * Reads what is known of the first images, and cuts off the rest.
   *
   * @return the number of images known
   * @throws DatasetException if the file has another format; it is then left as it is
   */
  int read(FolderDataset images, InOrder.Result<Examination> known) throws IOException {
    Optional<byte[]> first = line();
    String format = first.map(line -> new String(line, StandardCharsets.ISO_8859_1)).orElse("");
    boolean old = format.equals(OLD_FIRST_LINE);
    if (!old && !format.equals(FIRST_LINE)) {
      checkUnfinished();
      begin();
      return 0;
    }
    long valid = format.length() + 1L;
    int count = 0;
    while (count < images.size()) {
      Optional<byte[]> line = line();
      if (line.isEmpty()) {
        break;
      }
      String place = images.place(count);
      Optional<Examination> examination = StateLine.read(line.get(), place);
      if (examination.isPresent()) {
        old = false; // 0.1.0 wrote no line after this one
      } else if (old) {
        examination = StateLine.readOld(line.get(), place, side(images, count));
      }
      if (examination.isEmpty()) {
        break;
      }
      oldLines += old ? 1 : 0;
      known.take(count++, examination.get());
      valid += line.get().length + 1L;
    }
    channel.truncate(valid);
    return count;
  }

  /** Returns how many images were taken over from version 0.1.0. */
  int oldLines() {
    return oldLines;
  }

  private static int side(FolderDataset images, int index) {
    FolderDataset.Folder folder = images.folders().get(images.position(index).folder());
    return folder.label() == Label.AI ? folder.generator().imageSide() : 0;
  }

  /** Returns the next line without its end; empty if the file ends before the line does. */
  private Optional<byte[]> line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int next;
    while ((next = in.read()) != '\n') {
      if (next < 0 || line.size() == MAX_LINE) {
        return Optional.empty();
      }
      line.write(next);
    }
    return Optional.of(line.toByteArray());
  }

  /** Accepts a file that ends within the first line, as after an interruption, and no other. */
  private void checkUnfinished() throws IOException {
    ByteBuffer start = ByteBuffer.allocate(FIRST_LINE.length());
    while (channel.read(start, start.position()) > 0) {
      continue;
    }
    String found = new String(start.array(), 0, start.position(), StandardCharsets.ISO_8859_1);
    if (channel.size() == found.length()
        && (FIRST_LINE.startsWith(found) || OLD_FIRST_LINE.equals(found))) {
      return;
    }
    String wrong =
        found.startsWith(FORMAT)
            ? " of format 1 or 2, found another format or a damaged first line"
            : ", found another file";
    throw new DatasetException(
        file + ": expected the state of an examination" + wrong + "; choose another name");
  }

  private void begin() throws IOException {
    channel.truncate(0);
    out.write((FIRST_LINE + "\n").getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Adds the next image's line. */
  void append(String place, Examination examination) throws IOException {
    out.write((StateLine.of(place, examination) + "\n").getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Deletes the file, when the examination is finished. */
  void delete() throws IOException {
    Files.deleteIfExists(file);
  }

  @Override
  public void close() throws IOException {
    try (lock;
        channel;
        in;
        out) {
      return; // closes all, the lock last
    }
  }
}

package org.genimage.data.doctor;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.genimage.data.DatasetException;
import org.genimage.data.FolderDataset;
import org.genimage.data.GenImage;
import org.genimage.data.Progress;
import org.genimage.data.internal.InOrder;
import org.genimage.data.internal.WholeFiles;

/**
 * Examines every image file of a benchmark: reads and decodes it, and compares its format, size and
 * content with what is published and with the other files.
 *
 * <pre>{@code
 * DataReport report = DataDoctor.of(GenImage.open(folder)).examine(Progress.NONE);
 * report.quarantine().writeTo(list);
 * }</pre>
 *
 * @param data the benchmark
 * @param threads the number of threads that read and decode
 * @param state the file that stores an unfinished examination, if any
 */
public record DataDoctor(GenImage data, int threads, Optional<Path> state) {

  private static final String FIRST_LINE = "genimage examination 1";
  private static final int FLUSH_EVERY = 100;

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if the number of threads is not positive
   */
  public DataDoctor {
    checkArgument(threads > 0, "number of threads must be positive, got %s", threads);
  }

  /** Returns a doctor with one thread per processor and no file for an unfinished examination. */
  public static DataDoctor of(GenImage data) {
    return new DataDoctor(data, Runtime.getRuntime().availableProcessors(), Optional.empty());
  }

  /**
   * Returns these settings with another number of threads.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public DataDoctor threads(int threads) {
    return new DataDoctor(data, threads, state);
  }

  /**
   * Returns these settings with a file that stores the findings so far, one line per image. An
   * interrupted examination resumes there; a finished one deletes the file. Images in the file are
   * not read again, even if they have changed.
   */
  public DataDoctor state(Path file) {
    return new DataDoctor(data, threads, Optional.of(file));
  }

  /**
   * Examines all images that exist. The report is the same for any number of threads.
   *
   * @param progress receives the number of images examined, on the calling thread
   * @throws DatasetException if the state's file has another format; it is then left as it is
   * @throws UncheckedIOException if the state cannot be read or written
   * @throws CancellationException if this thread is interrupted; its interrupt flag stays set, and
   *     the state is kept
   */
  public DataReport examine(Progress progress) {
    FolderDataset images = data.everything();
    DataReport.Builder report = new DataReport.Builder(images, data.missing());
    try {
      int known = resume(images, report, progress);
      try (Writer out = state.isPresent() ? writer(state.get()) : Writer.nullWriter()) {
        InOrder.run(
            known,
            images.size(),
            threads,
            images::sample,
            Examination::of,
            (i, examination) -> {
              out.write(examination.line(images.place(i)) + "\n");
              if (i % FLUSH_EVERY == 0) {
                out.flush();
              }
              report.add(i, examination);
              progress.update(i + 1L, images.size());
            });
      }
      DataReport finished = report.build();
      if (state.isPresent()) {
        Files.deleteIfExists(state.get());
      }
      return finished;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s: the examination's state cannot be written (%s); make room or choose another file"
              .formatted(state.orElseThrow(), WholeFiles.reason(e)),
          e);
    }
  }

  /** Takes over the lines of an earlier examination, and removes those that do not fit. */
  private int resume(FolderDataset images, DataReport.Builder report, Progress progress)
      throws IOException {
    if (state.isEmpty() || !Files.exists(state.get())) {
      return 0;
    }
    int known = 0;
    long valid = 0;
    try (BufferedReader in = Files.newBufferedReader(state.get(), StandardCharsets.UTF_8)) {
      String line = in.readLine();
      boolean cut = line != null && FIRST_LINE.startsWith(line) && isAll(line);
      if (line != null && !FIRST_LINE.equals(line) && !cut) {
        throw new DatasetException(
            "%s: expected the state of an examination, found another file; choose another name"
                .formatted(state.get()));
      }
      if (FIRST_LINE.equals(line)) {
        valid = FIRST_LINE.length() + 1L;
      }
      while (known < images.size() && (line = in.readLine()) != null) {
        Optional<Examination> examination = Examination.read(line, images.place(known));
        if (examination.isEmpty()) {
          break;
        }
        report.add(known++, examination.get());
        valid += line.getBytes(StandardCharsets.UTF_8).length + 1;
        progress.update(known, images.size());
      }
    }
    cut(state.get(), valid);
    return known;
  }

  private boolean isAll(String line) throws IOException {
    return Files.size(state.orElseThrow()) == line.length();
  }

  /** Truncates a file, or adds the line end that its last line lacks. */
  private static void cut(Path file, long length) throws IOException {
    try (SeekableByteChannel channel =
        Files.newByteChannel(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      if (channel.size() < length) {
        channel.position(channel.size());
        channel.write(ByteBuffer.wrap(new byte[] {'\n'}));
      }
      channel.truncate(length);
    }
  }

  /**
   * Opens the state to append to: it grows line by line, so that an interrupted examination resumes
   * behind the last complete line. It is the one output here that is not written at once.
   */
  private static Writer writer(Path file) throws IOException {
    Writer out =
        Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    if (Files.size(file) == 0) {
      out.write(FIRST_LINE + "\n");
    }
    return out;
  }
}

package org.genimage.data.doctor;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.genimage.data.DatasetException;
import org.genimage.data.FolderDataset;
import org.genimage.data.GenImage;
import org.genimage.data.Progress;
import org.genimage.data.internal.InOrder;
import org.genimage.data.internal.Interruption;
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
   * Returns these settings with a file that stores the findings so far, one line per image, each
   * with a checksum. An interrupted examination resumes there; a finished one deletes the file.
   * Images in the file are not read again, even if they have changed. From the first damaged line
   * on, images are examined again. Files of version 0.1.0 have no checksums, so their lines are
   * compared with what 0.1.0 could have written.
   */
  public DataDoctor state(Path file) {
    return new DataDoctor(data, threads, Optional.of(file));
  }

  /**
   * Examines all images that exist. The report is the same for any number of threads. Memory: 68
   * bytes per image, 180 MB for GenImage.
   *
   * @param progress receives the number of images examined, on the calling thread
   * @throws DatasetException if the state's file has another format, or another examination writes
   *     to it; it is then left as it is
   * @throws UncheckedIOException if the state cannot be read or written
   * @throws CancellationException if this thread is interrupted; its interrupt flag stays set, and
   *     the state is kept
   */
  public DataReport examine(Progress progress) {
    FolderDataset images = data.everything();
    DataReportBuilder report = new DataReportBuilder(images, data.missing());
    try {
      if (state.isEmpty()) {
        examine(images, 0, progress, report::add);
        return report.build();
      }
      return examine(images, progress, report, state.get());
    } catch (IOException e) {
      Interruption.check(e, state.orElseThrow() + " was being written");
      throw new UncheckedIOException(
          state.orElseThrow()
              + ": the examination's state cannot be written ("
              + WholeFiles.reason(e)
              + "); make room or choose another file",
          e);
    }
  }

  private DataReport examine(
      FolderDataset images, Progress progress, DataReportBuilder report, Path file)
      throws IOException {
    try (ExaminationState stored = ExaminationState.open(file)) {
      int known =
          stored.read(
              images,
              (i, examination) -> {
                report.add(i, examination);
                progress.update(i + 1L, images.size());
              });
      report.withoutLooks(stored.oldLines());
      examine(
          images,
          known,
          progress,
          (i, examination) -> {
            stored.append(images.place(i), examination);
            report.add(i, examination);
          });
      DataReport finished = report.build();
      stored.delete();
      return finished;
    }
  }

  private void examine(
      FolderDataset images, int from, Progress progress, InOrder.Result<Examination> result)
      throws IOException {
    InOrder.run(
        from,
        images.size(),
        threads,
        images::sample,
        Examination::of,
        (i, examination) -> {
          result.take(i, examination);
          progress.update(i + 1L, images.size());
        });
  }
}

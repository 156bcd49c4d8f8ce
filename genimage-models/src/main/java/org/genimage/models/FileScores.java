package org.genimage.models;

import com.google.common.base.Throwables;
import com.google.common.collect.AbstractIterator;
import com.google.common.collect.Streams;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.ImageFile;
import org.genimage.data.image.UnreadableImageException;

/**
 * Scores of files, batch by batch, while the next batch is read on the common pool: a reader who
 * walks away leaves nothing to close.
 */
final class FileScores extends AbstractIterator<FileScore> {

  private static final int BATCH = 16;

  private final Detector detector;
  private final Iterator<Path> files;
  private final Consumer<RuntimeException> failed;
  private final Queue<PendingImage> ahead = new ArrayDeque<>();
  private final Queue<FileScore> scored = new ArrayDeque<>();

  private FileScores(Detector detector, Iterator<Path> files, Consumer<RuntimeException> failed) {
    this.detector = detector;
    this.files = files;
    this.failed = failed;
  }

  /** A file and its image, ready for the detector. */
  private record PendingImage(Path file, CompletableFuture<Image> image) {}

  static Stream<FileScore> of(
      Detector detector, Iterator<Path> files, Consumer<RuntimeException> failed) {
    return Streams.stream(new FileScores(detector, files, failed));
  }

  @Override
  protected FileScore computeNext() {
    readAhead();
    while (scored.isEmpty() && !ahead.isEmpty()) {
      scoreBatch();
    }
    return scored.isEmpty() ? endOfData() : scored.remove();
  }

  private void readAhead() {
    while (ahead.size() < 2 * BATCH && files.hasNext()) {
      Path file = files.next();
      ahead.add(
          new PendingImage(
              file,
              CompletableFuture.supplyAsync(() -> detector.input().prepare(ImageFile.read(file)))));
    }
  }

  private void scoreBatch() {
    List<Path> names = new ArrayList<>();
    List<Image> images = new ArrayList<>();
    while (images.size() < detector.input().together(BATCH) && !ahead.isEmpty()) {
      PendingImage next = ahead.remove();
      try {
        images.add(next.image().join());
        names.add(next.file());
      } catch (CompletionException e) {
        Throwables.throwIfInstanceOf(e.getCause(), Error.class);
        report((RuntimeException) e.getCause());
      }
      readAhead();
    }
    if (!images.isEmpty()) {
      double[] scores =
          UndefinedScoreException.available(() -> detector.score(ImageBatch.of(images)));
      for (int i = 0; i < scores.length; i++) {
        if (Double.isFinite(scores[i])) {
          scored.add(new FileScore(names.get(i), scores[i]));
        } else {
          failed.accept(UndefinedScoreException.of(detector.name(), names.get(i)));
        }
      }
    }
  }

  private void report(RuntimeException problem) {
    if (problem instanceof UnreadableImageException e) {
      failed.accept(e);
    } else {
      throw problem;
    }
  }
}

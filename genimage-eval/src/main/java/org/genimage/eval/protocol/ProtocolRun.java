package org.genimage.eval.protocol;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.genimage.data.DatasetException;
import org.genimage.data.ErrorPolicy;
import org.genimage.data.ImageDataset;
import org.genimage.data.Progress;
import org.genimage.data.internal.WholeFiles;
import org.genimage.eval.Evaluation;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.Proportion;
import org.genimage.eval.ScoreFileException;
import org.genimage.eval.protocol.Protocol.Cell;
import org.genimage.eval.protocol.Protocol.Run;
import org.genimage.eval.protocol.ProtocolResult.Figure;
import org.genimage.models.Detector;

/**
 * The plan to fill a table of the paper with figures of our own. Every run's scores lie in a file
 * of their own below one folder, so a plan that was stopped goes on, and tables share runs.
 *
 * <pre>{@code
 * ProtocolResult result =
 *     ProtocolRun.of(Protocols.trainedOnOne(), folder)
 *         .detectors((name, training) -> ... train or load ...)
 *         .images(test -> ... find ...)
 *         .run();
 * }</pre>
 *
 * @param protocol the table
 * @param folder where the scores lie
 * @param detectors gives trained detectors; asked once for those of which scores are missing
 * @param images gives test images
 * @param attacks measures accuracy under an attack
 * @param onError what happens to images that cannot be read
 * @param progress hears of the images of each run
 */
public record ProtocolRun(
    Protocol protocol,
    Path folder,
    DetectorSource detectors,
    Function<TestImages, ImageDataset> images,
    AttackSource attacks,
    ErrorPolicy onError,
    Function<Run, Progress> progress) {

  /** Where trained detectors come from. */
  @FunctionalInterface
  public interface DetectorSource {

    /**
     * Trains or loads a detector, which the caller closes.
     *
     * @throws DatasetException if its training images are missing: its figures become holes
     */
    Detector detector(String name, TrainingSet training);
  }

  /** Where accuracies under attack come from. */
  @FunctionalInterface
  public interface AttackSource {

    /**
     * Attacks a detector and returns its accuracy on the attacked images.
     *
     * @param attack its name in the paper's table
     * @throws DatasetException if there is no such attack here: its figures become holes
     */
    Proportion attacked(String attack, Detector detector, ImageDataset images);
  }

  /** Returns the plan of a table without sources: every figure is a hole that says so. */
  public static ProtocolRun of(Protocol protocol, Path folder) {
    return new ProtocolRun(
        protocol,
        folder,
        (name, training) -> {
          throw new DatasetException("no source of detectors was given");
        },
        test -> {
          throw new DatasetException("no source of test images was given");
        },
        (attack, detector, data) -> {
          throw new DatasetException("%s: no such attack was given".formatted(attack));
        },
        ErrorPolicy.fail(),
        run -> Progress.NONE);
  }

  /** Returns the plan with this source of detectors. */
  public ProtocolRun detectors(DetectorSource source) {
    return new ProtocolRun(protocol, folder, source, images, attacks, onError, progress);
  }

  /**
   * Returns the plan with this source of test images.
   *
   * @param source throws {@link DatasetException} for images that are missing: their figures become
   *     holes
   */
  public ProtocolRun images(Function<TestImages, ImageDataset> source) {
    return new ProtocolRun(protocol, folder, detectors, source, attacks, onError, progress);
  }

  /** Returns the plan with this source of accuracies under attack. */
  public ProtocolRun attacks(AttackSource source) {
    return new ProtocolRun(protocol, folder, detectors, images, source, onError, progress);
  }

  /** Returns the plan with another way to deal with unreadable images. */
  public ProtocolRun onError(ErrorPolicy policy) {
    return new ProtocolRun(protocol, folder, detectors, images, attacks, policy, progress);
  }

  /** Returns the plan with someone who hears how far each run has come. */
  public ProtocolRun progress(Function<Run, Progress> listener) {
    return new ProtocolRun(protocol, folder, detectors, images, attacks, onError, listener);
  }

  private record Training(String detector, TrainingSet set) {}

  /**
   * Fills the table, detector by detector; what is missing leaves a hole.
   *
   * @throws ScoreFileException if scores in the folder are of other detectors or images
   * @throws UncheckedIOException if the folder cannot be written to
   */
  public ProtocolResult run() {
    Map<Training, List<Run>> byDetector = new LinkedHashMap<>();
    for (Run run : protocol.runs()) {
      byDetector
          .computeIfAbsent(new Training(run.detector(), run.training()), key -> new ArrayList<>())
          .add(run);
    }
    Map<Run, Figure> figures = new HashMap<>();
    byDetector.forEach((training, runs) -> run(training, runs, figures));
    return new ProtocolResult(
        protocol,
        protocol.rows().stream()
            .map(row -> row.cells().stream().map(cell -> figure(cell, figures)).toList())
            .toList());
  }

  private void run(Training training, List<Run> runs, Map<Run, Figure> figures) {
    Map<Run, ImageDataset> open = new LinkedHashMap<>();
    for (Run run : runs) {
      try {
        ImageDataset data = images.apply(run.test());
        Optional<Figure> known = known(run, data);
        known.ifPresent(figure -> figures.put(run, figure));
        if (known.isEmpty()) {
          open.put(run, data);
        }
      } catch (DatasetException e) {
        figures.put(run, Figure.missing(e.getMessage()));
      }
    }
    if (open.isEmpty()) {
      return;
    }
    try (Detector detector = detectors.detector(training.detector(), training.set())) {
      open.forEach((run, data) -> figures.put(run, measure(run, detector, data)));
    } catch (DatasetException e) {
      open.keySet().forEach(run -> figures.putIfAbsent(run, Figure.missing(e.getMessage())));
    }
  }

  /** Returns the figure of a run that an earlier plan finished, on these very images. */
  private Optional<Figure> known(Run run, ImageDataset data) {
    Path file = file(run);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    if (run.attack().isPresent()) {
      return AttackedAccuracy.read(file, EvaluationResult.fingerprint(data))
          .map(accuracy -> Figure.of(Estimate.of(accuracy), 0));
    }
    return EvaluationResult.finished(file, data, run.degradation()).map(ProtocolRun::figure);
  }

  private Figure measure(Run run, Detector detector, ImageDataset data) {
    try {
      if (run.attack().isPresent()) {
        Proportion accuracy = attacks.attacked(run.attack().get(), detector, data);
        AttackedAccuracy.write(file(run), EvaluationResult.fingerprint(data), accuracy);
        return Figure.of(Estimate.of(accuracy), 0);
      }
      return figure(
          Evaluation.of(detector, data)
              .degraded(run.degradation())
              .onError(onError)
              .progress(progress.apply(run))
              .file(file(run))
              .run());
    } catch (DatasetException e) {
      return Figure.missing(e.getMessage());
    }
  }

  private static Figure figure(EvaluationResult result) {
    return Figure.of(Estimate.of(result.scores().accuracy()), result.failures().size());
  }

  private static Figure figure(Cell cell, Map<Run, Figure> figures) {
    List<Figure> parts = cell.runs().stream().map(figures::get).toList();
    Optional<Figure> hole = parts.stream().filter(part -> part.hole().isPresent()).findFirst();
    return hole.orElseGet(
        () ->
            Figure.of(
                Estimate.meanOnSameImages(
                    parts.stream().flatMap(part -> part.estimate().stream()).toList()),
                parts.stream().mapToInt(Figure::failures).sum()));
  }

  /**
   * Returns where a run's scores lie: {@code folder/detector/training set/test images.jsonl}, which
   * {@link EvaluationResult#read} reads.
   */
  public Path file(Run run) {
    String test =
        "%s %s %s".formatted(run.test(), run.degradation(), run.attack().orElse("")).strip();
    return folder
        .resolve(slug(run.detector()))
        .resolve(slug(run.training().name()))
        .resolve(slug(test) + (run.attack().isPresent() ? ".txt" : ".jsonl"));
  }

  private static String slug(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.]+", "-");
  }

  /** A count in a file of its own. */
  private static final class AttackedAccuracy {

    static Optional<Proportion> read(Path file, String data) {
      try {
        String[] words = Files.readString(file).strip().split(" ");
        return words.length == 3 && words[2].equals(data)
            ? Optional.of(new Proportion(Long.parseLong(words[0]), Long.parseLong(words[1])))
            : Optional.empty();
      } catch (IOException e) {
        throw new UncheckedIOException(
            "%s: the accuracy under attack cannot be read (%s); remove the file and run again"
                .formatted(file, WholeFiles.reason(e)),
            e);
      }
    }

    static void write(Path file, String data, Proportion accuracy) {
      try {
        WholeFiles.write(file, accuracy.count() + " " + accuracy.total() + " " + data + "\n");
      } catch (IOException e) {
        throw new UncheckedIOException(
            "%s: the accuracy under attack cannot be written (%s); make room or choose another folder"
                .formatted(file, WholeFiles.reason(e)),
            e);
      }
    }
  }
}

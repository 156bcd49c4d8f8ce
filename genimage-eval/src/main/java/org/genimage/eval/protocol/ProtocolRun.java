package org.genimage.eval.protocol;

import static com.google.common.base.Preconditions.checkArgument;

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
import org.genimage.eval.DetectorIdentity;
import org.genimage.eval.Evaluation;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.ScoreFileException;
import org.genimage.eval.protocol.Protocol.Cell;
import org.genimage.eval.protocol.Protocol.Run;
import org.genimage.eval.protocol.ProtocolResult.Figure;
import org.genimage.eval.statistics.Proportion;
import org.genimage.models.Detector;

/**
 * Fills a table of the paper with our own accuracies. The scores of each run are in a file of their
 * own below one folder. So an interrupted run resumes, and tables share runs. If data or a detector
 * is missing, the cell stays empty and states the reason.
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
 * @param folder where the scores are
 * @param detectors returns trained detectors; called once for each detector whose scores are
 *     missing
 * @param images returns test images
 * @param attacks measures the accuracy under an attack
 * @param onError what happens when an image cannot be read
 * @param progress returns a receiver of the number of images scored, for each run
 */
public record ProtocolRun(
    Protocol protocol,
    Path folder,
    DetectorSource detectors,
    Function<TestImages, ImageDataset> images,
    AttackSource attacks,
    ErrorPolicy onError,
    Function<Run, Progress> progress) {

  /** A source of trained detectors. */
  @FunctionalInterface
  public interface DetectorSource {

    /**
     * Trains or loads a detector, which the caller closes.
     *
     * @param name the detector's name, such as {@code ResNet-50}
     * @param training what it is trained on
     * @throws DatasetException if its training images are missing: its cells stay empty and state
     *     the message as the reason
     */
    Detector detector(String name, TrainingSet training);

    /**
     * Returns which detector {@link #detector} would return now, if that is known without training
     * it. Finished scores of another one are then refused. Without it, they are compared with each
     * other, and with a detector that is there because scores are missing.
     *
     * @param name the detector's name, such as {@code ResNet-50}
     * @param training what it is trained on
     */
    default Optional<DetectorIdentity> identity(String name, TrainingSet training) {
      return Optional.empty();
    }
  }

  /** A source of accuracies under attack. */
  @FunctionalInterface
  public interface AttackSource {

    /**
     * Attacks a detector and returns its accuracy on the attacked images.
     *
     * @param attack its name in the paper's table, such as {@code FGSM}
     * @param detector stays open
     * @param images the test images
     * @throws DatasetException if the attack is not available: its cells stay empty and state the
     *     message as the reason
     */
    Proportion attacked(String attack, Detector detector, ImageDataset images);
  }

  /**
   * Returns a run of a table without sources: all cells stay empty.
   *
   * @param protocol the table
   * @param folder where the scores are; created when the first are written
   */
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

  /** Returns the run with this source of detectors. */
  public ProtocolRun detectors(DetectorSource source) {
    return new ProtocolRun(protocol, folder, source, images, attacks, onError, progress);
  }

  /**
   * Returns the run with this source of test images.
   *
   * @param source throws {@link DatasetException} if images are missing: their cells stay empty and
   *     state the message as the reason
   */
  public ProtocolRun images(Function<TestImages, ImageDataset> source) {
    return new ProtocolRun(protocol, folder, detectors, source, attacks, onError, progress);
  }

  /** Returns the run with this source of accuracies under attack. */
  public ProtocolRun attacks(AttackSource source) {
    return new ProtocolRun(protocol, folder, detectors, images, source, onError, progress);
  }

  /** Returns the run with another policy for unreadable images. */
  public ProtocolRun onError(ErrorPolicy policy) {
    return new ProtocolRun(protocol, folder, detectors, images, attacks, policy, progress);
  }

  /** Returns the run with receivers of progress, one for each run of a detector. */
  public ProtocolRun progress(Function<Run, Progress> listener) {
    return new ProtocolRun(protocol, folder, detectors, images, attacks, onError, listener);
  }

  private record Training(String detector, TrainingSet set) {}

  /**
   * Fills the table, detector by detector.
   *
   * @throws IllegalArgumentException if the scores of two runs would be in one file; then nothing
   *     was done
   * @throws ScoreFileException if the folder has scores of other detectors or images, or files that
   *     are damaged
   * @throws UncheckedIOException if the folder cannot be written to; checked before a detector is
   *     asked for
   */
  public ProtocolResult run() {
    checkFiles();
    Map<Run, Figure> figures = new HashMap<>();
    byDetector().forEach((training, runs) -> run(training, runs, figures));
    return result(figures);
  }

  /**
   * Returns the table with the scores that the folder has, without a detector, such as after a
   * failure. The other cells stay empty and state the reason: not measured, or scores that are
   * damaged, of other images, or of different detectors.
   *
   * @throws IllegalArgumentException if the scores of two runs would be in one file
   */
  public ProtocolResult finished() {
    checkFiles();
    Map<Run, Figure> figures = new HashMap<>();
    byDetector().values().forEach(runs -> read(runs, figures));
    return result(figures);
  }

  private void read(List<Run> runs, Map<Run, Figure> figures) {
    List<Known> found = new ArrayList<>();
    for (Run run : runs) {
      figures.put(run, Figure.missing(run + ": not measured"));
      try {
        Optional<Known> known = known(run, images.apply(run.test()));
        known.ifPresent(found::add);
        known.ifPresent(one -> figures.put(run, one.figure()));
      } catch (DatasetException | ScoreFileException | UncheckedIOException e) {
        figures.put(run, Figure.missing(e.getMessage()));
      }
    }
    try {
      checkOneDetector(found);
    } catch (ScoreFileException e) {
      runs.forEach(run -> figures.put(run, Figure.missing(e.getMessage())));
    }
  }

  private Map<Training, List<Run>> byDetector() {
    Map<Training, List<Run>> byDetector = new LinkedHashMap<>();
    for (Run run : protocol.runs()) {
      byDetector
          .computeIfAbsent(new Training(run.detector(), run.training()), key -> new ArrayList<>())
          .add(run);
    }
    return byDetector;
  }

  private ProtocolResult result(Map<Run, Figure> figures) {
    return new ProtocolResult(
        protocol,
        protocol.rows().stream()
            .map(row -> row.cells().stream().map(cell -> figure(cell, figures)).toList())
            .toList());
  }

  /** Names that differ only in signs, such as Chinese ones, have one file name. */
  private void checkFiles() {
    Map<Path, Run> byFile = new HashMap<>();
    for (Run run : protocol.runs()) {
      Run other = byFile.putIfAbsent(file(run), run);
      checkArgument(
          other == null,
          "%s: each run needs a file of its own, got this one for '%s' and '%s'; give them names"
              + " that differ in Latin letters or digits",
          file(run),
          other,
          run);
    }
  }

  private void checkFolder() {
    try {
      WholeFiles.checkWritable(folder);
    } catch (IOException e) {
      throw WholeFiles.problem(
          "%s: scores cannot be written there (%s); choose another folder", folder, e);
    }
  }

  /** A figure of an earlier run, and whose it is, as far as its file says. */
  private record Known(Path file, Figure figure, Optional<DetectorIdentity> detector) {}

  private void run(Training training, List<Run> runs, Map<Run, Figure> figures) {
    Map<Run, ImageDataset> open = new LinkedHashMap<>();
    List<Known> finished = new ArrayList<>();
    for (Run run : runs) {
      try {
        ImageDataset data = images.apply(run.test());
        Optional<Known> known = known(run, data);
        known.ifPresent(
            found -> {
              finished.add(found);
              figures.put(run, found.figure());
            });
        if (known.isEmpty()) {
          open.put(run, data);
        }
      } catch (DatasetException e) {
        figures.put(run, Figure.missing(e.getMessage()));
      }
    }
    checkOneDetector(finished);
    if (!finished.isEmpty()) {
      detectors
          .identity(training.detector(), training.set())
          .ifPresent(identity -> checkDetector(identity, finished));
    }
    if (open.isEmpty()) {
      return;
    }
    checkFolder();
    try (Detector detector = detectors.detector(training.detector(), training.set())) {
      if (!finished.isEmpty()) {
        checkDetector(DetectorIdentity.of(detector), finished);
      }
      open.forEach((run, data) -> figures.put(run, measure(run, detector, data)));
    } catch (DatasetException e) {
      open.keySet().forEach(run -> figures.putIfAbsent(run, Figure.missing(e.getMessage())));
    }
  }

  private static void checkOneDetector(List<Known> finished) {
    finished.stream()
        .flatMap(known -> known.detector().stream())
        .findFirst()
        .ifPresent(first -> checkDetector(first, finished));
  }

  private static void checkDetector(DetectorIdentity expected, List<Known> finished) {
    for (Known known : finished) {
      known
          .detector()
          .flatMap(expected::difference)
          .ifPresent(
              difference -> {
                throw new ScoreFileException(
                    "%s: expected %s; choose another folder or remove this file"
                        .formatted(known.file(), difference));
              });
    }
  }

  /** Returns the figure of a run that was finished earlier, on the same images. */
  private Optional<Known> known(Run run, ImageDataset data) {
    Path file = file(run);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    if (run.attack().isPresent()) {
      AttackedAccuracy found = AttackedAccuracy.read(file, EvaluationResult.fingerprint(data));
      return Optional.of(new Known(file, figure(found.accuracy()), found.detector()));
    }
    return EvaluationResult.finished(file, data, run.degradation())
        .map(result -> new Known(file, figure(result), Optional.of(DetectorIdentity.read(file))));
  }

  private Figure measure(Run run, Detector detector, ImageDataset data) {
    try {
      if (run.attack().isPresent()) {
        Proportion accuracy = attacks.attacked(run.attack().get(), detector, data);
        new AttackedAccuracy(
                accuracy,
                EvaluationResult.fingerprint(data),
                Optional.of(DetectorIdentity.of(detector)))
            .write(file(run));
        return figure(accuracy);
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

  private static Figure figure(Proportion accuracy) {
    return Figure.of(Estimate.of(accuracy), 0);
  }

  private static Figure figure(EvaluationResult result) {
    return Figure.of(Estimate.of(result.scores().accuracy()), result.failures().size());
  }

  private static Figure figure(Cell cell, Map<Run, Figure> figures) {
    List<Figure> parts = cell.runs().stream().map(figures::get).toList();
    Optional<Figure> empty = parts.stream().filter(part -> part.reason().isPresent()).findFirst();
    return empty.orElseGet(
        () ->
            Figure.of(
                Estimate.meanOnSameImages(
                    parts.stream().flatMap(part -> part.estimate().stream()).toList()),
                parts.stream().mapToInt(Figure::failures).sum()));
  }

  /**
   * Returns the file of a run's scores: {@code folder/detector/training set/test images.jsonl},
   * which {@link EvaluationResult#read} reads. Of an attacked run, a text file with the accuracy.
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
}

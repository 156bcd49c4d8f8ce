package org.genimage.models;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.Lists;
import com.google.common.io.ByteSource;
import com.google.common.primitives.Doubles;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.genimage.data.Label;
import org.genimage.data.Seed;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.UnreadableImageException;
import org.genimage.data.internal.LimitedFiles;
import org.genimage.models.weights.Calibration;
import org.genimage.models.weights.Weights;

/**
 * A network with its weights: it says how likely an image is the work of a generator.
 *
 * <p>A score is the model's probability of {@link Label#AI}, in [0, 1]; above {@link #threshold()}
 * the image counts as AI-made. An image whose score would not be a finite number has none: scoring
 * it throws {@link UndefinedScoreException}. Safe for use by many threads at once. Owns native
 * memory until it is closed; every other method then throws {@link IllegalStateException}. Where
 * many threads ask for one image each, such as in a server, a {@link DetectorService} gathers them
 * into batches: {@link #batching} starts it; close it first.
 *
 * @see Detectors#load(Path)
 */
public interface Detector extends AutoCloseable {

  /** The score above which an image counts as AI-made in the paper's tables. */
  double THRESHOLD = Calibration.NONE.threshold();

  /** Returns the detector's name, such as {@code ResNet-50}. */
  String name();

  /** Returns how an image becomes this detector's input. */
  InputContract input();

  /**
   * Returns what is known of the weights' origin: recipe, training data, versions. A detector that
   * a {@link Blueprint} loaded also says here how it reads them: {@code genimage.detector}, {@code
   * genimage.input} and {@code genimage.head}, the order of the labels in the network's outputs.
   */
  Map<String, String> provenance();

  /**
   * Returns the detector's weights with everything that {@link Detectors#load(Path)} needs to open
   * them again: name, input contract, head, calibration. They are those in use, not a copy; they
   * stay valid after the detector is closed. Those of a large file are read there again.
   *
   * @throws UnsupportedOperationException if this detector has none, such as one of a user's own
   *     that is not made of a {@link Blueprint}
   */
  default Weights weights() {
    throw new UnsupportedOperationException(
        "%s has no weights to hand out; only detectors that a blueprint loaded or trained have"
            .formatted(name()));
  }

  /** Returns how its scores were calibrated: not at all, unless its weights say otherwise. */
  default Calibration calibration() {
    return Calibration.NONE;
  }

  /** Returns the score above which an image counts as AI-made: 0.5 unless another was fitted. */
  default double threshold() {
    return calibration().threshold();
  }

  /**
   * Returns what an image with this score counts as.
   *
   * @param score in [0, 1]
   * @throws IllegalArgumentException if it is not
   */
  default Label label(double score) {
    checkArgument(score >= 0 && score <= 1, "a score must be from 0 to 1, got %s", score);
    return score > threshold() ? Label.AI : Label.NATURE;
  }

  /** Returns the rule of verdicts that may be unsure, if the weights have one. */
  default Optional<VerdictRule> verdictRule() {
    return Optional.empty();
  }

  /**
   * Returns what an image of any size counts as by {@link #verdictRule()}, which may be that this
   * is unsure. Scores the image and the rule's further views of it.
   *
   * @throws IllegalStateException if there is no rule
   * @throws UndefinedScoreException if the image or a view of it has no score
   */
  default Verdict verdict(Image image) {
    VerdictRule rule =
        verdictRule()
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "expected weights of %s with a rule of verdicts, found none; choose one on"
                                .formatted(name())
                            + " images that training has not seen, with VerdictRules of"
                            + " genimage-eval"));
    RandomGenerator unused = Seed.of(0).random();
    List<Image> views = new ArrayList<>(List.of(image));
    rule.views().forEach(view -> views.add(view.transform().apply(image, unused)));
    List<Double> scores = Doubles.asList(score(views));
    return rule.verdict(scores.get(0), scores.subList(1, scores.size()));
  }

  /**
   * Scores images that have been through {@link InputContract#evaluation}.
   *
   * @param images {@code [count, side, side, 3]}, RGB, 0 to 255, of the contract's side
   * @return one score in [0, 1] per image, in order
   * @throws IllegalArgumentException if the images have another size
   * @throws UndefinedScoreException if an image has no score; the exception has those of the others
   */
  double[] score(ImageBatch images);

  /**
   * Scores one image of any size.
   *
   * @throws UndefinedScoreException if it has no score
   */
  default double score(Image image) {
    double[] scores = score(ImageBatch.of(List.of(input().prepare(image))));
    return UndefinedScoreException.checked(name(), scores)[0];
  }

  /** Scores a picture in memory, of any size, as {@link Image#of(BufferedImage)} sees it. */
  default double score(BufferedImage picture) {
    return score(Image.of(picture));
  }

  /**
   * Scores an image file.
   *
   * @throws UnreadableImageException if it cannot be read or decoded
   */
  default double score(Path file) {
    return score(Image.read(file));
  }

  /**
   * Scores an encoded image.
   *
   * @param encoded the content of a file that {@link Image#read(Path)} reads
   * @throws UnreadableImageException if it cannot be decoded
   */
  default double score(byte[] encoded) {
    return score(Image.read("encoded image", ByteSource.wrap(encoded)));
  }

  /**
   * Scores an encoded image.
   *
   * @param encoded the content of a file that {@link Image#read(Path)} reads; read to its end, and
   *     the caller's to close
   * @throws UnreadableImageException if it cannot be read or decoded
   */
  default double score(InputStream encoded) {
    try {
      return score(LimitedFiles.read(encoded));
    } catch (IOException e) {
      throw new UnreadableImageException(
          "expected a stream of an encoded image, found an error in reading it (%s); send it again"
              .formatted(e.getMessage()),
          e);
    }
  }

  /**
   * Scores images of any sizes, a few at a time.
   *
   * @return one score in [0, 1] per image, in order
   * @throws UndefinedScoreException if an image has no score; the exception has those of the others
   */
  default double[] score(List<Image> images) {
    List<Double> scores = new ArrayList<>(images.size());
    for (List<Image> part : Lists.partition(images, input().together(16))) {
      ImageBatch batch = ImageBatch.of(part.stream().map(input()::prepare).toList());
      scores.addAll(Doubles.asList(UndefinedScoreException.available(() -> score(batch))));
    }
    return UndefinedScoreException.checked(name(), Doubles.toArray(scores));
  }

  /**
   * Scores any number of files in bounded memory: the stream that is returned is lazy, and holds
   * three batches of 16 images at most, decoded and resized on several threads while others are
   * scored.
   *
   * <pre>{@code
   * try (Stream<Path> files = Files.walk(folder).filter(Files::isRegularFile)) {
   *   detector
   *       .score(files, problem -> log.warning(problem.getMessage()))
   *       .forEach(found -> save(found.file(), found.score(), detector.label(found.score())));
   * }
   * }</pre>
   *
   * @param files stays the caller's to close
   * @param failed receives what kept a file from a score: {@link UnreadableImageException} or
   *     {@link UndefinedScoreException}. A receiver that throws ends the stream
   * @return the files with their scores in [0, 1], in order
   */
  default Stream<FileScore> score(Stream<Path> files, Consumer<RuntimeException> failed) {
    return FileScores.of(this, files.iterator(), failed);
  }

  /**
   * Scores any number of files in bounded memory, as {@link #score(Stream, Consumer)} does.
   *
   * @param files stays the caller's to close
   * @return the files with their scores in [0, 1], in order; at the first file that cannot be read
   *     or decoded it throws {@link UnreadableImageException}, at the first that has no score
   *     {@link UndefinedScoreException}
   */
  default Stream<FileScore> score(Stream<Path> files) {
    return score(
        files,
        problem -> {
          throw problem;
        });
  }

  /**
   * Returns how single requests become batches, to be changed and started: {@code
   * detector.batching().batchSize(8).start()} is a service that answers many threads.
   */
  default Batching batching() {
    return Batching.of(this);
  }

  /** Returns what an image counts as. */
  default Label classify(Image image) {
    return label(score(image));
  }

  /** Frees the native memory. A second call does nothing. */
  @Override
  void close();
}

package org.genimage.eval;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.genimage.data.ImageDataset;

/**
 * An evaluation as one HTML page that needs nothing else: it opens offline, in light and dark, and
 * prints.
 *
 * <pre>{@code
 * Report.builder("ResNet-50 on GenImage", result)
 *     .baselines(Baselines.of(testImages, Progress.NONE))
 *     .gallery(testImages)
 *     .build()
 *     .write(Path.of("report.html"));
 * }</pre>
 *
 * @param html the page
 */
public record Report(String html) {

  /** Returns a builder of the report of an evaluation. */
  public static Builder builder(String title, EvaluationResult result) {
    return new Builder(title, result);
  }

  /**
   * Writes the page, and the folders above it where they are missing. An earlier report stays until
   * the new one is complete.
   *
   * @throws UncheckedIOException if that fails; an earlier report is then still there
   */
  public void write(Path file) {
    Path target = file.toAbsolutePath();
    Path part = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID());
    try {
      Files.createDirectories(target.getParent());
      try {
        Files.writeString(part, html);
        Files.move(
            part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "report %s could not be written (%s); choose another place or make room there"
              .formatted(target, reason(e)),
          e);
    }
  }

  /** The JDK leaves the message of some exceptions at the bare path. */
  private static String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "access denied";
    }
    if (e instanceof FileAlreadyExistsException file) {
      return file.getFile() + " is a file, not a folder";
    }
    return e instanceof FileSystemException other && other.getReason() != null
        ? other.getReason()
        : String.valueOf(e.getMessage());
  }

  /** Collects what a report shows. Every section but the evaluation's own may be left out. */
  public static final class Builder {

    final String title;
    final EvaluationResult result;
    Optional<String> data = Optional.empty();
    Optional<String> simulated = Optional.empty();
    Optional<Baselines> baselines = Optional.empty();
    List<RobustnessRow> robustness = List.of();
    Optional<ImageDataset> gallery = Optional.empty();
    List<Double> losses = List.of();
    Map<String, String> manifest = Map.of();

    private Builder(String title, EvaluationResult result) {
      this.title = title;
      this.result = result;
    }

    /** Says what images were scored. */
    public Builder data(String description) {
      data = Optional.of(description);
      return this;
    }

    /** Says, at the top, that the images are no real ones, and what they are instead. */
    public Builder simulated(String note) {
      simulated = Optional.of(note);
      return this;
    }

    /** Shows what trivial detectors reach on the same images. */
    public Builder baselines(Baselines measured) {
      baselines = Optional.of(measured);
      return this;
    }

    /** Shows what attacks or degradations do to the accuracy. */
    public Builder robustness(List<RobustnessRow> rows) {
      robustness = List.copyOf(rows);
      return this;
    }

    /**
     * Shows the images that the detector was surest about, rightly and wrongly.
     *
     * @param images the dataset that was evaluated
     */
    public Builder gallery(ImageDataset images) {
      gallery = Optional.of(images);
      return this;
    }

    /**
     * Shows how training went.
     *
     * @param perEpoch the mean loss of every epoch, in nats
     * @throws IllegalArgumentException if one is negative or not finite
     */
    public Builder losses(List<Double> perEpoch) {
      for (double loss : perEpoch) {
        checkArgument(
            loss >= 0 && Double.isFinite(loss),
            "losses must be finite and from 0, got %s",
            perEpoch);
      }
      losses = List.copyOf(perEpoch);
      return this;
    }

    /** Shows how to make the numbers again: versions, seed, command, in this order. */
    public Builder manifest(Map<String, String> entries) {
      manifest = ImmutableMap.copyOf(entries);
      return this;
    }

    /** Returns the report. */
    public Report build() {
      return new Report(new ReportPage(this).html());
    }
  }
}

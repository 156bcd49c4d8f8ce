package org.genimage.data.doctor;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.io.InputStream;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Progress;
import org.genimage.data.Sample;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageHeader;
import org.genimage.data.image.Transform;
import org.genimage.data.image.UnreadableImageException;
import org.genimage.data.internal.InOrder;
import org.genimage.data.internal.Interruption;

/**
 * How well format, size or JPEG quality alone tell the natural images of a dataset from its AI
 * images. If one does, a detector's accuracy on the dataset may measure nothing else. {@link
 * DataDoctor} says so of each split and generator of a benchmark.
 *
 * <p>Of samples with a preparation, such as those of the unbiased selection, only the prepared size
 * counts, since the preparation may store them anew.
 *
 * @param rules of the file format, the image size and the JPEG quality; none if a label has no
 *     image
 * @param unreadable the number of images that could not be read; no rule includes them
 */
public record FileRules(List<Rule> rules, int unreadable) {

  /** Copies the list. */
  public FileRules {
    rules = ImmutableList.copyOf(rules);
  }

  /**
   * The best rule that uses one property alone: each of its values counts as the label in which it
   * is the more frequent.
   *
   * @param property {@code file format}, {@code image size} or {@code JPEG quality}
   * @param accuracy the balanced accuracy, 0.5 to 1, on the images that it was chosen on
   * @param leaveOneOut the balanced accuracy, 0 to 1, on images that it was not chosen on: each
   *     image is classified by the rule that all others give
   * @param images the number of images
   */
  public record Rule(String property, double accuracy, double leaveOneOut, int images) {

    /**
     * Returns whether the property alone answers the question: {@link #leaveOneOut} is at least
     * 0.75, and the lower end of its 95 % interval (Wilson) above 0.5.
     */
    public boolean isTelling() {
      return Biases.isTelling(leaveOneOut, images);
    }
  }

  /** What a file states. */
  private record Properties(Label label, String format, String size, String quality) {}

  /**
   * Reads the headers of a dataset's images, several at a time.
   *
   * @param progress receives the number of images read, on the calling thread
   * @throws CancellationException if this thread is interrupted; its interrupt flag stays set
   */
  public static FileRules of(ImageDataset data, Progress progress) {
    Map<Label, Map<Properties, Integer>> counts = new EnumMap<>(Label.class);
    for (Label label : Label.values()) {
      counts.put(label, new HashMap<>());
    }
    int[] unreadable = new int[1];
    try {
      InOrder.run(
          0,
          data.size(),
          Runtime.getRuntime().availableProcessors(),
          data::sample,
          FileRules::properties,
          (i, found) -> {
            if (found.isPresent()) {
              counts.get(found.get().label()).merge(found.get(), 1, Integer::sum);
            } else {
              unreadable[0]++;
            }
            progress.update(i + 1L, data.size());
          });
    } catch (IOException e) {
      throw new AssertionError(e); // nothing is written
    }
    boolean both = counts.values().stream().noneMatch(Map::isEmpty);
    return new FileRules(
        both
            ? List.of(
                rule("file format", counts, Properties::format),
                rule("image size", counts, Properties::size),
                rule("JPEG quality", counts, Properties::quality))
            : List.of(),
        unreadable[0]);
  }

  private static Optional<Properties> properties(Sample sample) {
    if (!sample.preparation().equals(Transform.IDENTITY)) {
      return prepared(sample);
    }
    ImageHeader header;
    try (InputStream content = sample.content().openStream()) {
      header = ImageHeader.read(content);
    } catch (UnreadableImageException e) {
      return Optional.empty();
    } catch (IOException e) {
      Interruption.check(e, sample.name() + " was being read");
      return Optional.empty();
    }
    if (header.width() == 0) { // only headers of JPEG and PNG are read
      try {
        Image image = sample.image();
        header = header.sized(image.width(), image.height());
      } catch (UnreadableImageException e) {
        return Optional.empty();
      }
    }
    return Optional.of(
        new Properties(
            sample.label(),
            header.format(),
            header.width() + "x" + header.height(),
            header.quality().isPresent() ? Integer.toString(header.quality().getAsInt()) : "none"));
  }

  /** A preparation may store the image anew: then the file says nothing of what is scored. */
  private static Optional<Properties> prepared(Sample sample) {
    try {
      Image image = sample.image();
      return Optional.of(
          new Properties(
              sample.label(), "prepared", image.width() + "x" + image.height(), "prepared"));
    } catch (UnreadableImageException e) {
      return Optional.empty();
    }
  }

  private static Rule rule(
      String property,
      Map<Label, Map<Properties, Integer>> counts,
      Function<Properties, String> value) {
    Map<String, Integer> natural = values(counts.get(Label.NATURE), value);
    Map<String, Integer> fake = values(counts.get(Label.AI), value);
    return new Rule(
        property,
        Biases.accuracy(natural, fake),
        Biases.leaveOneOut(natural, fake),
        natural.values().stream().mapToInt(count -> count).sum()
            + fake.values().stream().mapToInt(count -> count).sum());
  }

  private static Map<String, Integer> values(
      Map<Properties, Integer> counts, Function<Properties, String> value) {
    Map<String, Integer> values = new TreeMap<>();
    counts.forEach((found, count) -> values.merge(value.apply(found), count, Integer::sum));
    return values;
  }

  /** Returns the rule that tells most; empty if a label has no image. */
  public Optional<Rule> best() {
    return rules.stream().max(Comparator.comparingDouble(Rule::leaveOneOut));
  }

  /**
   * Returns the verdict in one sentence, such as {@code File format alone reaches 99.8 %: the
   * figures below do not measure generation.} Empty if no property alone answers the question.
   */
  public Optional<String> warning() {
    return best()
        .filter(Rule::isTelling)
        .map(
            rule ->
                String.format(
                    Locale.ROOT,
                    "%s%s alone reaches %.1f %%: the figures below do not measure generation.",
                    rule.property().substring(0, 1).toUpperCase(Locale.ROOT),
                    rule.property().substring(1),
                    100 * rule.leaveOneOut()));
  }
}

package org.genimage.app.real;

import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.genimage.app.command.Options;
import org.genimage.app.command.UsageException;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Release;
import org.genimage.data.Sample;
import org.genimage.eval.protocol.Fold;
import org.genimage.eval.protocol.Folds;
import org.genimage.eval.protocol.TimeWindow;

/**
 * Folds in the order of time: trained on the generators that existed on a day, tested on those that
 * appeared next (AI-GenBench, arXiv 2504.20865). The first window is not tested on, since nothing
 * is older; the last one is not trained on, since nothing is newer. Photographs have no date: each
 * is tested on in one fold and trained on in the others.
 */
final class TimeFolds {

  private static final int NAMED = 4;

  private TimeFolds() {}

  /**
   * Returns the folds of the training images.
   *
   * @param size generators in a window
   * @param seed of the photographs' folds
   * @throws UsageException if a generator has no date, or they make fewer than two windows
   */
  static List<Fold> of(SourcedImages images, int size, long seed) {
    Map<String, Generator> generators = dated(images);
    ImageDataset training = images.training();
    List<Sample> samples =
        training.samples().stream()
            .map(
                sample ->
                    sample.label() == Label.AI
                        ? of(sample, generators.get(sample.generator().name()))
                        : sample)
            .toList();
    return Options.opening(
        () -> {
          List<TimeWindow> windows = TimeWindow.of(generators.values(), size);
          List<Fold> folds =
              Folds.of(ImageDataset.of(samples, training.selection()))
                  .seed(seed)
                  .timeWindows(windows);
          return IntStream.range(0, folds.size())
              .mapToObj(
                  i ->
                      new Fold(
                          name(windows.get(i + 1)), folds.get(i).training(), folds.get(i).test()))
              .toList();
        });
  }

  private static Sample of(Sample sample, Generator generator) {
    return new Sample(
        sample.name(),
        sample.content(),
        sample.label(),
        generator,
        sample.decoding(),
        sample.preparation());
  }

  /** Returns the generators of the AI images by name; a date of the list counts more than ours. */
  private static Map<String, Generator> dated(SourcedImages images) {
    Map<String, Generator> generators = new TreeMap<>();
    Map<String, LocalDate> listed = new TreeMap<>();
    for (Sample sample : images.training().samples()) {
      if (sample.label() == Label.AI) {
        String name = sample.generator().name();
        generators.putIfAbsent(name, sample.generator());
        images
            .released()
            .apply(sample)
            .ifPresent(text -> checkOne(name, listed.put(name, date(sample, text)), listed));
      }
    }
    generators.replaceAll(
        (name, generator) ->
            Optional.ofNullable(listed.get(name))
                .map(date -> new Release(date, Release.Kind.UNKNOWN, "the list of images"))
                .map(generator::release)
                .orElse(generator));
    TreeSet<String> undated = new TreeSet<>(generators.keySet());
    undated.removeIf(name -> generators.get(name).release().isPresent());
    Options.check(
        undated.isEmpty(),
        "--test windows: expected the release date of every generator, found none of %s; add a"
            + " column released with dates such as 2022-08-22 to the list, or leave out their"
            + " images",
        String.join(", ", undated));
    return generators;
  }

  private static void checkOne(String name, LocalDate former, Map<String, LocalDate> listed) {
    Options.check(
        former == null || former.equals(listed.get(name)),
        "--test windows: expected one date for each generator in the column released, found %s and"
            + " %s for %s; correct the list, or name the generators in its column generator",
        former,
        listed.get(name),
        name);
  }

  private static LocalDate date(Sample sample, String text) {
    try {
      if (!text.startsWith("-") && !text.startsWith("+")) { // years before Christ, years after 9999
        return LocalDate.parse(text);
      }
    } catch (DateTimeParseException e) {
      // said below
    }
    throw new UsageException(
        "--test windows: expected a date such as 2022-08-22 in the column released, found '%s' at"
                .formatted(text)
            + " %s; correct the list".formatted(sample.name()));
  }

  /** Returns the days of a window and its generators, or how many if they are many. */
  private static String name(TimeWindow window) {
    List<Generator> generators = window.generators();
    String first = day(generators.get(0));
    String last = day(generators.get(generators.size() - 1));
    return "%s: %s"
        .formatted(
            first.equals(last) ? first : window,
            generators.size() > NAMED
                ? generators.size() + " generators"
                : generators.stream().map(Generator::name).collect(Collectors.joining(", ")));
  }

  private static String day(Generator generator) {
    return generator.release().orElseThrow().date().toString();
  }
}

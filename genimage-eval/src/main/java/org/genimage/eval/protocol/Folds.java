package org.genimage.eval.protocol;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.genimage.data.DatasetException;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.data.Seed;
import org.genimage.data.internal.FileNames;

/**
 * Protocols of the field on any labelled images: what a detector is worth on sources that it was
 * not trained on. Every fold tests a detector that is trained without the tested images.
 *
 * <pre>{@code
 * List<Fold> folds = Folds.of(images).leaveOneOfEachOut();
 * FoldResult result = FoldRun.of(folds, fold -> blueprint.train(fold.training())).run();
 * }</pre>
 *
 * <p>Where one label's sources are left out, images of the other label are dealt out to the folds
 * at random, so that no image is in training and test of one fold.
 *
 * @param pool the images
 * @param aiSource returns the source of an AI image; by default its generator's name
 * @param photoSource returns the source of a natural image; by default its generator's name, which
 *     a list of images ({@link ImageDataset#ofManifest}) may use for the photographers
 * @param seed of the images that are dealt out
 */
public record Folds(
    ImageDataset pool,
    Function<Sample, String> aiSource,
    Function<Sample, String> photoSource,
    long seed) {

  /** Returns the protocols on images whose sources are their generators' names. */
  public static Folds of(ImageDataset pool) {
    return new Folds(
        pool, sample -> sample.generator().name(), sample -> sample.generator().name(), 42);
  }

  /** Returns the protocols with other sources of AI images. */
  public Folds aiSources(Function<Sample, String> source) {
    return new Folds(pool, source, photoSource, seed);
  }

  /** Returns the protocols with other sources of natural images. */
  public Folds photoSources(Function<Sample, String> source) {
    return new Folds(pool, aiSource, source, seed);
  }

  /** Returns the protocols with other random numbers. */
  public Folds seed(long number) {
    return new Folds(pool, aiSource, photoSource, number);
  }

  /**
   * Returns a fold for each AI source: trained on the other ones, tested on it against natural
   * images that training has not seen.
   *
   * @throws DatasetException if there is one AI source, or there are fewer natural images than
   *     folds
   */
  public List<Fold> leaveOneGeneratorOut() {
    List<String> sources = sources(Label.AI, 2, "leaving one generator out");
    int[] dealt = dealt(Label.NATURE, sources.size());
    return IntStream.range(0, sources.size())
        .mapToObj(
            fold ->
                fold(
                    "without " + sources.get(fold),
                    i -> isOf(i, Label.AI, sources.get(fold)) || dealt[i] == fold,
                    i -> true))
        .toList();
  }

  /**
   * Returns a fold for each source of natural images: trained on the other ones, tested on it
   * against AI images that training has not seen.
   *
   * @throws DatasetException if there is one source, or there are fewer AI images than folds
   */
  public List<Fold> leaveOnePhotoSourceOut() {
    List<String> sources = sources(Label.NATURE, 2, "leaving one photo source out");
    int[] dealt = dealt(Label.AI, sources.size());
    return IntStream.range(0, sources.size())
        .mapToObj(
            fold ->
                fold(
                    "without " + sources.get(fold),
                    i -> isOf(i, Label.NATURE, sources.get(fold)) || dealt[i] == fold,
                    i -> true))
        .toList();
  }

  /**
   * Returns folds that each leave out one AI source and one source of natural images, and are
   * tested on both: as many as there are of the more numerous kind. The others' sources take turns.
   *
   * @throws DatasetException if a label has one source
   */
  public List<Fold> leaveOneOfEachOut() {
    List<String> fakes = sources(Label.AI, 2, "leaving one source of each label out");
    List<String> photos = sources(Label.NATURE, 2, "leaving one source of each label out");
    return IntStream.range(0, Math.max(fakes.size(), photos.size()))
        .mapToObj(
            fold -> {
              String fake = fakes.get(fold % fakes.size());
              String photo = photos.get(fold % photos.size());
              return fold(
                  "without %s and %s".formatted(fake, photo),
                  i -> isOf(i, Label.AI, fake) || isOf(i, Label.NATURE, photo),
                  i -> true);
            })
        .toList();
  }

  /**
   * Returns a fold for each window but the last: trained on the generators of all windows up to it,
   * tested on those of the next one, against natural images that training has not seen: with one
   * fold half of them, otherwise each in one fold. AI-GenBench (arXiv 2504.20865) reports the mean
   * of the areas under the ROC curves.
   *
   * @param windows of the generators of this protocol's images, in the order of time; those without
   *     images are skipped. {@link TimeWindow#of} makes them
   * @throws DatasetException if an AI image's generator is in no window, fewer than two windows
   *     have images, or there are fewer natural images than folds
   */
  public List<Fold> timeWindows(List<TimeWindow> windows) {
    Set<Generator> known =
        windows.stream().flatMap(one -> one.generators().stream()).collect(Collectors.toSet());
    Set<Generator> present = new LinkedHashSet<>();
    for (int i = 0; i < pool.size(); i++) {
      Sample sample = pool.sample(i);
      if (sample.label() == Label.AI) {
        present.add(sample.generator());
      }
    }
    for (Generator generator : present) {
      if (!known.contains(generator)) {
        throw new DatasetException(
            "time windows need every generator in one, found AI images of %s in none; add it to a"
                    .formatted(generator)
                + " window or leave its images out");
      }
    }
    List<Set<Generator>> used =
        windows.stream()
            .<Set<Generator>>map(
                one ->
                    one.generators().stream().filter(present::contains).collect(Collectors.toSet()))
            .filter(generators -> !generators.isEmpty())
            .toList();
    if (used.size() < 2) {
      throw new DatasetException(
          "time windows need AI images of at least two, found those of %s; use smaller windows or"
                  .formatted(used.size())
              + " more generators");
    }
    int folds = used.size() - 1;
    int[] dealt = dealt(Label.NATURE, Math.max(2, folds)); // a training needs some, too
    List<Fold> result = new ArrayList<>();
    Set<Generator> seen = new HashSet<>();
    for (int fold = 0; fold < folds; fold++) {
      seen.addAll(used.get(fold));
      Set<Generator> past = Set.copyOf(seen);
      Set<Generator> next = used.get(fold + 1);
      int own = fold;
      result.add(
          fold(
              next.stream().map(Generator::name).sorted().collect(Collectors.joining(", ")),
              i -> isAiOf(i, next) || dealt[i] == own,
              i -> pool.sample(i).label() == Label.NATURE || isAiOf(i, past)));
    }
    return List.copyOf(result);
  }

  private Fold fold(String name, IntPredicate test, IntPredicate training) {
    List<Sample> tested = new ArrayList<>();
    List<Sample> trained = new ArrayList<>();
    for (int i = 0; i < pool.size(); i++) {
      if (test.test(i)) {
        tested.add(pool.sample(i));
      } else if (training.test(i)) {
        trained.add(pool.sample(i));
      }
    }
    return new Fold(
        name,
        ImageDataset.of(trained, selection("training", name)),
        ImageDataset.of(tested, selection("test", name)));
  }

  private String selection(String part, String name) {
    return Stream.of(pool.selection(), "%s of fold '%s', seed %s".formatted(part, name, seed))
        .filter(text -> !text.isEmpty())
        .collect(Collectors.joining("; "));
  }

  private String source(Sample sample) {
    return (sample.label() == Label.AI ? aiSource : photoSource).apply(sample);
  }

  private boolean isOf(int index, Label label, String source) {
    Sample sample = pool.sample(index);
    return sample.label() == label && source(sample).equals(source);
  }

  private boolean isAiOf(int index, Set<Generator> generators) {
    Sample sample = pool.sample(index);
    return sample.label() == Label.AI && generators.contains(sample.generator());
  }

  private List<String> sources(Label label, int least, String protocol) {
    Set<String> sources = new LinkedHashSet<>();
    for (int i = 0; i < pool.size(); i++) {
      Sample sample = pool.sample(i);
      if (sample.label() == label) {
        sources.add(source(sample));
      }
    }
    if (sources.size() < least) {
      throw new DatasetException(
          "%s needs %s images of at least %s sources, found those of %s %s; add images or name their"
                  .formatted(
                      protocol,
                      label == Label.AI ? "AI" : "natural",
                      least,
                      sources.size(),
                      sources)
              + " sources");
    }
    return List.copyOf(sources);
  }

  /** Returns the fold of each image of a label, as many in each; -1 for images of the other one. */
  private int[] dealt(Label label, int folds) {
    record Lot(int index, long value) {}
    Seed root = Seed.of(seed).at("folds");
    List<Lot> lots = new ArrayList<>();
    int[] dealt = new int[pool.size()];
    for (int i = 0; i < dealt.length; i++) {
      dealt[i] = -1;
      Sample sample = pool.sample(i);
      if (sample.label() == label) {
        lots.add(
            new Lot(
                i, root.at(sample.generator().name()).at(FileNames.last(sample.name())).value()));
      }
    }
    if (lots.size() < folds) {
      throw new DatasetException(
          "%s folds need at least as many %s images, found %s; add some"
              .formatted(folds, label == Label.AI ? "AI" : "natural", lots.size()));
    }
    lots.sort(Comparator.comparingLong(Lot::value).thenComparingInt(Lot::index));
    for (int i = 0; i < lots.size(); i++) {
      dealt[lots.get(i).index()] = i % folds;
    }
    return dealt;
  }
}

package org.genimage.data;

import com.google.common.primitives.ImmutableIntArray;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.genimage.data.image.ImageHeader;
import org.genimage.data.image.Transform;
import org.genimage.data.image.Transforms;
import org.genimage.data.internal.InOrder;
import org.genimage.data.internal.Interruption;

/** One selection by {@link Unbiased}. */
final class UnbiasedRun {

  private final Unbiased rule;
  private final Split split;
  private final FolderDataset natural;
  private final FolderDataset fake;
  private final NavigableMap<Integer, Integer> qualities = new TreeMap<>();
  private final Map<String, Integer> dropped = new TreeMap<>();

  UnbiasedRun(Unbiased rule, Split split, FolderDataset natural, FolderDataset fake) {
    this.rule = rule;
    this.split = split;
    this.natural = natural;
    this.fake = fake;
  }

  /**
   * An image that may be drawn.
   *
   * @param group its ImageNet class, within which the numbers are balanced; empty if unknown
   * @param lot a random number; the images with the lowest are drawn
   */
  private record Candidate(int index, OptionalInt group, long lot) {}

  Unbiased.Selection select(Progress progress) {
    List<Candidate> naturals = naturals(progress);
    List<Candidate> fakes = new ArrayList<>();
    for (int i = 0; i < fake.size(); i++) {
      fakes.add(candidate(fake, i));
    }
    ImmutableIntArray chosenNaturals;
    ImmutableIntArray chosenFakes;
    if (rule.balanced() && naturals.stream().anyMatch(c -> c.group().isPresent())) {
      Map<Integer, List<Candidate>> naturalsByClass = byClass(naturals, Label.NATURE);
      Map<Integer, List<Candidate>> fakesByClass = byClass(fakes, Label.AI);
      List<Candidate> drawnNaturals = new ArrayList<>();
      List<Candidate> drawnFakes = new ArrayList<>();
      for (int c = 0; c < 1000; c++) {
        List<Candidate> ofNature = naturalsByClass.getOrDefault(c, List.of());
        List<Candidate> ofAi = fakesByClass.getOrDefault(c, List.of());
        int count = Math.min(ofNature.size(), ofAi.size());
        drawnNaturals.addAll(drawn(ofNature, count, Label.NATURE));
        drawnFakes.addAll(drawn(ofAi, count, Label.AI));
      }
      chosenNaturals = inOrder(drawnNaturals);
      chosenFakes = inOrder(drawnFakes);
    } else {
      int count = Math.min(naturals.size(), fakes.size());
      chosenNaturals = inOrder(rule.balanced() ? drawn(naturals, count, Label.NATURE) : naturals);
      chosenFakes = inOrder(drawn(fakes, count, Label.AI));
    }
    if (chosenFakes.isEmpty()) {
      throw new DatasetException(
          "an unbiased selection of %s needs natural images within %s to %s pixels, and AI images"
                  .formatted(split.folder(), rule.minSide(), rule.maxSide())
              + " of the same classes; found none, dropped "
              + dropped);
    }
    ImageDataset data =
        new Selected(
            natural,
            fake,
            chosenNaturals,
            chosenFakes,
            preparation(),
            description(chosenNaturals, chosenFakes));
    return new Unbiased.Selection(data, dropped);
  }

  private List<Candidate> naturals(Progress progress) {
    List<Candidate> candidates = new ArrayList<>();
    try {
      InOrder.run(
          0,
          natural.size(),
          Runtime.getRuntime().availableProcessors(),
          natural::sample,
          UnbiasedRun::header,
          (i, header) -> {
            Optional<String> objection = objection(header);
            if (objection.isPresent()) {
              drop(Label.NATURE, objection.get(), 1);
            } else {
              candidates.add(candidate(natural, i));
              qualities.merge(header.orElseThrow().quality().orElseThrow(), 1, Integer::sum);
            }
            progress.update(i + 1L, natural.size());
          });
    } catch (IOException e) {
      throw new UncheckedIOException("natural images cannot be examined", e);
    }
    return candidates;
  }

  private static Optional<ImageHeader> header(Sample sample) {
    try (InputStream content = sample.content().openStream()) {
      return Optional.of(ImageHeader.read(content));
    } catch (IOException e) {
      Interruption.check(e, sample.name() + " was being read");
      return Optional.empty();
    }
  }

  private Optional<String> objection(Optional<ImageHeader> read) {
    if (read.isEmpty()) {
      return Optional.of("unreadable");
    }
    ImageHeader header = read.get();
    if (header.quality().isEmpty()) {
      return Optional.of("not JPEG");
    }
    if (rule.quality().isPresent() && !rule.quality().equals(header.quality())) {
      return Optional.of("other quality");
    }
    return isWithin(header.width()) && isWithin(header.height())
        ? Optional.empty()
        : Optional.of("other size");
  }

  private boolean isWithin(int side) {
    return side >= rule.minSide() && side <= rule.maxSide();
  }

  private Candidate candidate(FolderDataset images, int index) {
    FolderDataset.Position position = images.position(index);
    FolderDataset.Folder folder = images.folders().get(position.folder());
    return new Candidate(
        index,
        ImageNetClass.of(folder.label(), folder.files().get(position.file())),
        Seed.of(rule.seed()).at("draw").at(images.place(index)).value());
  }

  private Map<Integer, List<Candidate>> byClass(List<Candidate> candidates, Label label) {
    Map<Boolean, List<Candidate>> known =
        candidates.stream().collect(Collectors.partitioningBy(c -> c.group().isPresent()));
    drop(label, "class unknown", known.get(false).size());
    return known.get(true).stream()
        .collect(Collectors.groupingBy(candidate -> candidate.group().getAsInt()));
  }

  private List<Candidate> drawn(List<Candidate> candidates, int count, Label label) {
    drop(label, "to balance", candidates.size() - count);
    return candidates.stream()
        .sorted(Comparator.comparingLong(Candidate::lot))
        .limit(count)
        .toList();
  }

  private static ImmutableIntArray inOrder(List<Candidate> candidates) {
    return ImmutableIntArray.copyOf(candidates.stream().mapToInt(Candidate::index).sorted());
  }

  private void drop(Label label, String reason, int count) {
    if (count > 0) {
      dropped.merge(label.folder() + ": " + reason, count, Integer::sum);
    }
  }

  /** The preparation of each sample, by its place in the published layout. */
  private Preparation preparation() {
    Transform crop = Transforms.centerCrop(rule.minSide());
    if (rule.quality().isPresent()) {
      Transform encoded = Transforms.jpeg(rule.quality().getAsInt()).then(crop);
      Transform nature = rule.compressNature() ? encoded : crop;
      return new Preparation(nature, place -> encoded);
    }
    Map<Integer, Transform> encoded =
        qualities.keySet().stream()
            .collect(Collectors.toMap(q -> q, q -> Transforms.jpeg(q).then(crop)));
    NavigableMap<Integer, Integer> upTo = new TreeMap<>();
    int total = 0;
    for (Map.Entry<Integer, Integer> quality : qualities.entrySet()) {
      total += quality.getValue();
      upTo.put(total, quality.getKey());
    }
    int all = total;
    Seed seed = Seed.of(rule.seed()).at("quality");
    return new Preparation(
        crop,
        place -> encoded.get(upTo.higherEntry(seed.at(place).random().nextInt(all)).getValue()));
  }

  private record Preparation(Transform nature, Function<String, Transform> ai) {}

  private String description(ImmutableIntArray naturals, ImmutableIntArray fakes) {
    String quality =
        rule.quality().isPresent() ? "quality " + rule.quality().getAsInt() : "any quality";
    String encoding =
        rule.quality().isPresent()
            ? "at quality " + rule.quality().getAsInt()
            : "at qualities drawn from theirs";
    return String.format(
        Locale.ROOT,
        "unbiased as arXiv 2403.17608, %s: %d natural JPEG images of %s and sides from %d to %d%s, %d AI images of %s encoded %s, centre crop %d, %s, seed %d; dropped %s",
        split.folder(),
        naturals.length(),
        quality,
        rule.minSide(),
        rule.maxSide(),
        rule.compressNature() ? ", encoded again" : "",
        fakes.length(),
        fake.folders().stream().map(f -> f.generator().name()).collect(Collectors.joining(", ")),
        encoding,
        rule.minSide(),
        rule.balanced() ? "balanced" : "not balanced by class",
        rule.seed(),
        dropped);
  }

  /** The chosen images; samples are created when they are asked for. */
  private record Selected(
      FolderDataset natural,
      FolderDataset fake,
      ImmutableIntArray naturals,
      ImmutableIntArray fakes,
      Preparation preparation,
      String selection)
      implements ImageDataset {

    @Override
    public int size() {
      return naturals.length() + fakes.length();
    }

    @Override
    public Sample sample(int index) {
      if (index < naturals.length()) {
        return natural.sample(naturals.get(index)).preparation(preparation.nature);
      }
      int chosen = fakes.get(index - naturals.length());
      return fake.sample(chosen).preparation(preparation.ai.apply(fake.place(chosen)));
    }

    /** Returns the number of images and how they were chosen, in a short line. */
    @Override
    public String toString() {
      return InWords.of(this);
    }
  }
}

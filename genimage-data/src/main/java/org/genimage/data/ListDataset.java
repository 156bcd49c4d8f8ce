package org.genimage.data;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A dataset held in memory: a sample is a few references. */
record ListDataset(ImmutableList<Sample> samples, String selection) implements ImageDataset {

  @Override
  public int size() {
    return samples.size();
  }

  @Override
  public Sample sample(int index) {
    return samples.get(index);
  }

  /** Draws per label by a hash of the index, so the draw of one label never moves the other's. */
  static List<Sample> draw(ImageDataset data, int count, Seed seed) {
    Map<Label, List<Integer>> byLabel = new EnumMap<>(Label.class);
    for (Label label : Label.values()) {
      byLabel.put(
          label,
          IntStream.range(0, data.size())
              .boxed()
              .filter(i -> data.sample(i).label() == label)
              .sorted(Comparator.comparingLong(i -> seed.at(i).value()))
              .toList());
    }
    int natural = byLabel.get(Label.NATURE).size();
    int fake = byLabel.get(Label.AI).size();
    int fakes = Math.min(fake, Math.max(count / 2, count - natural));
    List<Integer> drawn = new ArrayList<>(byLabel.get(Label.AI).subList(0, fakes));
    drawn.addAll(byLabel.get(Label.NATURE).subList(0, Math.min(natural, count - fakes)));
    return drawn.stream().sorted().map(data::sample).toList();
  }
}

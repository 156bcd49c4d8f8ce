package org.genimage.data;

import com.google.common.primitives.ImmutableIntArray;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Some samples of a dataset, stored as indices of four bytes. */
record SelectedDataset(ImageDataset data, ImmutableIntArray chosen, String selection)
    implements ImageDataset {

  @Override
  public int size() {
    return chosen.length();
  }

  @Override
  public Sample sample(int index) {
    return data.sample(chosen.get(index));
  }

  /** Draws per label by a hash of the index, so the draws of the two labels are independent. */
  static SelectedDataset draw(ImageDataset data, int count, Seed seed) {
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
    return new SelectedDataset(
        data, ImmutableIntArray.copyOf(drawn.stream().mapToInt(i -> i).sorted()), data.selection());
  }

  /** Returns the number of images and how they were chosen, in a short line. */
  @Override
  public String toString() {
    return InWords.of(this);
  }
}

package org.genimage.data.doctor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.genimage.data.Label;

/** Measures how well one property of the files separates the classes. */
final class Biases {

  private static final double TELLING = 0.75;
  private static final double Z = 1.96; // 95 %

  private Biases() {}

  /** Returns the biases of all generators and splits that have images of both classes. */
  static List<DataReport.Bias> of(List<DataReport.Subset> subsets) {
    List<DataReport.Bias> biases = new ArrayList<>();
    for (DataReport.Subset natural : subsets) {
      for (DataReport.Subset fake : subsets) {
        if (natural.label() == Label.NATURE
            && fake.label() == Label.AI
            && fake.generator().equals(natural.generator())
            && fake.split() == natural.split()
            && fake.files() > 0
            && natural.files() > 0) {
          biases.add(bias(natural, "format", natural.formats(), fake.formats()));
          biases.add(bias(natural, "size", natural.sizes(), fake.sizes()));
          biases.add(bias(natural, "quality", qualities(natural), qualities(fake)));
        }
      }
    }
    return biases;
  }

  private static Map<String, Integer> qualities(DataReport.Subset subset) {
    Map<String, Integer> qualities = new HashMap<>();
    subset.qualities().forEach((quality, count) -> qualities.put(quality.toString(), count));
    int none = subset.files() - subset.qualities().values().stream().mapToInt(c -> c).sum();
    if (none > 0) {
      qualities.put("none", none);
    }
    return qualities;
  }

  private static DataReport.Bias bias(
      DataReport.Subset subset,
      String property,
      Map<String, Integer> natural,
      Map<String, Integer> fake) {
    return new DataReport.Bias(
        subset.generator(),
        subset.split(),
        property,
        accuracy(natural, fake),
        leaveOneOut(natural, fake),
        (int) (sum(natural) + sum(fake)));
  }

  /** Returns the balanced accuracy of the best rule on the images that it was chosen on. */
  static double accuracy(Map<String, Integer> natural, Map<String, Integer> fake) {
    double naturals = sum(natural);
    double fakes = sum(fake);
    Set<String> values = new HashSet<>(natural.keySet());
    values.addAll(fake.keySet());
    double accuracy = 0;
    for (String value : values) {
      accuracy +=
          Math.max(natural.getOrDefault(value, 0) / naturals, fake.getOrDefault(value, 0) / fakes)
              / 2;
    }
    return accuracy;
  }

  /** Returns the balanced accuracy of rules on images that they were not chosen on. */
  static double leaveOneOut(Map<String, Integer> natural, Map<String, Integer> fake) {
    return (recall(natural, fake) + recall(fake, natural)) / 2;
  }

  /** Returns whether a rule's accuracy is high, and not by chance. */
  static boolean isTelling(double leaveOneOut, int images) {
    double z2 = Z * Z / images;
    double centre = leaveOneOut + z2 / 2;
    double half = Z * Math.sqrt((leaveOneOut * (1 - leaveOneOut) + z2 / 4) / images);
    return leaveOneOut >= TELLING && (centre - half) / (1 + z2) > 0.5;
  }

  /**
   * Returns the share of a class that is classified correctly by the other images: each is left out
   * in turn, and takes the class in which its value is the more frequent. A value that no other
   * image has goes to the class with more values that occur once.
   */
  private static double recall(Map<String, Integer> own, Map<String, Integer> other) {
    double count = sum(own);
    double others = sum(other);
    double singles = own.values().stream().filter(n -> n == 1).count();
    double otherSingles = other.values().stream().filter(n -> n == 1).count() / others;
    double correct = 0;
    for (Map.Entry<String, Integer> value : own.entrySet()) {
      int rest = value.getValue() - 1;
      int elsewhere = other.getOrDefault(value.getKey(), 0);
      double win =
          rest == 0 && elsewhere == 0
              ? compare((singles - 1) / Math.max(1, count - 1), otherSingles)
              : compare(rest / Math.max(1, count - 1), elsewhere / others);
      correct += value.getValue() * win;
    }
    return correct / count;
  }

  /** Returns 1 if the first is larger, 0 if it is smaller, and half if they are equal. */
  private static double compare(double own, double other) {
    return (Double.compare(own, other) + 1) / 2.0;
  }

  private static double sum(Map<String, Integer> counts) {
    return counts.values().stream().mapToInt(count -> count).sum();
  }
}

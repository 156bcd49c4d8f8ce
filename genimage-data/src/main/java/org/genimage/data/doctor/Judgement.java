package org.genimage.data.doctor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Judges a report. */
final class Judgement {

  private Judgement() {}

  static DataReport.Outcome outcome(DataReport report) {
    if (report.biases().stream().anyMatch(DataReport.Bias::isTelling)) {
      return DataReport.Outcome.TELLING;
    }
    return files(report) > 0 && defects(report).isEmpty()
        ? DataReport.Outcome.FINE
        : DataReport.Outcome.DEFECTIVE;
  }

  static String sentence(DataReport report) {
    return switch (outcome(report)) {
      case TELLING -> telling(report);
      case DEFECTIVE ->
          files(report) == 0
              ? "The data have no images."
              : "The data have defects: "
                  + String.join(", ", defects(report))
                  + "; leave these images out before you train or evaluate.";
      case FINE -> fine(report);
    };
  }

  private static String telling(DataReport report) {
    List<DataReport.Bias> telling =
        report.biases().stream().filter(DataReport.Bias::isTelling).toList();
    DataReport.Bias worst = worst(telling);
    List<String> defects = defects(report);
    String others =
        telling.size() == 1
            ? ""
            : ", and so do "
                + (telling.size() - 1)
                + " more of "
                + report.biases().size()
                + " comparisons";
    return "The data give the labels away: the "
        + worst.property()
        + " alone tells natural from AI images of "
        + worst.generator().name()
        + ", "
        + worst.split().folder()
        + ", with "
        + percent(worst.leaveOneOut())
        + " accuracy"
        + others
        + "; remove this difference"
        + (defects.isEmpty() ? "" : " and leave out " + String.join(", ", defects))
        + " before you train or evaluate.";
  }

  private static String fine(DataReport report) {
    String bias =
        report.biases().isEmpty()
            ? "file properties were not compared, since no generator has both labels in one split"
            : "no file property alone tells the labels apart (the best reaches "
                + percent(worst(report.biases()).leaveOneOut())
                + " accuracy)";
    return "The data are fine: all "
        + String.format(Locale.ROOT, "%,d", files(report))
        + " images can be read, none was found under both labels or in both splits, and "
        + bias
        + ".";
  }

  private static List<String> defects(DataReport report) {
    List<String> defects = new ArrayList<>();
    add(defects, report.quarantine().reasons().size(), "unreadable");
    List<DataReport.Repeat> repeats = report.repeats();
    long labels = repeats.stream().filter(DataReport.Repeat::otherLabel).count();
    add(defects, labels, "under both labels");
    long splits =
        repeats.stream().filter(repeat -> !repeat.otherLabel() && repeat.otherSplit()).count();
    add(defects, splits, "in both splits");
    return defects;
  }

  private static void add(List<String> defects, long count, String what) {
    if (count > 0) {
      defects.add(String.format(Locale.ROOT, "%,d image%s %s", count, count == 1 ? "" : "s", what));
    }
  }

  private static long files(DataReport report) {
    return report.subsets().stream().mapToLong(DataReport.Subset::files).sum();
  }

  private static DataReport.Bias worst(List<DataReport.Bias> biases) {
    return biases.stream()
        .max(Comparator.comparingDouble(DataReport.Bias::leaveOneOut))
        .orElseThrow();
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }
}

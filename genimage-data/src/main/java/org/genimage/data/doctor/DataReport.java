package org.genimage.data.doctor;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.genimage.data.Generator;
import org.genimage.data.Label;
import org.genimage.data.Quarantine;
import org.genimage.data.Split;

/**
 * What {@link DataDoctor} found.
 *
 * @param subsets one per generator, split and class, in the benchmark's order
 * @param findings file by file, in the same order; duplicates last
 * @param repeats images that occur twice, in the order of their findings
 * @param biases how well file properties alone separate the classes
 * @param missing what the benchmark lacks, one sentence each
 */
public record DataReport(
    List<Subset> subsets,
    List<Finding> findings,
    List<Repeat> repeats,
    List<Bias> biases,
    List<String> missing) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Copies the components. */
  public DataReport {
    subsets = ImmutableList.copyOf(subsets);
    findings = ImmutableList.copyOf(findings);
    repeats = ImmutableList.copyOf(repeats);
    biases = ImmutableList.copyOf(biases);
    missing = ImmutableList.copyOf(missing);
  }

  /**
   * The images of one class of one split of one generator.
   *
   * @param generator the subset's generator
   * @param split the subset's split
   * @param label the subset's class
   * @param files the number of files
   * @param published the number of published files; empty if unknown
   * @param bytes the size of all files together
   * @param formats the number of files of each format, by their content
   * @param sizes the number of files of each size in pixels, such as {@code 512x512}
   * @param qualities the number of JPEG files of each quality, 1 to 100, estimated from their
   *     quantisation tables
   * @param defects the number of files with each defect
   */
  public record Subset(
      Generator generator,
      Split split,
      Label label,
      int files,
      OptionalInt published,
      long bytes,
      Map<String, Integer> formats,
      Map<String, Integer> sizes,
      Map<Integer, Integer> qualities,
      Map<Defect, Integer> defects) {

    /** Copies the components. */
    public Subset {
      formats = ImmutableSortedMap.copyOf(formats);
      sizes = ImmutableSortedMap.copyOf(sizes);
      qualities = ImmutableSortedMap.copyOf(qualities);
      defects = ImmutableMap.copyOf(defects);
    }
  }

  /**
   * A defect of one file.
   *
   * @param place the file's place in the published layout, as in a {@link Quarantine}
   * @param defect what is wrong
   * @param detail the reason; for a duplicate, the file that it equals
   * @param known whether GenImage's users have reported this file as damaged
   */
  public record Finding(String place, Defect defect, String detail, boolean known) {}

  /**
   * An image that occurs a second time. If an image repeats several earlier ones, one with the
   * other label is named, else one of the other split, else the most similar one.
   *
   * @param place the image's place in the published layout
   * @param earlier the place of the earlier image
   * @param exact whether both files have the same bytes; otherwise they look the same
   * @param distance the number of bits, of 256, in which their perceptual hashes differ; 0 if exact
   * @param otherLabel whether the earlier image has the other label
   * @param otherSplit whether the earlier image is in the other split
   */
  public record Repeat(
      String place,
      String earlier,
      boolean exact,
      int distance,
      boolean otherLabel,
      boolean otherSplit) {

    String sentence() {
      String how =
          exact
              ? "equals " + earlier
              : "looks like " + earlier + " (" + distance + " of 256 bits differ)";
      String where =
          otherLabel && otherSplit
              ? "under the other label in the other split"
              : otherLabel
                  ? "under the other label"
                  : otherSplit ? "in the other split" : "under the same label in the same split";
      return how + ", " + where;
    }
  }

  /**
   * How well one property of the files separates the classes of one split of one generator.
   *
   * @param generator the generator
   * @param split the split
   * @param property {@code format}, {@code size} or {@code quality}
   * @param accuracy the balanced accuracy, 0.5 to 1, of the best rule that uses this property
   *     alone, measured on the images it was chosen on. With few images of many sizes it is high by
   *     chance
   * @param leaveOneOut the balanced accuracy, 0 to 1, of such a rule on images that it was not
   *     chosen on: each image is classified by the rule that all others give
   * @param images the number of images of both classes
   */
  public record Bias(
      Generator generator,
      Split split,
      String property,
      double accuracy,
      double leaveOneOut,
      int images) {

    /**
     * Returns whether this property alone answers the question: {@link #leaveOneOut} is at least
     * 0.75, and the lower end of its 95 % interval (Wilson) is above 0.5. So a few images that
     * differ by chance do not count.
     */
    public boolean isTelling() {
      return Biases.isTelling(leaveOneOut, images);
    }
  }

  /** What a report comes to. */
  public enum Outcome {
    /** The data can be used. */
    FINE(0),
    /**
     * Images are unreadable, or the same image is under both labels or in both splits, or there are
     * no images.
     */
    DEFECTIVE(1),
    /** A file property alone answers whether an image is natural or AI. */
    TELLING(3);

    private final int exitCode;

    Outcome(int exitCode) {
      this.exitCode = exitCode;
    }

    /** Returns the exit code of a program that ends with this outcome: 0, 1 or 3. */
    public int exitCode() {
      return exitCode;
    }
  }

  /** Returns what the report comes to; of several outcomes the last one in {@link Outcome}. */
  public Outcome outcome() {
    return Judgement.outcome(this);
  }

  /** Returns the {@link #outcome} in one sentence, with the figures that it rests on. */
  public String verdict() {
    return Judgement.sentence(this);
  }

  /** Returns the list of the files that cannot be read. */
  public Quarantine quarantine() {
    return quarantine(
        Arrays.stream(Defect.values()).filter(Defect::isUnreadable).toArray(Defect[]::new));
  }

  /** Returns the list of the files that have one of these defects. */
  public Quarantine quarantine(Defect... defects) {
    List<Defect> chosen = List.of(defects);
    Map<String, String> reasons = new TreeMap<>();
    for (Finding finding : findings) {
      if (chosen.contains(finding.defect())) {
        reasons.putIfAbsent(finding.place(), finding.defect() + ": " + finding.detail());
      }
    }
    return new Quarantine(reasons);
  }

  /**
   * Returns a text to print: one line of counts for each subset, the repeated images, the biases,
   * what is missing, and last the verdict.
   */
  public String table() {
    List<List<String>> rows = new ArrayList<>();
    List<String> head =
        new ArrayList<>(List.of("generator", "split", "class", "files", "published"));
    Arrays.stream(Defect.values()).map(Defect::toString).forEach(head::add);
    head.addAll(List.of("formats", "sizes"));
    rows.add(head);
    for (Subset subset : subsets) {
      List<String> row =
          new ArrayList<>(
              List.of(
                  subset.generator().name(),
                  subset.split().folder(),
                  subset.label().folder(),
                  count(subset.files()),
                  subset.published().isPresent()
                      ? count(subset.published().getAsInt())
                      : "unknown"));
      for (Defect defect : Defect.values()) {
        row.add(count(subset.defects().getOrDefault(defect, 0)));
      }
      row.add(
          subset.formats().entrySet().stream()
              .map(format -> count(format.getValue()) + " " + format.getKey())
              .collect(Collectors.joining(", ")));
      row.add(sizes(subset));
      rows.add(row);
    }
    StringBuilder table = new StringBuilder(aligned(rows));
    if (!repeats.isEmpty()) {
      table.append('\n').append(aligned(repeatRows()));
    }
    long known = findings.stream().filter(Finding::known).count();
    if (known > 0) {
      table.append("\nGenImage's users have reported " + known + " of these findings.\n");
    }
    table.append(
        "\nAccuracy of the best rule that uses one file property alone (0.5 is guessing, 1 is perfect)\n");
    List<List<String>> lines = new ArrayList<>();
    lines.add(List.of("generator", "split", "property", "accuracy", "leave-one-out"));
    for (Bias bias : biases) {
      lines.add(
          List.of(
              bias.generator().name(),
              bias.split().folder(),
              bias.property(),
              String.format(Locale.ROOT, "%.3f", bias.accuracy()),
              String.format(Locale.ROOT, "%.3f", bias.leaveOneOut())));
    }
    table.append(aligned(lines));
    missing.forEach(line -> table.append("\nmissing: ").append(line));
    return table.append(missing.isEmpty() ? "\n" : "\n\n").append(verdict()).toString();
  }

  private List<List<String>> repeatRows() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("repeated images", "same bytes", "same look"));
    rows.add(repeatRow("under both labels", Repeat::otherLabel));
    rows.add(repeatRow("in both splits", repeat -> !repeat.otherLabel() && repeat.otherSplit()));
    rows.add(
        repeatRow(
            "twice in one label and split",
            repeat -> !repeat.otherLabel() && !repeat.otherSplit()));
    return rows;
  }

  private List<String> repeatRow(String title, Predicate<Repeat> which) {
    List<Repeat> chosen = repeats.stream().filter(which).toList();
    long exact = chosen.stream().filter(Repeat::exact).count();
    return List.of(title, count((int) exact), count(chosen.size() - (int) exact));
  }

  /** Returns the report as JSON. Of the sizes it has the ten most common of each subset. */
  public String json() {
    ObjectNode json = JSON.createObjectNode();
    ArrayNode list = json.putArray("subsets");
    for (Subset subset : subsets) {
      ObjectNode node = list.addObject();
      node.put("generator", subset.generator().name());
      node.put("split", subset.split().folder());
      node.put("class", subset.label().folder());
      node.put("files", subset.files());
      if (subset.published().isPresent()) {
        node.put("published", subset.published().getAsInt());
      } else {
        node.put("published", "unknown");
      }
      node.put("bytes", subset.bytes());
      node.set("formats", JSON.valueToTree(subset.formats()));
      node.put("distinct_sizes", subset.sizes().size());
      node.set("commonest_sizes", JSON.valueToTree(commonest(subset.sizes(), 10)));
      node.set("jpeg_qualities", JSON.valueToTree(subset.qualities()));
      ObjectNode defects = node.putObject("defects");
      subset.defects().forEach((defect, count) -> defects.put(defect.toString(), count));
    }
    ArrayNode files = json.putArray("findings");
    for (Finding finding : findings) {
      files
          .addObject()
          .put("place", finding.place())
          .put("defect", finding.defect().toString())
          .put("detail", finding.detail())
          .put("known", finding.known());
    }
    ArrayNode again = json.putArray("repeats");
    for (Repeat repeat : repeats) {
      again
          .addObject()
          .put("place", repeat.place())
          .put("earlier", repeat.earlier())
          .put("exact", repeat.exact())
          .put("distance", repeat.distance())
          .put("other_label", repeat.otherLabel())
          .put("other_split", repeat.otherSplit());
    }
    ArrayNode accuracies = json.putArray("biases");
    for (Bias bias : biases) {
      accuracies
          .addObject()
          .put("generator", bias.generator().name())
          .put("split", bias.split().folder())
          .put("property", bias.property())
          .put("accuracy", bias.accuracy())
          .put("leave_one_out", bias.leaveOneOut())
          .put("telling", bias.isTelling());
    }
    json.set("missing", JSON.valueToTree(missing));
    json.put("outcome", outcome().name().toLowerCase(Locale.ROOT));
    json.put("verdict", verdict());
    return json.toPrettyString();
  }

  private static String count(int number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private static String sizes(Subset subset) {
    return subset.sizes().size() == 1
        ? subset.sizes().keySet().iterator().next()
        : count(subset.sizes().size()) + " sizes";
  }

  private static Map<String, Integer> commonest(Map<String, Integer> counts, int limit) {
    Map<String, Integer> commonest = new LinkedHashMap<>();
    counts.entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
        .limit(limit)
        .forEach(entry -> commonest.put(entry.getKey(), entry.getValue()));
    return commonest;
  }

  private static String aligned(List<List<String>> rows) {
    StringBuilder text = new StringBuilder();
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        boolean number = rows.size() > 1 && Character.isDigit(rows.get(1).get(i).charAt(0));
        String format =
            number && i < columns - 2 ? "%" + widths[i] + "s  " : "%-" + widths[i] + "s  ";
        line.append(String.format(Locale.ROOT, format, row.get(i)));
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }
}

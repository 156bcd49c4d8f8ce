package org.genimage.data.doctor;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedMap;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.genimage.data.FolderDataset;
import org.genimage.data.Generator;
import org.genimage.data.Label;
import org.genimage.data.Quarantine;
import org.genimage.data.Split;
import org.genimage.data.image.ImageHeader;

/**
 * What {@link DataDoctor} found.
 *
 * @param subsets one per generator, split and class, in the benchmark's order
 * @param findings file by file, in the same order; duplicates last
 * @param biases how well file properties alone separate the classes
 * @param missing what the benchmark lacks, one sentence each
 */
public record DataReport(
    List<Subset> subsets, List<Finding> findings, List<Bias> biases, List<String> missing) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Copies the components. */
  public DataReport {
    subsets = ImmutableList.copyOf(subsets);
    findings = ImmutableList.copyOf(findings);
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
   * How well one property of the files separates the classes of one split of one generator.
   *
   * @param generator the generator
   * @param split the split
   * @param property {@code format}, {@code size} or {@code quality}
   * @param accuracy the balanced accuracy, 0.5 to 1, of the best rule that uses this property
   *     alone, measured on the images it was chosen on. With few images of many sizes it is high by
   *     chance
   */
  public record Bias(Generator generator, Split split, String property, double accuracy) {}

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
   * Returns a text to print: one line of counts for each subset, the biases, and what is missing.
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
    long known = findings.stream().filter(Finding::known).count();
    if (known > 0) {
      table.append("\nGenImage's users have reported %s of these findings.\n".formatted(known));
    }
    table.append(
        "\nAccuracy of the best rule that uses one file property alone (0.5 is guessing, 1 is perfect)\n");
    List<List<String>> lines = new ArrayList<>();
    lines.add(List.of("generator", "split", "property", "accuracy"));
    for (Bias bias : biases) {
      lines.add(
          List.of(
              bias.generator().name(),
              bias.split().folder(),
              bias.property(),
              String.format(Locale.ROOT, "%.3f", bias.accuracy())));
    }
    table.append(aligned(lines));
    missing.forEach(line -> table.append("\nmissing: ").append(line));
    return table.toString();
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
    ArrayNode accuracies = json.putArray("biases");
    for (Bias bias : biases) {
      accuracies
          .addObject()
          .put("generator", bias.generator().name())
          .put("split", bias.split().folder())
          .put("property", bias.property())
          .put("accuracy", bias.accuracy());
    }
    json.set("missing", JSON.valueToTree(missing));
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

  /** Collects examinations; keeps eight bytes per image. */
  static final class Builder {

    private final FolderDataset images;
    private final List<String> missing;
    private final List<Counts> counts = new ArrayList<>();
    private final long[] hashes;
    private final List<Finding> findings = new ArrayList<>();

    Builder(FolderDataset images, List<String> missing) {
      this.images = images;
      this.missing = missing;
      this.hashes = new long[images.size()];
      images.folders().forEach(folder -> counts.add(new Counts()));
    }

    private static final class Counts {
      private long bytes;
      private final Map<String, Integer> formats = new HashMap<>();
      private final Map<String, Integer> sizes = new HashMap<>();
      private final Map<Integer, Integer> qualities = new HashMap<>();
      private final Map<Defect, Integer> defects = new EnumMap<>(Defect.class);
    }

    void add(int index, Examination examination) {
      Counts count = counts.get(images.position(index).folder());
      ImageHeader header = examination.header();
      hashes[index] = examination.hash();
      count.bytes += examination.bytes();
      count.formats.merge(header.format(), 1, Integer::sum);
      count.sizes.merge(examination.size(), 1, Integer::sum);
      header.quality().ifPresent(quality -> count.qualities.merge(quality, 1, Integer::sum));
      for (Defect defect : examination.defects()) {
        String detail =
            defect.isUnreadable()
                ? examination.reason()
                : "%s of %s and %s channels"
                    .formatted(header.format(), examination.size(), header.channels());
        find(index, defect, detail);
      }
    }

    DataReport build() {
      findDuplicates();
      List<Subset> subsets = new ArrayList<>();
      for (int i = 0; i < counts.size(); i++) {
        FolderDataset.Folder folder = images.folders().get(i);
        Counts count = counts.get(i);
        subsets.add(
            new Subset(
                folder.generator(),
                folder.split(),
                folder.label(),
                folder.files().size(),
                folder.generator().published(folder.split(), folder.label()),
                count.bytes,
                count.formats,
                count.sizes,
                count.qualities,
                count.defects));
      }
      return new DataReport(subsets, findings, biases(subsets), missing);
    }

    private void find(int index, Defect defect, String detail) {
      counts.get(images.position(index).folder()).defects.merge(defect, 1, Integer::sum);
      String place = images.place(index);
      findings.add(new Finding(place, defect, detail, KnownDamage.contains(place)));
    }

    /** Finds files that equal an earlier one; equal hashes are compared byte by byte. */
    private void findDuplicates() {
      long[] sorted = hashes.clone();
      Arrays.sort(sorted);
      Map<Long, Integer> first = new HashMap<>();
      for (int i = 1; i < sorted.length; i++) {
        if (sorted[i] == sorted[i - 1] && sorted[i] != 0) {
          first.put(sorted[i], -1);
        }
      }
      for (int i = 0; i < hashes.length; i++) {
        Integer earlier = first.get(hashes[i]);
        if (earlier == null) {
          continue;
        }
        if (earlier < 0) {
          first.put(hashes[i], i);
        } else if (matters(earlier, i) && equal(earlier, i)) {
          find(i, Defect.DUPLICATE, "equals " + images.place(earlier));
        }
      }
    }

    private boolean matters(int a, int b) {
      FolderDataset.Folder first = images.folders().get(images.position(a).folder());
      FolderDataset.Folder second = images.folders().get(images.position(b).folder());
      return first.split() != second.split() || first.label() != second.label();
    }

    private boolean equal(int a, int b) {
      try {
        byte[] content = images.sample(a).content().read();
        return content.length > 0 && Arrays.equals(content, images.sample(b).content().read());
      } catch (IOException e) {
        return false; // removed meanwhile
      }
    }

    private static List<Bias> biases(List<Subset> subsets) {
      List<Bias> biases = new ArrayList<>();
      for (Subset natural : subsets) {
        subsets.stream()
            .filter(
                fake ->
                    natural.label() == Label.NATURE
                        && fake.label() == Label.AI
                        && fake.generator().equals(natural.generator())
                        && fake.split() == natural.split()
                        && fake.files() > 0
                        && natural.files() > 0)
            .forEach(
                fake -> {
                  biases.add(bias(natural, "format", natural.formats(), fake.formats()));
                  biases.add(bias(natural, "size", natural.sizes(), fake.sizes()));
                  biases.add(bias(natural, "quality", qualities(natural), qualities(fake)));
                });
      }
      return biases;
    }

    private static Map<String, Integer> qualities(Subset subset) {
      Map<String, Integer> qualities = new HashMap<>();
      subset.qualities().forEach((quality, count) -> qualities.put(quality.toString(), count));
      int none = subset.files() - subset.qualities().values().stream().mapToInt(c -> c).sum();
      qualities.put("none", none);
      return qualities;
    }

    private static Bias bias(
        Subset subset, String property, Map<String, Integer> natural, Map<String, Integer> fake) {
      double naturals = natural.values().stream().mapToInt(count -> count).sum();
      double fakes = fake.values().stream().mapToInt(count -> count).sum();
      double accuracy =
          Stream.concat(natural.keySet().stream(), fake.keySet().stream())
                  .distinct()
                  .mapToDouble(
                      value ->
                          Math.max(
                              natural.getOrDefault(value, 0) / naturals,
                              fake.getOrDefault(value, 0) / fakes))
                  .sum()
              / 2;
      return new Bias(subset.generator(), subset.split(), property, accuracy);
    }
  }
}

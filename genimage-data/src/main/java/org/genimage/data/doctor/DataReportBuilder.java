package org.genimage.data.doctor;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.genimage.data.FolderDataset;
import org.genimage.data.image.ImageHeader;

/** Collects examinations. Memory: 44 bytes per image, and 24 more at the end. */
final class DataReportBuilder {

  private final FolderDataset images;
  private final List<String> missing;
  private final List<Counts> counts = new ArrayList<>();
  private final Repeats repeats;
  private final List<DataReport.Finding> findings = new ArrayList<>();

  DataReportBuilder(FolderDataset images, List<String> missing) {
    this.images = images;
    this.missing = new ArrayList<>(missing);
    this.repeats = new Repeats(images);
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
    repeats.put(index, examination);
    count.bytes += examination.bytes();
    count.formats.merge(header.format(), 1, Integer::sum);
    count.sizes.merge(examination.size(), 1, Integer::sum);
    header.quality().ifPresent(quality -> count.qualities.merge(quality, 1, Integer::sum));
    for (Defect defect : examination.defects()) {
      String detail =
          defect.isUnreadable()
              ? examination.reason()
              : header.format()
                  + " of "
                  + examination.size()
                  + " and "
                  + header.channels()
                  + " channels";
      find(index, defect, detail);
    }
  }

  /** Says that the first images were examined by version 0.1.0, which did not store their looks. */
  void withoutLooks(int count) {
    if (count > 0) {
      missing.add(
          "near duplicates of the first "
              + count
              + " images, since version 0.1.0 examined them; to find them, remove the state and"
              + " examine again");
    }
  }

  DataReport build() {
    List<DataReport.Repeat> found = new ArrayList<>();
    repeats.find(
        (index, repeat) -> {
          found.add(repeat);
          find(index, repeat.exact() ? Defect.DUPLICATE : Defect.NEAR_DUPLICATE, repeat.sentence());
        });
    List<DataReport.Subset> subsets = new ArrayList<>();
    for (int i = 0; i < counts.size(); i++) {
      FolderDataset.Folder folder = images.folders().get(i);
      Counts count = counts.get(i);
      subsets.add(
          new DataReport.Subset(
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
    return new DataReport(subsets, findings, found, Biases.of(subsets), missing);
  }

  private void find(int index, Defect defect, String detail) {
    counts.get(images.position(index).folder()).defects.merge(defect, 1, Integer::sum);
    String place = images.place(index);
    findings.add(new DataReport.Finding(place, defect, detail, KnownDamage.contains(place)));
  }
}

package org.genimage.examples;

import java.nio.file.Path;
import java.util.List;
import org.genimage.data.GenImage;
import org.genimage.data.Progress;
import org.genimage.data.doctor.DataDoctor;
import org.genimage.data.doctor.DataReport;

/**
 * Examines a dataset before anything is trained on it: unreadable files, odd sizes, and whether the
 * format or the size of an image alone betrays its label.
 */
final class ExamineFolder {

  private ExamineFolder() {}

  /** Takes a folder in GenImage's layout. */
  public static void main(String[] args) {
    List<Path> paths = Usage.paths(args, "FOLDER");
    DataReport report = examine(paths.get(0));
    System.out.println(report.table());
    report.findings().forEach(finding -> System.out.println(describe(finding)));
  }

  /** Decodes every image once; unreadable images are reported, not thrown. */
  static DataReport examine(Path folder) {
    return DataDoctor.of(GenImage.open(folder)).examine(Progress.NONE);
  }

  /** Returns where a defect is and what it is. */
  static String describe(DataReport.Finding finding) {
    return "%s: %s %s".formatted(finding.place(), finding.defect(), finding.detail());
  }
}

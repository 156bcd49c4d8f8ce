package org.genimage.eval.report;

import java.util.List;

/**
 * A part of a report. Those of this package are records named {@code ...Section}; {@link
 * Report.Builder} has a method for each and holds their order. One of your own goes in by {@link
 * Report.Builder#section}.
 */
public interface Section {

  /**
   * Returns the section as HTML: an element {@code section} that starts with {@code h2}. It must
   * load nothing from elsewhere, and escape what it did not write itself.
   */
  String html();

  /** Returns the section's tables, for the report in other formats. */
  default List<Table> tables() {
    return List.of();
  }
}

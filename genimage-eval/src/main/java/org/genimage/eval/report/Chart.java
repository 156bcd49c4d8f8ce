package org.genimage.eval.report;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.genimage.eval.statistics.Proportion;

/**
 * A chart for a {@link Section}. The factories draw with the colours and type of the page, in its
 * light and dark scheme, and escape all text.
 *
 * @param svg an element {@code svg}. It goes into the page as it is: escape text that you did not
 *     write yourself with {@link Html#escape}, and load nothing from elsewhere
 */
public record Chart(String svg) {

  /**
   * Checks the component.
   *
   * @throws IllegalArgumentException if it is not one element {@code svg}
   */
  public Chart {
    checkArgument(
        svg.startsWith("<svg") && svg.strip().endsWith("</svg>"),
        "a chart must be an element svg, got %s",
        svg.substring(0, Math.min(40, svg.length())));
  }

  /** The colour of a mark. */
  public enum Style {
    /** Blue: the detector that the report is about. */
    DETECTOR("detector"),
    /** Grey: what it is compared with. */
    BASELINE("baseline"),
    /** A blue ring: before a change. */
    BEFORE("clean"),
    /** Orange: after a change. */
    AFTER("attacked");

    private final String css;

    Style(String css) {
      this.css = css;
    }

    String css() {
      return css;
    }
  }

  /**
   * One mark of a row.
   *
   * @param proportion where the mark and its 95 % interval (Wilson) are
   * @param style its colour
   */
  public record Mark(Proportion proportion, Style style) {}

  /**
   * One row of a chart of marks.
   *
   * @param name at the left
   * @param value at the right, such as the accuracy as text
   * @param marks drawn in this order; a line joins the first two
   */
  public record Row(String name, String value, List<Mark> marks) {

    /** Copies the list. */
    public Row {
      marks = List.copyOf(marks);
    }

    /** Returns a row of one mark, with its share in per cent at the right. */
    public static Row of(String name, Proportion proportion, Style style) {
      return new Row(name, Html.percent(proportion.value()), List.of(new Mark(proportion, style)));
    }
  }

  /**
   * Returns a chart of accuracies: one row below the other on one axis, with a line at 50 %.
   *
   * @param title what the chart shows, for people who do not see it
   * @param rows from the top, at least one
   * @throws IllegalArgumentException if there is no row
   */
  public static Chart marks(String title, List<Row> rows) {
    checkArgument(!rows.isEmpty(), "a chart needs at least one row, got none");
    return new Chart(Charts.marks(title, rows));
  }

  /**
   * Returns a chart of accuracies over levels, a line for each series, with 95 % intervals.
   *
   * @param title what the chart shows, for people who do not see it
   * @param axis the title of the horizontal axis, such as {@code JPEG, quality}
   * @param ticks the names of the levels, from the left
   * @param series the accuracies of each series, one per level, empty where there is none. Colours
   *     repeat after seven series
   * @throws IllegalArgumentException if there is no level or no series, or a series has not one
   *     entry per level
   */
  public static Chart lines(
      String title,
      String axis,
      List<String> ticks,
      Map<String, List<Optional<Proportion>>> series) {
    checkArgument(
        !ticks.isEmpty() && !series.isEmpty(),
        "a chart of lines needs levels and series, got %s and %s",
        ticks.size(),
        series.size());
    series.forEach(
        (name, values) ->
            checkArgument(
                values.size() == ticks.size(),
                "series %s needs one entry for each of %s levels, got %s",
                name,
                ticks.size(),
                values.size()));
    return new Chart(Charts.lines(title, axis, ticks, series));
  }
}

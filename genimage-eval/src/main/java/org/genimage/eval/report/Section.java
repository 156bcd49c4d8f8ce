package org.genimage.eval.report;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;

/**
 * A part of a report. {@link Report.Builder#section} adds one of your own:
 *
 * <pre>{@code
 * Section brightness =
 *     Section.builder("Bright and dark images")
 *         .paragraph("Is the detector as good on dark images as on bright ones?")
 *         .chart(
 *             Chart.marks(
 *                 "Accuracy by brightness",
 *                 List.of(
 *                     Chart.Row.of("dark", ofDark, Chart.Style.DETECTOR),
 *                     Chart.Row.of("bright", ofBright, Chart.Style.DETECTOR))),
 *             "Lines are 95 % intervals.")
 *         .table(table)
 *         .build();
 * Report report = Report.builder("ResNet-50 on GenImage", result).section(brightness).build();
 * }</pre>
 *
 * <p>The builder escapes all text. Who implements this interface escapes it with {@link
 * Html#escape}.
 */
public interface Section {

  /**
   * Returns the section as HTML: an element {@code section} that starts with {@code h2}. It must
   * load nothing from elsewhere, and escape what it did not write itself.
   */
  String html();

  /**
   * Returns the section's tables, which {@link Report#writeTables} writes in other formats. {@link
   * #html} shows them or not.
   */
  default List<Table> tables() {
    return List.of();
  }

  /**
   * Starts a section.
   *
   * @param heading plain text, escaped here
   */
  static Builder builder(String heading) {
    return new Builder(heading);
  }

  /** Collects what a section shows, in the order of the calls. All text is plain and escaped. */
  final class Builder {

    private final StringBuilder html = new StringBuilder("<section>\n");
    private final List<Table> tables = new ArrayList<>();
    private boolean started;

    private Builder(String heading) {
      add("<h2>%s</h2>", Html.escape(heading));
    }

    private Builder add(String pattern, Object... escaped) {
      html.append("  ").append(Html.format(pattern, escaped)).append('\n');
      return this;
    }

    /** Adds a heading of a lower level. */
    public Builder subheading(String text) {
      return add("<h3>%s</h3>", Html.escape(text));
    }

    /** Adds a paragraph; the first one is the section's introduction. */
    public Builder paragraph(String text) {
      String style = started ? "" : " class=\"lead\"";
      started = true;
      return add("<p%s>%s</p>", style, Html.escape(text));
    }

    /** Adds a paragraph that begins with the word Warning. */
    public Builder warning(String text) {
      return add("<p><strong>Warning:</strong> %s</p>", Html.escape(text));
    }

    /** Adds a table, which is then among {@link Section#tables()}, too. */
    public Builder table(Table table) {
      tables.add(table);
      return add("%s", table.html());
    }

    /** Adds a chart and a caption below it. */
    public Builder chart(Chart chart, String caption) {
      return add(
          "<figure>%s<figcaption>%s</figcaption></figure>", chart.svg(), Html.escape(caption));
    }

    /** Adds images side by side. */
    public Builder pictures(List<Picture> pictures) {
      return add("<div class=\"pictures\">%s</div>", Html.join(pictures, Builder::figure));
    }

    private static String figure(Picture picture) {
      String caption = Html.escape(picture.caption());
      return Html.format(
          "<figure><img src=\"%s\" alt=\"%s\"><figcaption>%s</figcaption></figure>",
          Thumbnail.png(picture.image()), caption, caption);
    }

    /**
     * Adds HTML as it is. Escape what you did not write yourself with {@link Html#escape}, and load
     * nothing from elsewhere.
     */
    public Builder html(String content) {
      return add("%s", content);
    }

    /** Returns the section. Later calls of this builder do not change it. */
    public Section build() {
      return new BuiltSection(html + "</section>\n", ImmutableList.copyOf(tables));
    }
  }
}

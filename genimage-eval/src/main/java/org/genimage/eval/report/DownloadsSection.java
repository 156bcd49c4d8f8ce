package org.genimage.eval.report;

import static org.genimage.eval.report.Html.escape;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/** All tables of the page as files, which are in the page itself. */
record DownloadsSection(List<Table> shown) implements Section {

  @Override
  public String html() {
    return """
        <section>
          <h2>The numbers as files</h2>
          <p class="lead">Every table with its numbers in full. They are stored in this page, so the
          links work without a network.</p>
          <ul class="downloads">%s</ul>
        </section>
        """
        .formatted(
            Html.join(
                shown,
                table ->
                    "<li>%s: %s, %s</li>\n"
                        .formatted(
                            escape(table.title()),
                            link(table.name() + ".csv", "text/csv", table.csv(), "CSV"),
                            link(
                                table.name() + ".json",
                                "application/json",
                                table.json().toString(),
                                "JSON"))));
  }

  private static String link(String file, String type, String content, String text) {
    return "<a download=\"%s\" href=\"data:%s;charset=utf-8;base64,%s\">%s</a>"
        .formatted(
            escape(file),
            type,
            Base64.getEncoder().encodeToString(content.getBytes(StandardCharsets.UTF_8)),
            text);
  }
}

package org.genimage.eval.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.genimage.data.Progress;
import org.genimage.eval.Baselines;
import org.genimage.eval.Evaluation;
import org.genimage.eval.Fakes;
import org.genimage.eval.alignment.Alignment;
import org.genimage.eval.alignment.SideBySide;
import org.genimage.eval.protocol.Protocols;
import org.genimage.eval.statistics.Proportion;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A report in a real browser: headless Chromium of the system, where there is one. */
@Tag("browser")
class ReportBrowserTest {

  private static final Fakes.RedDetector DETECTOR = new Fakes.RedDetector(Map.of());
  private static final int PHONE = 360;
  private static final int SHEET = 1009; // CSS pixels between the margins of a sheet of A4

  @TempDir private static Path folder;

  private static String browser;

  @BeforeAll
  static void write() {
    Optional<Path> found =
        Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .flatMap(
                place ->
                    Stream.of("chromium", "chromium-browser", "google-chrome")
                        .map(name -> Path.of(place, name)))
            .filter(Files::isExecutable)
            .findFirst();
    assumeTrue(found.isPresent(), "no Chromium on the PATH: the report is not looked at");
    browser = found.get().toString();
    var data = Fakes.dataset();
    Report.builder("A report with a long title", Evaluation.of(DETECTOR, data).run())
        .baselines(Baselines.of(data, Progress.NONE))
        .robustness(
            List.of(new RobustnessRow("FGSM", "8/255", new Proportion(6, 8), new Proportion(1, 8))))
        .protocol(Fakes.protocolResult(Protocols.crossGenerator(), 60))
        .degradations(Fakes.degradations())
        .gallery(data, DETECTOR)
        .samples(data, 60)
        .aligned(SideBySide.run(Evaluation.of(DETECTOR, data), List.of(Alignment.jpegOfBoth(96))))
        .mistakes(data)
        .losses(List.of(0.7, 0.4, 0.2))
        .manifest(Map.of("command", "x".repeat(200)))
        .build()
        .write(folder.resolve("report.html"));
  }

  /** Runs a script on the page in a frame of this width, and returns what it returns. */
  private static String run(int width, String script) throws IOException, InterruptedException {
    Path page = folder.resolve("frame.html");
    Files.writeString(
        page,
        """
        <!DOCTYPE html><meta charset="utf-8">
        <iframe width="%s" height="800" style="border:0" src="report.html"></iframe><pre></pre>
        <script>
        document.querySelector("iframe").onload = () => {
          const d = document.querySelector("iframe").contentDocument;
          document.querySelector("pre").textContent = "<<" + (() => { %s })() + ">>";
        };
        </script>
        """
            .formatted(width, script));
    Path out = folder.resolve("out.txt");
    Process process =
        new ProcessBuilder(
                browser,
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--allow-file-access-from-files",
                "--user-data-dir=" + folder.resolve("profile"),
                "--virtual-time-budget=8000",
                "--dump-dom",
                page.toUri().toString())
            .redirectOutput(out.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
    String dom = Files.readString(out, StandardCharsets.UTF_8);
    int start = dom.indexOf("&lt;&lt;", dom.indexOf("<pre>")) + 8;
    return dom.substring(start, dom.indexOf("&gt;&gt;", start));
  }

  @Test
  void page_onAPhone_isNotWiderThanTheScreen() throws Exception {
    String wide =
        run(
            PHONE,
            """
            const wide = [...d.body.querySelectorAll("*")].filter((e) =>
              e.getBoundingClientRect().right > 361 && !e.closest(".table") && !e.closest("svg"));
            return d.documentElement.scrollWidth <= 360 && wide.length === 0
              ? "fits" : d.documentElement.scrollWidth + " " + wide.map((e) => e.outerHTML);
            """);
    assertThat(wide).isEqualTo("fits");
  }

  @Test
  void page_everyLinkInside_hasItsTargetAndEveryPictureLoads() throws Exception {
    String missing =
        run(
            1200,
            """
            const links = [...d.querySelectorAll("a[href^='#']")]
              .filter((a) => !d.getElementById(a.getAttribute("href").slice(1)));
            const images = [...d.images].filter((i) => i.loading !== "lazy" && !i.naturalWidth);
            return links.length + " " + images.length + " " + d.querySelectorAll("nav a").length;
            """);
    assertThat(missing).matches("0 0 1[0-9]");
  }

  /** What scrolls or can be pressed can be reached with the keyboard, in the order of the page. */
  @Test
  void page_keyboard_reachesEverythingThatScrollsOrIsPressed() throws Exception {
    String found =
        run(
            PHONE,
            """
            const reachable = (e) => e.tabIndex >= 0;
            const scrolls = [...d.querySelectorAll("*")].filter((e) =>
              e.scrollWidth > e.clientWidth + 1 && ["auto", "scroll"].includes(
                d.defaultView.getComputedStyle(e).overflowX));
            const pressed = [...d.querySelectorAll("a[href], button, summary")];
            const jumps = [...d.querySelectorAll("[tabindex]")].filter((e) => e.tabIndex > 0);
            return [scrolls.length > 0, scrolls.filter((e) => !reachable(e)).length,
              pressed.length > 10, pressed.filter((e) => !reachable(e)).length,
              jumps.length].join(" ");
            """);
    assertThat(found).isEqualTo("true 0 true 0 0");
  }

  /** The rules for paper, applied to a screen as wide as a sheet of A4. */
  @Test
  void page_onPaper_cutsNoTableAndNoPicture() throws Exception {
    String found =
        run(
            680,
            """
            for (const rule of d.styleSheets[0].cssRules) {
              if (rule.media && rule.media.mediaText === "print") { rule.media.mediaText = "all"; }
            }
            const style = (e) => d.defaultView.getComputedStyle(e);
            const all = (query) => [...d.querySelectorAll(query)];
            const hidden = all(".table").filter((e) => style(e).overflowX !== "visible"
              || e.scrollHeight > e.clientHeight + 1);
            const split = all("figure, .chart, .sheet, tr").filter((e) => style(e).breakInside !== "avoid");
            const shown = all(".contents, .skip").filter((e) => style(e).display !== "none");
            return [all(".table").length > 5, hidden.length, split.length, shown.length].join(" ");
            """);
    assertThat(found).isEqualTo("true 0 0 0");
  }

  @Test
  void page_printed_hasPagesOfItsSections() throws Exception {
    Path pdf = folder.resolve("report.pdf");
    Process process =
        new ProcessBuilder(
                browser,
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--user-data-dir=" + folder.resolve("profile"),
                "--no-pdf-header-footer",
                "--print-to-pdf=" + pdf,
                folder.resolve("report.html").toUri().toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
    String content = Files.readString(pdf, StandardCharsets.ISO_8859_1);
    assertThat(content).startsWith("%PDF");
    long pages = Pattern.compile("/Type ?/Page\\b").matcher(content).results().count();
    double sheets = Double.parseDouble(run(680, "return d.documentElement.scrollHeight;")) / SHEET;
    // Paper has smaller letters than the screen, and white space before whole pictures.
    assertThat((double) pages).isBetween(0.4 * sheets, 2 * sheets);
  }

  @Test
  void mistakes_headPressed_areSorted() throws Exception {
    String order =
        run(
            1200,
            """
            const head = [...d.querySelectorAll("table.sortable button")]
              .find((b) => b.textContent === "File");
            const files = () => [...d.querySelectorAll("table.sortable tbody tr")]
              .map((r) => r.cells[1].textContent).join(",");
            head.click();
            const up = files();
            head.click();
            return up + " " + files() + " " + head.closest("th").getAttribute("aria-sort");
            """);
    assertThat(order).isEqualTo("6.png,7.png 7.png,6.png descending");
  }
}

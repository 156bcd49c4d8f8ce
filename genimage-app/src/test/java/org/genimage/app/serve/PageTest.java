package org.genimage.app.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.genimage.models.ErrorBound;
import org.genimage.models.VerdictRule;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The page in a real browser. {@code -Dgenimage.pictures=FOLDER} keeps pictures of it, to look at.
 */
@Tag("browser")
@Timeout(120)
class PageTest {

  private static final String TOKEN = "0123456789abcdef0123";
  private static final String CARDS = "document.querySelectorAll('.card')";

  private final RedDetector detector = new RedDetector();

  @TempDir Path folder;
  private ScoringServer server;
  private Browser browser;

  @BeforeEach
  void start() throws Exception {
    Optional<Path> program = Browser.installed();
    assumeTrue(
        program.isPresent(),
        "no Chromium on the PATH: install Debian's package chromium to run it");
    ErrorBound bound = new ErrorBound(0.05, 0.03, 0.95, 0, 100);
    VerdictRule.Origin origin = new VerdictRule.Origin("red", 1, "0".repeat(64), "", true);
    detector.rule = Optional.of(new VerdictRule(0.3, 0.7, bound, bound, List.of(), origin));
    browser = new Browser(program.get(), Files.createDirectory(folder.resolve("browser")));
  }

  private void serve(ServiceSettings settings) throws Exception {
    server = ScoringServer.start(detector.batching(), settings.at("127.0.0.1", 0));
    browser.open(server.address());
  }

  @AfterEach
  void stop() throws Exception {
    if (browser != null) {
      browser.close();
    }
    if (server != null) {
      server.close();
    }
  }

  private Path file(String name, byte[] content) throws Exception {
    return Files.write(folder.resolve(name), content);
  }

  /** Drops a file onto the page, as a person does with a mouse. */
  private void drop(String name, byte[] content) throws Exception {
    give(name, content, "new DragEvent('drop', { ...event, dataTransfer: data })");
  }

  /** Pastes a file into the page. */
  private void paste(String name, byte[] content) throws Exception {
    give(name, content, "new ClipboardEvent('paste', { ...event, clipboardData: data })");
  }

  private void give(String name, byte[] content, String event) throws Exception {
    browser.value(
        """
        (() => {
          const bytes = Uint8Array.from(atob('%s'), (c) => c.charCodeAt(0));
          const data = new DataTransfer();
          data.items.add(new File([bytes], '%s', { type: 'image/png' }));
          const event = { bubbles: true, cancelable: true };
          document.getElementById('drop').dispatchEvent(%s);
        })()
        """
            .formatted(Base64.getEncoder().encodeToString(content), name, event));
  }

  private void waitForCards(int count) throws Exception {
    browser.waitFor(
        CARDS + ".length === " + count + " && !document.querySelector('.card.waiting')");
  }

  private String text(String selector) throws Exception {
    return browser.value("document.querySelector('" + selector + "').innerText");
  }

  @Test
  void droppedFile_getsItsVerdict_andThenItsExplanation() throws Exception {
    serve(ServiceSettings.DEFAULT);
    drop("dropped.png", RedDetector.png(0.8));
    waitForCards(1);

    assertThat(text(".card .verdict")).isEqualTo("Counts as AI-made");
    assertThat(text(".card .name")).isEqualTo("dropped.png");
    assertThat(text(".card .value")).contains("Score 0.800", "unsure between");
    assertThat(text(".card .claims")).contains("The file does not say", "not verified");
    assertThat(text("#status")).startsWith("1 image scored");
    assertThat(text("#limits")).contains("A score is not evidence.");
    assertThat(browser.value("document.querySelector('.mark').style.left")).isEqualTo("80%");
    paste("large.png", RedDetector.png(0.8, 32));
    browser.waitFor("document.querySelectorAll('.figure').length === 3");
    browser.waitFor(
        "[...document.querySelectorAll('.figure img')].every((i) => i.naturalWidth > 0)");
    assertThat(
            browser.value(
                "document.querySelectorAll('.card')[1].querySelectorAll('.figure').length"))
        .isEqualTo("2"); // a spectrum, too
    assertThat(text(".figure h4")).isEqualTo("Where the score comes from");
    assertThat(text(".figure .ends")).contains("speaks for natural", "speaks for AI");
    assertThat(text(".figure figcaption")).contains("orange areas speak for AI");
    assertThat(text("#status")).isEqualTo("2 images scored, 2 explained.");
    assertThat(browser.problems()).isEmpty();
  }

  @Test
  void chosenFiles_eachGetACard_andABrokenOneSaysWhy() throws Exception {
    serve(ServiceSettings.DEFAULT);
    browser.choose(
        "#files",
        file("a <b>bold<b> name.png", RedDetector.png(0.2)),
        file("unsure.png", RedDetector.png(0.6)),
        file("broken.png", new byte[] {1, 2, 3}));
    waitForCards(3);

    assertThat(browser.value("[..." + CARDS + "].map((c) => c.className).join()"))
        .isEqualTo("card natural,card unsure,card failed");
    assertThat(text(".card .name")).isEqualTo("a <b>bold<b> name.png");
    assertThat(text(".failed .problem")).startsWith("Expected a JPEG, PNG");
    assertThat(browser.value("document.querySelectorAll('#images b').length")).isEqualTo("0");
  }

  @Test
  void keyboard_reachesEverything() throws Exception {
    serve(ServiceSettings.DEFAULT);
    drop("one.png", RedDetector.png(0.8));
    waitForCards(1);
    String seen = "";
    for (int i = 0; i < 7; i++) {
      browser.press("Tab");
      seen +=
          browser.value(
                  "document.activeElement.id || document.activeElement.getAttribute('aria-label')"
                      + " || document.activeElement.textContent.trim()")
              + "|";
    }
    assertThat(seen)
        .contains("Skip to the results|files|print|clear|Remove one.png|Interface for programs");
    browser.value("document.querySelector('.close').focus()");
    browser.press("Enter");
    browser.waitFor(CARDS + ".length === 0");
    assertThat(browser.value("document.activeElement.id")).isEqualTo("files");
  }

  /** What a screen reader says: names of controls and pictures, one heading of the first level. */
  @Test
  void everything_hasANameForAScreenReader() throws Exception {
    serve(ServiceSettings.DEFAULT);
    drop("one.png", RedDetector.png(0.8));
    waitForCards(1);
    browser.call("Accessibility.enable");
    var nodes = browser.call("Accessibility.getFullAXTree").get("nodes");
    StringBuilder tree = new StringBuilder();
    nodes.forEach(
        node -> {
          if (!node.path("ignored").asBoolean()) {
            tree.append(node.at("/role/value").asText())
                .append(": ")
                .append(node.at("/name/value").asText())
                .append('\n');
          }
        });

    assertThat(tree.toString())
        .contains(
            "heading: Was this image made by AI?\n",
            "button: Choose images",
            "image: Score 0.800 from 0 to 1; natural below 0.300, AI above 0.700, unsure between\n",
            "button: Remove one.png\n");
    assertThat(tree.toString().lines())
        .noneMatch(line -> line.matches("(button|link|textbox|image|img): "));
  }

  @Test
  void token_isAskedFor() throws Exception {
    serve(ServiceSettings.DEFAULT.token(TOKEN));
    browser.waitFor("!document.getElementById('token-row').hidden");
    browser.value("document.getElementById('token').value = '" + TOKEN + "'");
    browser.value("document.querySelector('#token-row button').click()");
    browser.waitFor("document.getElementById('detector').textContent.includes('red')");
    drop("one.png", RedDetector.png(0.8));
    waitForCards(1);

    assertThat(text(".card .verdict")).isEqualTo("Counts as AI-made");
  }

  /** No line is wider than a phone, in light and dark, and every text has enough contrast. */
  @Test
  void page_fitsOnAPhone_andOnPaper() throws Exception {
    serve(ServiceSettings.DEFAULT);
    drop("a-very-long-name-without-any-blank-".repeat(4) + ".png", RedDetector.png(0.8));
    drop("unsure.png", RedDetector.png(0.5, 64));
    waitForCards(2);
    browser.waitFor("document.querySelectorAll('.figure').length === 3");
    for (String colours : List.of("light", "dark")) {
      browser.screen(360, 740, 2, true, colours);
      assertThat(browser.value("document.documentElement.scrollWidth")).isEqualTo("360");
      assertThat(Double.parseDouble(browser.value(CONTRAST))).as(colours).isGreaterThan(4.5);
      keep("phone-" + colours + ".png");
      browser.screen(1280, 900, 1, false, colours);
      assertThat(Double.parseDouble(browser.value(CONTRAST))).as(colours).isGreaterThan(4.5);
      keep("desktop-" + colours + ".png");
    }
    Path pdf = kept("print.pdf").orElse(folder.resolve("print.pdf"));
    browser.print(pdf);
    assertThat(Files.readAllBytes(pdf)).startsWith('%', 'P', 'D', 'F');
  }

  private void keep(String name) throws Exception {
    Optional<Path> file = kept(name);
    if (file.isPresent()) {
      browser.picture(file.get(), true);
    }
  }

  /** Returns where a picture is kept, if any is. */
  private static Optional<Path> kept(String name) throws IOException {
    String pictures = System.getProperty("genimage.pictures");
    return pictures == null
        ? Optional.empty()
        : Optional.of(Files.createDirectories(Path.of(pictures)).resolve(name));
  }

  /** The least contrast of a text against what is behind it (WCAG 2.2). */
  private static final String CONTRAST =
      """
      (() => {
        const channels = (text) => text.match(/[\\d.]+/g).map(Number);
        const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
          .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
          .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
        const behind = (element) => {
          for (let e = element; e; e = e.parentElement) {
            const colour = channels(getComputedStyle(e).backgroundColor);
            if (colour.length < 4 || colour[3] > 0) {
              return colour;
            }
          }
          return [255, 255, 255];
        };
        let least = 99;
        for (const element of document.querySelectorAll('body *')) {
          const hasText = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
          if (hasText && element.getClientRects().length > 0 && element.tagName !== 'NOSCRIPT') {
            const a = light(channels(getComputedStyle(element).color));
            const b = light(behind(element));
            least = Math.min(least, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
          }
        }
        return least;
      })()
      """;
}

package org.genimage.app.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.genimage.data.Generator;
import org.genimage.data.Progress;
import org.genimage.data.simulation.SimulatedGenImage;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Makes the pictures of the page in docs, with FerretNet-S's published weights and simulated images
 * ({@code tools/page_pictures.sh}).
 */
@Tag("browser")
class PagePicturesTest {

  private static final String EXPLAINED = "document.querySelectorAll('.figure').length === 2";

  @Test
  @EnabledIfSystemProperty(
      named = "genimage.page.pictures",
      matches = ".+",
      disabledReason = "makes pictures for docs on request: tools/page_pictures.sh")
  void page_isDrawn(@TempDir Path folder) throws Exception {
    Path out = Files.createDirectories(Path.of(System.getProperty("genimage.page.pictures")));
    Path weights = Path.of(System.getProperty("genimage.page.weights"));
    Path program = Browser.installed().orElseThrow();
    try (Detector detector = Detectors.ferretNetSmall().load(weights);
        ScoringServer server =
            ScoringServer.start(
                detector.batching(), ServiceSettings.DEFAULT.at("127.0.0.1", 0), line -> {});
        Browser browser = new Browser(program, Files.createDirectory(folder.resolve("browser")))) {
      browser.screen(1000, 1100, 1, false, "light");
      browser.open(server.address());
      browser.choose("#files", image(folder));
      browser.waitFor(EXPLAINED);
      browser.waitFor(
          "[...document.querySelectorAll('img')].every((i) => i.naturalWidth > 0 && i.complete)");
      browser.picture(out.resolve("page-light.png"), true);
      browser.screen(1000, 700, 1, false, "dark");
      browser.picture(out.resolve("page-dark.png"), false);
      browser.screen(390, 844, 1, true, "light");
      browser.value("document.querySelector('.card').scrollIntoView()");
      browser.picture(out.resolve("page-phone.png"), false);
      assertThat(browser.problems()).isEmpty();
    }
  }

  /** An image that may be published: it is no photograph, and nothing of GenImage is in it. */
  private static Path image(Path folder) throws IOException {
    Path simulated = folder.resolve("simulated");
    SimulatedGenImage.seeded(42)
        .imageSize(320)
        .generators(List.of(Generator.MIDJOURNEY))
        .train(1)
        .validation(1)
        .writeTo(simulated, Progress.NONE);
    try (Stream<Path> files = Files.walk(simulated)) {
      Path first =
          files
              .filter(file -> file.endsWith("val/ai/0_midjourney_0.png"))
              .findFirst()
              .orElseThrow();
      return Files.copy(first, folder.resolve("simulated.png"));
    }
  }
}

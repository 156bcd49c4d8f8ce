package org.genimage.models.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.genimage.models.pretrained.LocalServer.file;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;
import org.genimage.models.pretrained.PublishedFile.Content;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real published weights, from a server to the scores of their authors' code. {@code
 * -Dgenimage.weights} names a folder with {@code ferretnet_s}, as docs/weights.md describes it.
 */
@Tag("weights")
@EnabledIfSystemProperty(
    named = "genimage.weights",
    matches = ".+",
    disabledReason = "published weights are not part of genimage: -Dgenimage.weights=DIR")
class PublishedWeightsTest {

  private static final String NAME = "ferretnet-s";
  private static final double SCORE = 1e-4;

  @Test
  void ferretNetSmall_fromAServer_scoresAsItsAuthorsCode(@TempDir Path cache) throws IOException {
    Path weights = Path.of(System.getProperty("genimage.weights")).toAbsolutePath();
    Path folder = weights.resolve("ferretnet_s");
    JsonNode scores = new JsonMapper().readTree(folder.resolve("scores.json").toFile());
    byte[] content = Files.readAllBytes(folder.resolve(scores.path("weights").textValue()));
    Path images = images(weights, scores.path("images_from").textValue());
    try (LocalServer server = new LocalServer()) {
      PublishedModel model = model(content);
      server.on(model.files().get(0).published().getPath(), file(content));
      DownloadOptions options =
          DownloadOptions.DEFAULT
              .environment(Map.of())
              .cache(cache)
              .mirror("raw.githubusercontent.com", server.address());
      Pretrained pretrained =
          new Pretrained(model, Detectors.named(model.detector()), Access.of(options));

      try (Detector detector = pretrained.load()) {
        assertThat(detector.provenance())
            .containsEntry("genimage.pretrained", NAME)
            .hasEntrySatisfying(
                "genimage.licence", text -> assertThat(text).contains("Apache-2.0"));
        assertThat(scores.path("images")).isNotEmpty();
        for (JsonNode image : scores.path("images")) {
          String name = image.path("file").textValue();
          assertThat(detector.score(images.resolve(name)))
              .as(name)
              .isCloseTo(image.path("score").doubleValue(), within(SCORE));
        }
      }
      assertThat(server.requests()).hasSize(1);
    }
  }

  private static Path images(Path weights, String name) {
    Path inside = weights.resolve(name);
    return Files.isDirectory(inside) ? inside : weights.resolveSibling(name);
  }

  /** The one of the catalogue; with its own hash if the folder has other numbers. */
  private static PublishedModel model(byte[] content) {
    PublishedModel model =
        Catalogue.PUBLISHED.models().stream()
            .filter(one -> one.name().equals(NAME))
            .findFirst()
            .orElseThrow();
    PublishedFile file = model.files().get(0);
    Content own = Publications.known(content);
    if (file.expected().sha256().equals(own.sha256())) {
      return model;
    }
    PublishedFile other =
        new PublishedFile(
            file.host(),
            file.repository(),
            file.revision(),
            file.path(),
            content.length,
            own,
            file.licence());
    return new PublishedModel(NAME, model.detector(), Optional.of("model"), List.of(other));
  }
}

package org.genimage.data.claims;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.assertj.core.api.SoftAssertions;
import org.genimage.data.claims.ContentCredentials.Action;
import org.genimage.data.claims.ContentCredentials.Ingredient;
import org.genimage.data.claims.ContentCredentials.Manifest;
import org.genimage.data.claims.ContentCredentials.Signer;
import org.genimage.data.claims.ContentCredentials.Software;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Files with claims and what a right reader says of each, in the folder that the system property
 * {@code genimage.claims} names: {@code expected.json} with C2PA as c2pa-rs reads it, texts as
 * exiftool and Pillow do. The files are of other projects, so none is kept here.
 */
@Tag("reference")
class ClaimsReferenceTest {

  private static final Duration LONGEST = Duration.ofSeconds(2);

  private static final ImmutableMap<String, ClaimKind> KINDS =
      ImmutableMap.of(
          "ai_generated", ClaimKind.AI_GENERATED,
          "ai_edited", ClaimKind.PARTLY_AI,
          "algorithmic", ClaimKind.ALGORITHMIC,
          "camera", ClaimKind.CAMERA);

  private static final ImmutableMap<String, ClaimSource> SOURCES =
      ImmutableMap.<String, ClaimSource>builder()
          .put("png tEXt", ClaimSource.PNG_TEXT)
          .put("png zTXt", ClaimSource.PNG_TEXT)
          .put("png iTXt", ClaimSource.PNG_TEXT)
          .put("exif", ClaimSource.EXIF)
          .put("xmp", ClaimSource.XMP)
          .put("iptc", ClaimSource.IPTC)
          .put("alpha bits", ClaimSource.ALPHA_BITS)
          .buildOrThrow();

  @TestFactory
  Stream<DynamicTest> files() throws IOException {
    String folder = System.getProperty("genimage.claims");
    assumeTrue(folder != null, "-Dgenimage.claims names no folder of files with claims");
    JsonNode expected = new ObjectMapper().readTree(Path.of(folder, "expected.json").toFile());
    return stream(expected.path("files"))
        .map(
            file -> {
              String name = file.path("file").textValue();
              return DynamicTest.dynamicTest(name, () -> check(Path.of(folder, name), file));
            });
  }

  private static Stream<JsonNode> stream(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false);
  }

  private static Optional<String> text(JsonNode node, String key) {
    return Optional.ofNullable(node.path(key).textValue());
  }

  private static void check(Path path, JsonNode expected) {
    long start = System.nanoTime();
    FileClaims found = Claims.of(path);
    Duration time = Duration.ofNanos(System.nanoTime() - start);

    SoftAssertions softly = new SoftAssertions();
    softly.assertThat(time).isLessThan(LONGEST);
    says(found, expected.path("says"), softly);
    for (JsonNode claim : expected.path("claims")) {
      softly.assertThat(found.claims()).anySatisfy(one -> checkText(one, claim));
    }
    text(expected, "tool").ifPresent(tool -> softly.assertThat(found.tool()).contains(tool));
    JsonNode camera = expected.path("camera");
    softly
        .assertThat(found.camera().map(one -> List.of(one.make(), one.model())))
        .isEqualTo(
            camera.isMissingNode()
                ? Optional.empty()
                : Optional.of(
                    List.of(camera.path("make").asText(), camera.path("model").asText())));
    checkStore(found, expected.path("c2pa"), softly);
    if (!expected.path("problems").isEmpty()) {
      softly.assertThat(found.warnings()).as("warnings").isNotEmpty();
    }
    softly.assertAll();
  }

  private static void says(FileClaims found, JsonNode expected, SoftAssertions softly) {
    Set<ClaimKind> kinds = new TreeSet<>();
    for (JsonNode word : expected) {
      if (word.textValue().equals("anything")) {
        return;
      }
      if (!word.textValue().equals("nothing")) {
        kinds.add(KINDS.get(word.textValue()));
      }
    }
    softly.assertThat(found.says()).as("says").containsExactlyInAnyOrderElementsOf(kinds);
  }

  private static void checkText(Claim found, JsonNode expected) {
    assertThat(found.source()).isEqualTo(SOURCES.get(expected.path("where").textValue()));
    assertThat(found.field()).isEqualTo(expected.path("key").textValue());
    assertThat(found.text()).startsWith(expected.path("starts").textValue());
    text(expected, "tool").ifPresent(tool -> assertThat(found.tool()).contains(tool));
  }

  private static void checkStore(FileClaims found, JsonNode expected, SoftAssertions softly) {
    softly.assertThat(found.remoteManifest()).isEqualTo(text(expected, "remote"));
    if (!expected.path("present").isTextual()) {
      softly
          .assertThat(found.contentCredentials().isPresent())
          .as("has a store")
          .isEqualTo(expected.path("present").asBoolean());
    }
    if (found.contentCredentials().isEmpty()) {
      return;
    }
    ContentCredentials store = found.contentCredentials().get();
    if (expected.path("readable").isBoolean()) {
      softly
          .assertThat(store.readable())
          .as("readable")
          .isEqualTo(expected.path("readable").booleanValue());
    }
    text(expected, "active").ifPresent(label -> softly.assertThat(store.active()).contains(label));
    for (JsonNode manifest : expected.path("manifests")) {
      Optional<Manifest> read =
          store.manifests().stream()
              .filter(one -> one.label().equals(manifest.path("label").textValue()))
              .findFirst();
      softly.assertThat(read).as(manifest.path("label").textValue()).isPresent();
      read.ifPresent(one -> checkManifest(one, manifest, softly));
    }
  }

  private static void checkManifest(Manifest found, JsonNode expected, SoftAssertions softly) {
    text(expected, "role")
        .ifPresent(role -> softly.assertThat(found.role().name()).isEqualToIgnoringCase(role));
    softly.assertThat(found.claimVersion()).isEqualTo(expected.path("claim_version").intValue());
    softly.assertThat(found.claimGenerator()).isEqualTo(text(expected, "claim_generator"));
    softly
        .assertThat(found.generators())
        .isEqualTo(stream(expected.path("generator")).map(one -> software(one).get()).toList());
    if (expected.has("title")) {
      softly.assertThat(found.title()).isEqualTo(text(expected, "title"));
    }
    softly.assertThat(found.signer()).isEqualTo(signer(expected.path("signer")));
    softly
        .assertThat(found.actions())
        .isEqualTo(stream(expected.path("actions")).map(ClaimsReferenceTest::action).toList());
    softly
        .assertThat(found.ingredients())
        .isEqualTo(
            stream(expected.path("ingredients"))
                .map(
                    one ->
                        new Ingredient(
                            text(one, "relationship"), text(one, "title"), text(one, "manifest")))
                .toList());
    softly
        .assertThat(found.redactions())
        .isEqualTo(stream(expected.path("redactions")).map(JsonNode::textValue).toList());
  }

  private static Optional<Software> software(JsonNode node) {
    return node.isTextual()
        ? Optional.of(new Software(node.textValue(), Optional.empty()))
        : text(node, "name").map(name -> new Software(name, text(node, "version")));
  }

  private static Action action(JsonNode node) {
    return new Action(
        node.path("action").textValue(),
        text(node, "digitalSourceType"),
        software(node.path("softwareAgent")),
        text(node, "description"));
  }

  private static Optional<Signer> signer(JsonNode node) {
    if (!node.isObject()) {
      return Optional.empty();
    }
    Optional<Instant> time =
        text(node, "time").map(instant -> OffsetDateTime.parse(instant).toInstant());
    return Optional.of(
        new Signer(text(node, "organisation"), text(node, "common_name"), text(node, "alg"), time));
  }
}

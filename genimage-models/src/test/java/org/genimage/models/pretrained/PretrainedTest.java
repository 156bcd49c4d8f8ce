package org.genimage.models.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.genimage.models.pretrained.LocalServer.file;
import static org.genimage.models.pretrained.Publications.COMMIT;
import static org.genimage.models.pretrained.Publications.known;
import static org.genimage.models.pretrained.Publications.path;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.genimage.data.image.Image;
import org.genimage.models.Blueprint;
import org.genimage.models.CatalogueEntry;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;
import org.genimage.models.Head;
import org.genimage.models.InputContract;
import org.genimage.models.Resize;
import org.genimage.models.networks.UnivFd;
import org.genimage.models.nn.Conv;
import org.genimage.models.nn.Init;
import org.genimage.models.nn.Layers;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Network;
import org.genimage.models.pretrained.PublishedFile.Content;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/** From nothing to a detector, with a small network on a server of this machine. */
class PretrainedTest {

  private static final Blueprint TINY =
      new Blueprint("Tiny", new Tiny(), InputContract.crop(9), Head.AI_LOGIT);

  private record Tiny() implements Network {

    @Override
    public Operand<TFloat32> logits(ModelScope scope, Operand<TFloat32> images) {
      Operand<TFloat32> maps = Layers.conv(scope.at("conv1"), images, 4, Conv.kernel(3), Init.ONES);
      return Layers.linear(scope.at("fc"), Layers.globalAveragePool(scope, maps), 1);
    }
  }

  private static Pretrained published(byte[] content, Access access) {
    return new Pretrained(Publications.model(COMMIT, content.length, known(content)), TINY, access);
  }

  @Test
  void load_downloadsAndScores_andKeepsSourceAndLicence(@TempDir Path folder) throws IOException {
    Weights weights = TINY.initialWeights(3);
    Path original = folder.resolve("original.safetensors");
    weights.write(original);
    byte[] content = Files.readAllBytes(original);
    byte[] rgb = new byte[3 * 9 * 9];
    new Random(1).nextBytes(rgb);
    Image image = Image.of(9, 9, rgb);
    try (LocalServer server = new LocalServer()) {
      server.on(path(COMMIT), file(content));
      Pretrained pretrained =
          published(content, Publications.access(server.address(), folder.resolve("cache")));

      assertThat(pretrained.isDownloaded()).isFalse();
      try (Detector detector = pretrained.load();
          Detector expected = TINY.load(weights)) {
        assertThat(detector.score(image)).isEqualTo(expected.score(image));
        assertThat(detector.provenance())
            .containsEntry("genimage.pretrained", "the-model")
            .containsEntry(
                "genimage.licence",
                "The model is published by owner under the licence MIT"
                    + " (https://hub.invalid/owner/model)")
            .containsEntry(
                "genimage.source",
                "https://hub.invalid%s, revision %s, SHA-256 %s"
                    .formatted(path(COMMIT), COMMIT, Publications.sha256(content)));

        Path again = folder.resolve("again.safetensors");
        detector.weights().write(again);

        try (Detector read = TINY.load(again)) {
          assertThat(read.provenance()).isEqualTo(detector.provenance());
        }
      }
      assertThat(pretrained.isDownloaded()).isTrue();
      assertThat(pretrained.download()).isEqualTo(pretrained.places());
      assertThat(server.requests()).hasSize(1);
    }
  }

  /** UnivFD's tower and its head, as their authors spell them, in a small size. */
  @Test
  void load_weightsOfTwoFiles_joinsThem(@TempDir Path folder) throws IOException {
    Blueprint small =
        new Blueprint(
            "UnivFD",
            new UnivFd(14, 8, 1, 2, 4, 1),
            InputContract.clip(new Resize.None(), 28),
            Head.AI_LOGIT);
    Weights whole = small.initialWeights(1);
    Path tower = folder.resolve("tower.safetensors");
    Path head = folder.resolve("head.safetensors");
    whole.without("fc.").write(tower);
    Weights.of(Map.of("weight", whole.get("fc.weight"), "bias", whole.get("fc.bias"))).write(head);
    try (LocalServer server = new LocalServer()) {
      server.on("/owner/tower/resolve/main/tower", file(Files.readAllBytes(tower)));
      server.on("/owner/head/resolve/main/head", file(Files.readAllBytes(head)));
      PublishedModel model =
          new PublishedModel(
              "two", "UnivFD", Optional.empty(), List.of(published("head"), published("tower")));

      Weights joined =
          new Pretrained(
                  model, small, Publications.access(server.address(), folder.resolve("cache")))
              .weights();

      assertThat(joined.keys()).containsExactlyInAnyOrderElementsOf(whole.keys());
      for (String key : whole.keys()) {
        assertThat(joined.get(key).toFloats()).isEqualTo(whole.get(key).toFloats());
      }
      assertThat(joined.metadata().get("genimage.licence"))
          .isEqualTo(
              "The head is published by owner under the licence MIT (https://hub.invalid/head);"
                  + " and The tower is published by owner under the licence MIT"
                  + " (https://hub.invalid/tower)");
      assertThat(joined.metadata().get("genimage.source"))
          .contains("/head, revision main, SHA-256 ", "; and https://hub.invalid/owner/tower/");
    }
  }

  private static PublishedFile published(String name) {
    return new PublishedFile(
        Publications.HUB,
        "owner/" + name,
        "main",
        name,
        1000,
        Content.UNKNOWN,
        new Licence("The " + name, "MIT", "owner", URI.create("https://hub.invalid/" + name), ""));
  }

  @Test
  void load_weightsThatDoNotFit_namesThem(@TempDir Path folder) throws IOException {
    Path original = folder.resolve("original.safetensors");
    TINY.initialWeights(3).without("fc.").write(original);
    byte[] content = Files.readAllBytes(original);
    try (LocalServer server = new LocalServer()) {
      server.on(path(COMMIT), file(content));

      assertThatThrownBy(
              () -> published(content, Publications.access(server.address(), folder)).load())
          .isInstanceOf(WeightsException.class)
          .hasMessageStartingWith("the-model: ")
          .hasMessageContaining("fc.weight");
    }
  }

  @Test
  void all_hasEveryFactory() throws ReflectiveOperationException {
    List<String> offered = new ArrayList<>();
    for (Method method : Pretrained.class.getDeclaredMethods()) {
      if (Modifier.isPublic(method.getModifiers())
          && Modifier.isStatic(method.getModifiers())
          && method.getReturnType() == Pretrained.class
          && method.getParameterCount() == 0
          && !method.getName().equals("recommended")) {
        offered.add(((Pretrained) method.invoke(null)).name());
      }
    }

    assertThat(Pretrained.all())
        .extracting(Pretrained::name)
        .containsExactlyInAnyOrderElementsOf(offered);
  }

  @Test
  void all_areOfDetectorsOfTheCatalogue_underTheLicenceItNames() {
    for (Pretrained pretrained : Pretrained.all()) {
      CatalogueEntry entry =
          Detectors.catalogue().stream()
              .filter(one -> one.blueprint().equals(pretrained.blueprint()))
              .findFirst()
              .orElseThrow();
      for (Licence licence : pretrained.licences()) {
        assertThat(entry.licence()).contains(licence.name().replace('-', ' '));
      }
      assertThat(pretrained.size()).isPositive();
      assertThat(pretrained.isDownloaded()).isFalse();
    }
  }

  @Test
  void recommended_isCommunityForensics() {
    assertThat(Pretrained.recommended().blueprint()).isEqualTo(Detectors.communityForensics());
    assertThat(Pretrained.recommended())
        .hasToString("community-forensics-384, weights of Community Forensics, about 87 MB, MIT");
  }

  @Test
  void named_findsByItsNameAndByItsDetectors() {
    for (Pretrained pretrained : Pretrained.all()) {
      assertThat(Pretrained.named(pretrained.name()).name()).isEqualTo(pretrained.name());
      assertThat(Pretrained.named(pretrained.blueprint().name()).name())
          .isEqualTo(pretrained.name());
    }
    assertThat(Pretrained.named("FERRETNET S").name()).isEqualTo("ferretnet-s");
  }

  @Test
  void named_withoutLicence_saysWhyAndHowToLoadOnesOwn() {
    assertThatThrownBy(() -> Pretrained.named("NPR"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("NPR's published weights carry no licence, so")
        .hasMessageEndingWith("load it with Detectors.npr().load(file)");
  }

  @Test
  void named_unknown_listsWhatThereIs() {
    assertThatThrownBy(() -> Pretrained.named("resnet"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "published weights must be one of community-forensics-384, community-forensics-224,"
                + " univfd, safe, ferretnet-b, ferretnet-s, got 'resnet'");
  }

  @Test
  void with_otherOptions_movesItsPlaces(@TempDir Path folder) {
    Pretrained pretrained =
        published(new byte[1], Publications.access(DownloadOptions.DEFAULT.environment(Map.of())));

    assertThat(pretrained.with(DownloadOptions.DEFAULT.cache(folder)).places())
        .containsExactly(folder.resolve("the-model").resolve(COMMIT).resolve("weights.bin"));
  }

  @Test
  void asText_saysNameSizeAndLicence() {
    Pretrained pretrained =
        published(
            new byte[4_321_000],
            Publications.access(DownloadOptions.DEFAULT.environment(Map.of())));

    assertThat(pretrained).hasToString("the-model, weights of Tiny, about 4 MB, MIT");
    assertThat(pretrained.size()).isEqualTo(4_321_000);
    assertThat(pretrained.licences()).extracting(Licence::name).containsExactly("MIT");
  }
}

package org.genimage.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.io.ByteSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.genimage.data.DatasetException;
import org.genimage.data.GenImage;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.data.fuzz.OtherProcess;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.UnreadableImageException;
import org.genimage.models.DifferentiableDetector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AttackedFolderTest {

  @TempDir Path root;

  @Test
  void sink_writesADatasetThatScoresAsTheResultSays() throws IOException {
    try (DifferentiableDetector victim = ReferenceVictim.TWO.load()) {
      AttackedFolder folder = AttackedFolder.at(root);
      AttackResult result =
          AttackRun.of(Attacks.fgsm(Budget.linf(8 / 255.0)))
              .batchSize(3)
              .sink(folder)
              .against(victim, ReferenceVictim.few());

      folder.manifest(result);

      ImageDataset attacked = GenImage.open(root).validation();
      assertThat(attacked.size()).isEqualTo(result.images().size());
      assertThat(attacked.samples().stream().filter(sample -> sample.label() == Label.AI))
          .hasSize(
              Math.toIntExact(ReferenceVictim.labels().stream().filter(Label.AI::equals).count()));
      JsonNode manifest = new ObjectMapper().readTree(root.resolve("manifest.json").toFile());
      assertThat(manifest.get("attack").asText()).isEqualTo("FGSM");
      assertThat(manifest.get("budget").asText()).isEqualTo("8/255");
      assertThat(manifest.get("settings").get("batch size").asText()).isEqualTo("3");
      for (int i = 0; i < result.images().size(); i++) {
        JsonNode entry = manifest.get("images").get(i);
        AttackedImage image = result.images().get(i);
        Image written = Image.read(root.resolve(entry.get("file").asText()));
        assertThat(victim.score(ImageBatch.of(List.of(written)))[0])
            .isCloseTo(image.savedScore(), within(1e-6));
        assertThat(entry.get("original").asText()).isEqualTo(image.sample().name());
        assertThat(entry.get("success").asBoolean()).isEqualTo(image.success());
      }
      AttackResult other =
          AttackRun.of(Attacks.fgsm(Budget.linf(8 / 255.0)))
              .against(victim, ReferenceVictim.many());
      assertThatThrownBy(() -> folder.manifest(other))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("sink of one run");
    }
  }

  /** A list's generator must not choose where attacked images are written. */
  @ParameterizedTest
  @ValueSource(
      strings = {"../x", "/tmp/x", "a/b", "a\\b", "..", ".", " ", "a/", "a\nb", "a\u0000b"})
  void check_generatorThatIsAPath_isRefusedBeforeTheAttack(String name) {
    ImageDataset data = of(new Generator("Ours", name, "ours", 0));
    AttackedFolder folder = AttackedFolder.at(root.resolve("attacked"));

    assertThatThrownBy(() -> folder.check(data))
        .isInstanceOf(DatasetException.class)
        .hasMessage(
            "a.png: expected a generator whose folder is a plain name, found '%s'; rename the"
                + " generator",
            name);
    assertThatThrownBy(() -> folder.check(of(new Generator("Ours", "ours", name, 0))))
        .isInstanceOf(DatasetException.class);
    assertThat(root).isEmptyDirectory();
    folder.check(of(Generator.named("Our generator (2)")));
    folder.check(of(Generator.named("我们的")));
  }

  @Test
  void against_folderThatCannotBeWritten_saysWhyBeforeTheAttack() throws IOException {
    Path taken = Files.writeString(root.resolve("taken"), "");
    try (DifferentiableDetector victim = ReferenceVictim.TWO.load()) {
      assertThatThrownBy(
              () ->
                  AttackRun.of(Attacks.fgsm(Budget.linf(8 / 255.0)))
                      .sink(AttackedFolder.at(taken))
                      .against(victim, ReferenceVictim.few()))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessage(
              "%s: attacked images cannot be written there (%s is a file, not a folder); choose"
                  + " another folder or make room",
              taken, taken);
    }
  }

  private static ImageDataset of(Generator generator) {
    return ImageDataset.of(List.of(new Sample("a.png", ByteSource.empty(), Label.AI, generator)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../evil", "/tmp/evil", "a/b", "..", "a\\b", "a\nb"})
  void accept_generatorThatIsAPath_isRefusedAndNothingWritten(String generator) throws IOException {
    Path inside = root.resolve("a/b/c");
    AttackedFolder folder = AttackedFolder.at(inside);

    assertThatThrownBy(
            () ->
                folder.accept(
                    attacked("x.png", Generator.named(generator)), Image.of(1, 1, new byte[3])))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("expected a generator whose folder is a plain name")
        .hasMessageContaining(generator);
    try (Stream<Path> written = Files.walk(root)) {
      assertThat(written).containsExactly(root);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/x/../../y.png, 000000_y.png",
    "C:\\x\\y.png, 000000_y.png",
    "a:b?.png, 000000_a_b_.png",
    "'x/a\tb', 000000_a_b.png",
    "x/見.jpg, 000000_見.png"
  })
  void accept_oddNameOfTheOriginal_staysInTheFolder(String name, String file) throws IOException {
    AttackedFolder.at(root)
        .accept(attacked(name.replace("\\t", "\t"), Generator.ADM), Image.of(1, 1, new byte[3]));

    assertThat(images()).containsExactly("ADM/imagenet_ai_0508_adm/val/ai/" + file);
  }

  private List<String> images() throws IOException {
    try (Stream<Path> written = Files.walk(root)) {
      return written
          .filter(path -> path.toString().endsWith(".png"))
          .map(path -> root.relativize(path).toString().replace('\\', '/'))
          .toList();
    }
  }

  /** The other process: writes an image, says so, and waits. */
  static final class Other {

    private Other() {}

    public static void main(String[] arguments) throws IOException {
      AttackedFolder.at(Path.of(arguments[0]))
          .accept(attacked("other.png", Generator.ADM), Image.of(1, 1, new byte[3]));
      OtherProcess.awaitGoingOn();
    }
  }

  /** A manifest must never list images of two attacks, nor those of a stopped one. */
  @Test
  void accept_otherProcessWritesAndIsKilled_isRefusedMeanwhileAndReplacesItsImages()
      throws Exception {
    AttackResult result;
    try (DifferentiableDetector victim = ReferenceVictim.TWO.load()) {
      AttackedFolder complete = AttackedFolder.at(root);
      result =
          AttackRun.of(Attacks.fgsm(Budget.linf(8 / 255.0)))
              .sink(complete)
              .against(victim, ReferenceVictim.few());
      complete.manifest(result);
    }
    List<String> names = images();
    assertThat(root.resolve("unfinished.txt")).doesNotExist();
    AttackedFolder folder = AttackedFolder.at(root);
    AttackedImage image = attacked("own.png", Generator.ADM);
    Image pixels = Image.of(1, 1, new byte[3]);
    String refusal =
        root
            + ": expected a folder that nobody writes to, found one to which another attack writes;"
            + " wait for its end or choose another folder";
    try (OtherProcess other = OtherProcess.begun(Other.class, root)) {
      assertThatThrownBy(() -> folder.accept(image, pixels))
          .isInstanceOf(DatasetException.class)
          .hasMessage(refusal);
      assertThatThrownBy(() -> folder.check(of(Generator.ADM)))
          .isInstanceOf(DatasetException.class)
          .hasMessage(refusal);
      other.kill();
    }
    assertThat(root.resolve("manifest.json")).doesNotExist();
    assertThat(images())
        .isNotEqualTo(names)
        .containsExactly("ADM/imagenet_ai_0508_adm/val/ai/000000_other.png");

    Path foreign = Files.createFile(root.resolve("photo.png"));
    folder.check(of(Generator.ADM));
    folder.accept(image, pixels);
    assertThat(images())
        .containsExactlyInAnyOrder(
            "ADM/imagenet_ai_0508_adm/val/ai/000000_own.png", foreign.getFileName().toString());
    assertThatThrownBy(() -> AttackedFolder.at(root).accept(image, pixels)).hasMessage(refusal);
    folder.close();
    AttackedFolder.at(root).check(of(Generator.ADM));
  }

  @Test
  void against_failedAttack_letsOthersWriteAndKeepsTheEarlierImages() throws IOException {
    Files.writeString(root.resolve("manifest.json"), "{\"attack\":\"PGD\",\"images\":[]}");
    AttackRun<DifferentiableDetector> run =
        AttackRun.<DifferentiableDetector>of(Attacks.fgsm(Budget.linf(8 / 255.0)))
            .sink(AttackedFolder.at(root));
    try (DifferentiableDetector victim = ReferenceVictim.TWO.load()) {
      assertThatThrownBy(() -> run.against(victim, of(Generator.ADM)))
          .isInstanceOf(UnreadableImageException.class);
      assertThat(root.resolve("manifest.json")).exists();
      AttackedFolder.at(root).check(of(Generator.ADM));

      Files.writeString(root.resolve("manifest.json"), "{\"format\":\"genimage-leaderboard\"}");
      assertThatThrownBy(() -> run.against(victim, ReferenceVictim.few()))
          .isInstanceOf(DatasetException.class)
          .hasMessage(
              root.resolve("manifest.json")
                  + ": expected the manifest of an attack, found another file; choose another"
                  + " folder");
      Files.delete(root.resolve("manifest.json"));
      Files.createDirectory(root.resolve("manifest.json"));
      assertThatThrownBy(() -> run.against(victim, ReferenceVictim.few()))
          .isInstanceOf(DatasetException.class)
          .hasMessageContaining("manifest.json: expected the manifest of an attack, found another");
    }
  }

  private static AttackedImage attacked(String name, Generator generator) {
    return new AttackedImage(
        new Sample(name, ByteSource.empty(), Label.AI, generator),
        Label.NATURE,
        1,
        Map.of(Storage.EIGHT_BITS, 0.0),
        0,
        0);
  }
}

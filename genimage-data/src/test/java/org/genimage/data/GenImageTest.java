package org.genimage.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

class GenImageTest {

  static final List<Generator> GENERATORS = Generator.GENIMAGE;

  @TempDir Path root;

  @ParameterizedTest
  @FieldSource("GENERATORS")
  void open_publishedLayout_findsTheGenerator(Generator generator) throws IOException {
    tree(generator.folder() + "/" + generator.archive(), "ai", "nature");

    GenImage genImage = GenImage.open(root);

    assertThat(genImage.generators()).containsExactly(generator);
    assertThat(genImage.missing())
        .hasSize(7)
        .allMatch(line -> line.matches(".+: no folder .+"))
        .noneMatch(line -> line.startsWith(generator.name() + ":"));
    assertThat(genImage.train(generator).samples())
        .allMatch(sample -> sample.generator() == generator);
  }

  @ParameterizedTest
  @CsvSource({
    "imagenet_ai_0419_sdv4",
    "stable_diffusion_v_1_4",
    "STABLE_Diffusion_v_1_4/ImageNet_AI_0419_SDV4",
    "Stable Diffusion V1.4",
    "Stable Diffusion V1.4/imagenet_ai_0419_sdv4",
  })
  void open_variantOfTheLayout_findsTheGenerator(String folder) throws IOException {
    tree(folder, "ai", "nature");

    GenImage genImage = GenImage.open(root);

    assertThat(genImage.generators()).containsExactly(Generator.STABLE_DIFFUSION_V1_4);
    assertThat(genImage.train().samples())
        .extracting(sample -> Path.of(sample.name()).getFileName().toString())
        .containsExactly("n1.JPEG", "n2.jpg", "2_x_9.PNG", "10_x_1.png");
    assertThat(genImage.train().samples())
        .extracting(Sample::label)
        .containsExactly(Label.NATURE, Label.NATURE, Label.AI, Label.AI);
    assertThat(genImage.validation().size()).isEqualTo(4);
  }

  @Test
  void open_otherClassNames_areAccepted() throws IOException {
    tree("ADM", "1_FAKE", "0_real");

    assertThat(GenImage.open(root).train(Generator.ADM).samples())
        .extracting(Sample::label)
        .containsExactly(Label.NATURE, Label.NATURE, Label.AI, Label.AI);
  }

  @Test
  void open_mergedTree_isOneGenerator() throws IOException {
    tree("imagenet_ai", "ai", "nature");

    GenImage genImage = GenImage.open(root);

    assertThat(genImage.generators()).containsExactly(Generator.named("imagenet_ai"));
    assertThat(genImage.missing()).isEmpty();
    assertThat(genImage.validation().size()).isEqualTo(4);
  }

  @Test
  void open_mergedTreeBesideGenerators_isLeftOut() throws IOException {
    tree("imagenet_ai", "ai", "nature");
    tree("ADM", "ai", "nature");

    assertThat(GenImage.open(root).generators()).containsExactly(Generator.ADM);
  }

  @Test
  void open_folderOfOnesOwn_isOneGeneratorOfItsName() throws IOException {
    tree("mine", "ai", "nature");

    GenImage mine = GenImage.open(root.resolve("mine"));

    assertThat(mine.generators()).containsExactly(Generator.named("mine"));
    assertThat(mine.train(Generator.named("mine")).size()).isEqualTo(4);
  }

  @Test
  void open_treeOfOneKnownGenerator_isThatGenerator() throws IOException {
    tree("wukong/imagenet_ai_0424_wukong", "ai", "nature");

    assertThat(GenImage.open(root.resolve("wukong")).generators())
        .containsExactly(Generator.WUKONG);
    assertThat(GenImage.open(root.resolve("wukong/imagenet_ai_0424_wukong")).generators())
        .containsExactly(Generator.WUKONG);
  }

  @ParameterizedTest
  @FieldSource("GENERATORS")
  void open_readmesName_findsTheGenerator(Generator generator) throws IOException {
    tree(generator.name().toUpperCase(Locale.ROOT), "ai", "nature");

    assertThat(GenImage.open(root).generators()).containsExactly(generator);
  }

  @Test
  void open_oneFolderDeeper_isFound() throws IOException {
    tree("GenImage/imagenet_ai_0508_adm", "ai", "nature");
    tree("__MACOSX/BigGAN", "ai", "nature");

    assertThat(GenImage.open(root).generators()).containsExactly(Generator.ADM);
  }

  @ParameterizedTest
  @CsvSource({"richer_text", "Richer Text", "richer_text/val", "RICHER_TEXT/test"})
  void testSet_folderOfItsName_isFound(String folder) throws IOException {
    tree("ADM", "ai", "nature");
    TestSet set = TestSet.CONTENTS.get(0);
    for (String label : List.of("1_fake", "nature")) {
      Path images = Files.createDirectories(root.resolve(folder).resolve(label));
      Files.createFile(images.resolve("1.png"));
    }
    GenImage genImage = GenImage.open(root);

    assertThat(genImage.testSets()).containsExactly(set);
    assertThat(genImage.testSet(set).samples())
        .extracting(Sample::label)
        .containsExactly(Label.NATURE, Label.AI);
    assertThat(genImage.testSet(set).sample(0).generator().name()).isEqualTo("Richer text");
    assertThatThrownBy(() -> genImage.testSet(TestSet.GROUPS.get(0)))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("found none")
        .hasMessageContaining(root.resolve("children").toString());
  }

  @Test
  void train_severalGenerators_keepsTheAskedOrder() throws IOException {
    tree("ADM", "ai", "nature");
    tree("BigGAN", "ai", "nature");
    tree("glide", "ai", "nature");
    GenImage genImage = GenImage.open(root);

    assertThat(genImage.train(Generator.BIGGAN, Generator.ADM).samples())
        .extracting(Sample::generator)
        .containsSubsequence(Generator.BIGGAN, Generator.ADM)
        .hasSize(8);
    assertThat(genImage.train().size()).isEqualTo(12);
    assertThat(genImage.generators())
        .containsExactly(Generator.ADM, Generator.GLIDE, Generator.BIGGAN);
  }

  @Test
  void open_junk_isIgnored() throws IOException {
    tree("ADM", "ai", "nature");
    tree("__MACOSX/BigGAN", "ai", "nature");
    for (String junk : List.of("._1_adm_1.PNG", ".DS_Store", "Thumbs.db", "a.svg", "png", ".png")) {
      Files.createFile(root.resolve("ADM/train/ai").resolve(junk));
    }

    GenImage genImage = GenImage.open(root);

    assertThat(genImage.generators()).containsExactly(Generator.ADM);
    assertThat(genImage.train().size()).isEqualTo(4);
  }

  @Test
  void train_splitMissing_isReportedAndRefused() throws IOException {
    tree("ADM", "ai", "nature");
    tree("BigGAN", "ai", "nature");
    Files.move(root.resolve("ADM/train"), root.resolve("ADM/training"));
    GenImage genImage = GenImage.open(root);

    assertThat(genImage.missing()).contains("ADM: no folder " + root.resolve("ADM/train"));
    assertThat(genImage.train().size()).isEqualTo(4);
    assertThatThrownBy(() -> genImage.train(Generator.ADM))
        .isInstanceOf(DatasetException.class)
        .hasMessage(
            root.resolve("ADM")
                + ": expected a folder train of ADM, found training, val; unpack it");
  }

  @Test
  void train_noSplitAtAll_isRefused() throws IOException {
    tree("ADM", "ai", "nature");
    Files.move(root.resolve("ADM/train"), root.resolve("ADM/training"));

    assertThatThrownBy(() -> GenImage.open(root).train())
        .isInstanceOf(DatasetException.class)
        .hasMessage(root + ": expected a folder train of ADM, found none; unpack it");
  }

  @Test
  void train_oneClassOnly_isRefused() throws IOException {
    tree("ADM", "ai", "nature");
    tree("BigGAN", "ai", "other");
    Path ai = root.resolve("ADM/val/ai");
    Files.delete(ai.resolve("2_x_9.PNG"));
    Files.delete(ai.resolve("10_x_1.png"));
    GenImage genImage = GenImage.open(root);

    assertThatThrownBy(() -> genImage.validation(Generator.ADM))
        .isInstanceOf(DatasetException.class)
        .hasMessage(
            ai.getParent()
                + ": expected .png, .jpg or .jpeg files in both nature and ai, found none in "
                + ai
                + "; unpack them");
    assertThatThrownBy(() -> genImage.validation(Generator.BIGGAN))
        .hasMessageContaining("found no folder nature");
    assertThat(genImage.missing())
        .contains("BigGAN: no folder " + root.resolve("BigGAN/train/nature"));
  }

  @Test
  void train_generatorNotThere_saysWhereItWouldBe() throws IOException {
    tree("ADM", "ai", "nature");

    assertThatThrownBy(() -> GenImage.open(root).train(Generator.VQDM))
        .isInstanceOf(DatasetException.class)
        .hasMessage(
            "%s: expected images of VQDM in %s, found only ADM; unpack them there"
                .formatted(root, root.resolve("VQDM/imagenet_ai_0419_vqdm")));
  }

  @Test
  void open_nothingUsable_saysWhatWasFound() throws IOException {
    assertThatThrownBy(() -> GenImage.open(root.resolve("none")))
        .isInstanceOf(DatasetException.class)
        .hasMessage(
            root.resolve("none")
                + ": expected GenImage's folder, found nothing there; check the path");
    assertThatThrownBy(() -> GenImage.open(root))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("found an empty folder; check the path");
    for (int i = 1; i <= 12; i++) {
      Files.createFile(root.resolve(i + ".txt"));
    }
    assertThatThrownBy(() -> GenImage.open(root.resolve("1.txt")))
        .hasMessageContaining("found a file");
    assertThatThrownBy(() -> GenImage.open(root))
        .isInstanceOf(DatasetException.class)
        .hasMessageStartingWith(
            root + ": expected a folder train or val, or one of a generator (Midjourney, stable_")
        .hasMessageEndingWith(
            "found 1.txt, 2.txt, 3.txt, 4.txt, 5.txt, 6.txt, 7.txt, 8.txt, 9.txt, 10.txt and 2"
                + " more; check the path");
  }

  @Test
  void sample_outOfRange_isRefused() throws IOException {
    tree("ADM", "ai", "nature");
    ImageDataset train = GenImage.open(root).train();

    assertThatThrownBy(() -> train.sample(4)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> train.sample(-1)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  private void tree(String folder, String ai, String nature) throws IOException {
    for (String split : List.of("train", "val")) {
      Path path = root.resolve(folder).resolve(split);
      Files.createDirectories(path.resolve(ai));
      Files.createDirectories(path.resolve(nature));
      Files.createFile(path.resolve(ai).resolve("10_x_1.png"));
      Files.createFile(path.resolve(ai).resolve("2_x_9.PNG"));
      Files.createFile(path.resolve(nature).resolve("n2.jpg"));
      Files.createFile(path.resolve(nature).resolve("n1.JPEG"));
    }
  }
}

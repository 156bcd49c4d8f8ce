package org.genimage.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.genimage.data.image.Image;
import org.genimage.data.image.Transforms;
import org.genimage.data.simulation.SimulatedFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnbiasedTest {

  private static final String TENCH = "n01440764"; // class 0
  private static final String GOLDFISH = "n01443537"; // class 1
  private static final RandomGenerator NONE = new Random(0);

  @TempDir Path root;

  @Test
  void within_paperSettings_areTheDefaults() {
    Unbiased unbiased = Unbiased.within(450, 550);

    assertThat(unbiased.quality()).hasValue(96);
    assertThat(unbiased.seed()).isEqualTo(42);
    assertThat(unbiased.balanced()).isTrue();
    assertThat(unbiased.compressNature()).isFalse();
  }

  @Test
  void select_train_choosesBalancesAndPrepares() throws IOException {
    natural("BigGAN/train", TENCH + "_1.JPEG", 50, 60, 96);
    natural("BigGAN/train", TENCH + "_2.JPEG", 60, 50, 96);
    natural("ADM/train", TENCH + "_3.JPEG", 55, 55, 96); // of another subset
    natural("ADM/train", GOLDFISH + "_4.JPEG", 50, 50, 96);
    natural("ADM/train", GOLDFISH + "_5.JPEG", 50, 50, 95); // other quality
    natural("ADM/train", GOLDFISH + "_6.JPEG", 49, 55, 96); // too small
    natural("ADM/train", GOLDFISH + "_7.JPEG", 55, 61, 96); // too large
    write("ADM/train/nature/" + GOLDFISH + "_8.JPEG", picture(55, 55, 8).toPng());
    write("ADM/train/nature/n99999999_9.JPEG", jpeg(55, 55, 96)); // no class
    fake("ADM/train", "1_adm_1.PNG");
    for (int i = 0; i < 2; i++) {
      fake("BigGAN/train", "000_biggan_0000%d.png".formatted(i));
    }
    for (int i = 0; i < 4; i++) {
      fake("BigGAN/train", "001_biggan_0000%d.png".formatted(i));
    }
    fake("BigGAN/train", "999_biggan_00000.png");

    Unbiased.Selection selection =
        Unbiased.within(50, 60)
            .select(GenImage.open(root), Split.TRAIN, Progress.NONE, Generator.BIGGAN);

    assertThat(selection.dropped())
        .isEqualTo(
            Map.of(
                "nature: other quality", 1,
                "nature: other size", 2,
                "nature: not JPEG", 1,
                "nature: class unknown", 1,
                "nature: to balance", 1,
                "ai: to balance", 4));
    assertThat(selection.data().samples())
        .extracting(sample -> Path.of(sample.name()).getFileName().toString().substring(0, 9))
        .containsExactlyInAnyOrder(TENCH, TENCH, GOLDFISH, "000_bigga", "000_bigga", "001_bigga");
    assertThat(selection.data().selection())
        .contains("3 natural JPEG images of quality 96", "3 AI images of BigGAN", "other size=2");
    for (Sample sample : selection.data().samples()) {
      Image raw = Image.read(sample.name(), sample.content());
      Image compressed = sample.label() == Label.AI ? Transforms.jpeg(96).apply(raw, NONE) : raw;
      Image expected = Transforms.centerCrop(50).apply(compressed, NONE);
      assertThat(sample.image().toArray()).isEqualTo(expected.toArray());
      assertThat(sample.image().width()).isEqualTo(50);
    }
    assertThat(selection.data().draw(4, 1).selection()).isEqualTo(selection.data().selection());
  }

  @Test
  void select_validation_balancesTheWhole() throws IOException {
    for (int i = 0; i < 5; i++) {
      natural("BigGAN/val", "ILSVRC2012_val_0000000%d.JPEG".formatted(i), 50, 50, 96);
    }
    for (int i = 0; i < 3; i++) {
      fake("BigGAN/val", "%03d_biggan_00000.png".formatted(i));
    }
    GenImage data = GenImage.open(root);
    Unbiased unbiased = Unbiased.within(50, 60);

    Unbiased.Selection selection = unbiased.select(data, Split.VALIDATION, Progress.NONE);

    assertThat(selection.data().size()).isEqualTo(6);
    assertThat(selection.dropped()).isEqualTo(Map.of("nature: to balance", 2));
    assertThat(names(unbiased, data)).isEqualTo(names(unbiased, data));
    assertThat(IntStream.range(0, 20).mapToObj(seed -> names(unbiased.seed(seed), data)).distinct())
        .hasSizeGreaterThan(2);
    assertThat(unbiased.balanced(false).select(data, Split.VALIDATION, Progress.NONE).data().size())
        .isEqualTo(8);
  }

  @Test
  void select_interrupted_endsAndDropsNothingAsUnreadable() throws IOException {
    for (int i = 0; i < 30; i++) {
      natural("BigGAN/val", "ILSVRC2012_val_000000%02d.JPEG".formatted(i), 50, 50, 96);
    }
    fake("BigGAN/val", "001_biggan_00000.png");
    GenImage data = GenImage.open(root);
    Unbiased unbiased = Unbiased.within(50, 60);
    Progress interrupting =
        (done, total) -> {
          if (done == 3) {
            Thread.currentThread().interrupt();
          }
        };

    assertThatThrownBy(() -> unbiased.select(data, Split.VALIDATION, interrupting))
        .isInstanceOf(CancellationException.class)
        .hasMessageContaining("interrupted while images were being examined");
    assertThat(Thread.interrupted()).isTrue();

    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> unbiased.select(data, Split.VALIDATION, Progress.NONE))
        .isInstanceOf(CancellationException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(unbiased.select(data, Split.VALIDATION, Progress.NONE).dropped())
        .isEqualTo(Map.of("nature: to balance", 29));
  }

  @Test
  void select_compressNature_encodesBoth() throws IOException {
    natural("BigGAN/val", "ILSVRC2012_val_00000001.JPEG", 50, 50, 80);
    fake("BigGAN/val", "000_biggan_00000.png");

    Sample natural =
        Unbiased.within(50, 50)
            .quality(80)
            .compressNature(true)
            .select(GenImage.open(root), Split.VALIDATION, Progress.NONE)
            .data()
            .sample(0);

    Image raw = Image.read(natural.name(), natural.content());
    assertThat(natural.image().toArray())
        .isEqualTo(Transforms.jpeg(80).apply(raw, NONE).toArray())
        .isNotEqualTo(raw.toArray());
  }

  @Test
  void select_qualityOfNature_drawsFromTheHistogram() throws IOException {
    for (int i = 0; i < 8; i++) {
      natural("BigGAN/val", "ILSVRC2012_val_0000000%d.JPEG".formatted(i), 50, 50, i < 6 ? 30 : 90);
    }
    for (int i = 0; i < 60; i++) {
      fake("BigGAN/val", "%03d_biggan_00000.png".formatted(i));
    }
    Unbiased unbiased = Unbiased.within(50, 60).qualityOfNature().balanced(false);
    ImageDataset data =
        IntStream.range(0, 40)
            .mapToObj(
                seed ->
                    unbiased
                        .seed(seed)
                        .select(GenImage.open(root), Split.VALIDATION, Progress.NONE)
                        .data()
                        .filter(sample -> sample.label() == Label.AI))
            .reduce(ImageDataset::union)
            .orElseThrow();
    int low = 0;
    for (Sample sample : data.samples()) {
      Image raw = Image.read(sample.name(), sample.content());
      byte[] image = sample.image().toArray();
      assertThat(sample.image().toArray()).isEqualTo(image);
      if (Arrays.equals(image, Transforms.jpeg(30).apply(raw, NONE).toArray())) {
        low++;
      } else {
        assertThat(image).isEqualTo(Transforms.jpeg(90).apply(raw, NONE).toArray());
      }
    }

    assertThat(data.size()).isEqualTo(320);
    assertThat(low).isBetween(205, 275); // 240 expected, standard deviation 8
  }

  @Test
  void select_nothingFits_saysWhatWasDropped() throws IOException {
    natural("BigGAN/val", "ILSVRC2012_val_00000001.JPEG", 50, 50, 80);
    fake("BigGAN/val", "000_biggan_00000.png");
    GenImage data = GenImage.open(root);

    assertThatThrownBy(() -> Unbiased.within(50, 60).select(data, Split.VALIDATION, Progress.NONE))
        .isInstanceOf(DatasetException.class)
        .hasMessageEndingWith("dropped {ai: to balance=1, nature: other quality=1}");
    assertThatThrownBy(
            () ->
                Unbiased.within(50, 60)
                    .select(data, Split.VALIDATION, Progress.NONE, Generator.ADM))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("expected images of ADM");
    assertThatThrownBy(() -> Unbiased.within(60, 50)).hasMessageContaining("in order");
    assertThatThrownBy(() -> Unbiased.within(50, 60).quality(101)).hasMessageContaining("1 to 100");
    assertThatThrownBy(() -> Unbiased.within(50, 60).compressNature(true).qualityOfNature())
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void imageNetClass_publishedNames_tellIt() {
    assertThat(ImageNetClass.of(Label.NATURE, "n01440764_10026.JPEG")).hasValue(0);
    assertThat(ImageNetClass.of(Label.NATURE, "n15075141_9.JPEG")).hasValue(999);
    assertThat(ImageNetClass.of(Label.NATURE, "ILSVRC2012_val_00000001.JPEG")).isEmpty();
    for (String name :
        List.of(
            "033_sdv4_00134.png",
            "033_sdv5_00134.png",
            "33_wukong_image7.png",
            "33_midjourney_76.png",
            "33_adm_135.PNG",
            "GLIDE_1000_200_08_033_glide_00033.png",
            "VQDM_1000_200_08_033_vqdm_00033.png",
            "033_biggan_00081.png")) {
      assertThat(ImageNetClass.of(Label.AI, name)).as(name).hasValue(33);
    }
    for (Generator generator : Generator.GENIMAGE) {
      String name = SimulatedFiles.name(generator, 7, 1);
      assertThat(ImageNetClass.of(Label.AI, name)).as(name).hasValue(7);
    }
  }

  private static List<String> names(Unbiased unbiased, GenImage data) {
    return unbiased.select(data, Split.VALIDATION, Progress.NONE).data().samples().stream()
        .map(Sample::name)
        .toList();
  }

  private void natural(String split, String name, int width, int height, int quality)
      throws IOException {
    write(split + "/nature/" + name, jpeg(width, height, quality));
  }

  private void fake(String split, String name) throws IOException {
    write(split + "/ai/" + name, picture(50, 50, name.hashCode()).toPng());
  }

  private static byte[] jpeg(int width, int height, int quality) {
    return SimulatedFiles.jpeg(picture(width, height, 1), quality / 100f);
  }

  private static Image picture(int width, int height, int seed) {
    byte[] rgb = new byte[3 * width * height];
    new Random(seed).nextBytes(rgb);
    return Image.of(width, height, rgb);
  }

  private void write(String file, byte[] content) throws IOException {
    Files.createDirectories(root.resolve(file).getParent());
    Files.write(root.resolve(file), content);
  }
}

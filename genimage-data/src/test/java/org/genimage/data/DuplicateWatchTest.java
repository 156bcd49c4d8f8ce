package org.genimage.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.io.ByteSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.genimage.data.image.Image;
import org.genimage.data.image.Transform;
import org.genimage.data.internal.RawImage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DuplicateWatchTest {

  private final DuplicateWatch watch = new DuplicateWatch();

  @Test
  void finish_repeatedImages_saysWhereAndHowMany() {
    ImageDataset training =
        watch.watch(
            data("a nature 1", "b ai 2", "c ai 1", "d nature 3", "e nature 3", "f ai 3"),
            "training");
    ImageDataset validation = watch.watch(data("g ai 2", "h nature 4"), "validation");

    read(training);
    read(validation);

    assertThat(watch.finish())
        .contains(
            "images with the same bytes occur more than once: 2 under both labels (c equals a), 1"
                + " in both training and validation (g equals b), 1 twice under one label (e"
                + " equals d); figures on such data mislead, so examine them with DataDoctor");
  }

  @Test
  void finish_differentImages_saysNothing() {
    read(watch.watch(data("a nature 1", "b ai 2", "c ai 3"), "training"));

    assertThat(watch.finish()).isEmpty();
  }

  @Test
  void finish_imagesThatNobodyRead_saysNothing() throws IOException {
    ImageDataset training = watch.watch(data("a nature 1", "b ai 1"), "training");
    read(training.sample(0));
    try (InputStream begun = training.sample(1).content().openStream()) {
      assertThat(begun.read()).isNotNegative();
    }

    assertThat(watch.finish()).isEmpty();
  }

  @Test
  void finish_imagesReadAsStreams_areSeen() throws IOException {
    ImageDataset training = watch.watch(data("a nature 1", "b ai 1"), "training");
    read(training.sample(0));
    try (InputStream content = training.sample(1).content().openStream()) {
      content.read();
      content.readAllBytes();
    }

    assertThat(watch.finish()).hasValueSatisfying(said -> assertThat(said).contains("b equals a"));
  }

  @Test
  void finish_anImageReadTwice_isNoRepeat() {
    ImageDataset training = watch.watch(data("a nature 1", "b ai 2"), "training");
    read(training);
    read(training);

    assertThat(watch.finish()).isEmpty();
  }

  @Test
  void watch_aDataset_hasTheSameSamples() throws IOException {
    ImageDataset data = data("a nature 1", "b ai 2");
    ImageDataset watched = watch.watch(data, "training");

    assertThat(watched.size()).isEqualTo(2);
    assertThat(watched.selection()).isEqualTo(data.selection());
    for (int i = 0; i < 2; i++) {
      assertThat(watched.sample(i))
          .usingRecursiveComparison()
          .ignoringFields("content")
          .isEqualTo(data.sample(i));
      assertThat(watched.sample(i).content().read()).isEqualTo(data.sample(i).content().read());
      assertThat(watched.sample(i).content().size()).isEqualTo(data.sample(i).content().size());
    }
  }

  /** Packed images stay pixels, and count as the PPM files that they are to others. */
  @Test
  void watch_packedImages_leavesThemPixels(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("packed");
    PackedImages.write(
        file, data("a nature 1", "b ai 2"), Transform.IDENTITY, "unchanged", Progress.NONE);
    ImageDataset packed = PackedImages.open(file);
    byte[] ppm = packed.sample(1).content().read();
    ImageDataset others =
        ImageDataset.of(
            List.of(new Sample("c", ByteSource.wrap(ppm), Label.NATURE, Generator.ADM)));
    ImageDataset training = watch.watch(packed, "training");
    ImageDataset validation = watch.watch(others, "validation");

    read(training);
    read(validation);

    assertThat(training.samples())
        .extracting(Sample::content)
        .hasOnlyElementsOfType(RawImage.class);
    assertThat(training.sample(1).content().read()).isEqualTo(ppm);
    assertThat(watch.finish())
        .hasValueSatisfying(said -> assertThat(said).contains("1 under both labels (c equals b)"));
    assertThat(training.samples())
        .extracting(Sample::content)
        .hasOnlyElementsOfType(RawImage.class);
  }

  private static void read(ImageDataset data) {
    data.samples().forEach(DuplicateWatchTest::read);
  }

  private static void read(Sample sample) {
    assertThat(sample.image().width()).isEqualTo(1);
  }

  /** Each sample is its name, its label and the grey value of its pixel. */
  private static ImageDataset data(String... samples) {
    List<Sample> list = new ArrayList<>();
    for (String sample : samples) {
      String[] parts = sample.split(" ");
      byte grey = Byte.parseByte(parts[2]);
      list.add(
          new Sample(
              parts[0],
              ByteSource.wrap(Image.of(1, 1, new byte[] {grey, grey, grey}).toPng()),
              parts[1].equals("ai") ? Label.AI : Label.NATURE,
              Generator.ADM));
    }
    return ImageDataset.of(list, "a selection");
  }
}

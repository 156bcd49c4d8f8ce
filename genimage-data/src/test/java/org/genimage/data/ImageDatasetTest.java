package org.genimage.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.io.ByteSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageDatasetTest {

  @Test
  void union_ofParts_isOneAfterTheOther() {
    ImageDataset union = ImageDataset.union(data(2, Label.AI), data(3, Label.NATURE));

    assertThat(union.size()).isEqualTo(5);
    assertThat(union.samples())
        .extracting(Sample::name)
        .containsExactly("AI 0", "AI 1", "NATURE 0", "NATURE 1", "NATURE 2");
    assertThat(union.sample(2).name()).isEqualTo("NATURE 0");
    assertThat(ImageDataset.union().size()).isZero();
  }

  @Test
  void filter_condition_keepsTheOrder() {
    ImageDataset union = ImageDataset.union(data(2, Label.AI), data(3, Label.NATURE));

    assertThat(union.filter(sample -> !sample.name().endsWith("1")).samples())
        .extracting(Sample::name)
        .containsExactly("AI 0", "NATURE 0", "NATURE 2");
  }

  @Test
  void sample_outOfRange_isRefused() {
    ImageDataset data = data(2, Label.AI);

    assertThatThrownBy(() -> data.sample(2)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> data.sample(-1)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void draw_evenClasses_takesHalfOfEachInOrder() {
    ImageDataset both = ImageDataset.union(data(50, Label.AI), data(50, Label.NATURE));

    List<Sample> drawn = both.draw(20, 1).samples();

    assertThat(drawn).hasSize(20).doesNotHaveDuplicates();
    assertThat(drawn).filteredOn(sample -> sample.label() == Label.AI).hasSize(10);
    assertThat(drawn).isSortedAccordingTo((a, b) -> position(both, a) - position(both, b));
    assertThat(both.draw(20, 1).samples()).isEqualTo(drawn);
    assertThat(both.draw(20, 2).samples()).isNotEqualTo(drawn);
  }

  @Test
  void draw_fewOfOneClass_fillsUpFromTheOther() {
    ImageDataset fewFakes = ImageDataset.union(data(3, Label.AI), data(50, Label.NATURE));
    ImageDataset fewNatural = ImageDataset.union(data(50, Label.AI), data(3, Label.NATURE));

    assertThat(fewFakes.draw(20, 1).samples())
        .hasSize(20)
        .filteredOn(sample -> sample.label() == Label.AI)
        .hasSize(3);
    assertThat(fewNatural.draw(20, 1).samples())
        .hasSize(20)
        .filteredOn(sample -> sample.label() == Label.NATURE)
        .hasSize(3);
    assertThat(data(9, Label.AI).draw(5, 1).size()).isEqualTo(5);
  }

  @Test
  void draw_atLeastAll_isTheDatasetItself() {
    ImageDataset data = data(4, Label.AI);

    assertThat(data.draw(4, 1)).isSameAs(data);
    assertThat(data.draw(9, 1)).isSameAs(data);
  }

  @Test
  void draw_everySample_isDrawnEquallyOften() {
    ImageDataset both = ImageDataset.union(data(10, Label.AI), data(10, Label.NATURE));
    int[] drawn = new int[20];

    for (int seed = 0; seed < 1000; seed++) {
      both.draw(10, seed).samples().forEach(sample -> drawn[position(both, sample)]++);
    }

    // 500 expected, standard deviation 16
    assertThat(IntStream.of(drawn)).allMatch(count -> count > 420 && count < 580);
  }

  @Test
  void draw_countNotPositive_isRefused() {
    assertThatThrownBy(() -> data(4, Label.AI).draw(0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("number of samples to draw must be positive, got 0");
  }

  private static int position(ImageDataset data, Sample sample) {
    return data.samples().indexOf(sample);
  }

  private static ImageDataset data(int count, Label label) {
    return ImageDataset.of(
        IntStream.range(0, count)
            .mapToObj(i -> new Sample(label + " " + i, ByteSource.empty(), label, Generator.ADM))
            .toList());
  }

  @Test
  void ofFolders_nestedFiles_areFoundInOrder(@TempDir Path root) throws IOException {
    for (String file :
        List.of(
            "real/dog/10.jpg",
            "real/dog/2.JPEG",
            "real/__MACOSX/1.jpg",
            "real/a.txt",
            "fake/1.png")) {
      Files.createDirectories(root.resolve(file).getParent());
      Files.createFile(root.resolve(file));
    }
    Path real = root.resolve("real");

    assertThat(ImageDataset.ofFolders(real, root.resolve("fake"), Generator.ADM).samples())
        .extracting(sample -> sample.label() + " " + root.relativize(Path.of(sample.name())))
        .containsExactly("NATURE real/dog/2.JPEG", "NATURE real/dog/10.jpg", "AI fake/1.png");
    assertThatThrownBy(() -> ImageDataset.ofFolders(real, root.resolve("none"), Generator.ADM))
        .isInstanceOf(DatasetException.class)
        .hasMessage(
            root.resolve("none")
                + ": expected a folder of images, found nothing there; check the path");
    assertThatThrownBy(
            () ->
                ImageDataset.ofFolders(
                    real.resolve("__MACOSX/.."),
                    Files.createDirectory(root.resolve("x")),
                    Generator.ADM))
        .hasMessageEndingWith("in it or below, found none");
  }
}

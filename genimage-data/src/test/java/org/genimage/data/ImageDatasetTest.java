package org.genimage.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.io.ByteSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.genimage.data.image.Decoding;
import org.genimage.data.image.Image;
import org.genimage.data.reference.ReferenceData;
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

  @Test
  void ofFolders_links_areFollowedButNotBack(@TempDir Path root) throws IOException {
    Path disk = Files.createDirectories(root.resolve("disk/b"));
    Files.createFile(disk.resolve("2.png"));
    Files.createFile(root.resolve("disk/1.png"));
    Files.createSymbolicLink(disk.resolve("loop"), root.resolve("disk"));
    Path linked = Files.createSymbolicLink(root.resolve("linked"), root.resolve("disk"));
    Path other = Files.createDirectory(root.resolve("other"));
    Files.createSymbolicLink(other.resolve("x"), disk);

    assertThat(ImageDataset.ofFolders(linked, other, Generator.ADM).samples())
        .extracting(Sample::name)
        .containsExactly(
            linked.resolve("1.png").toString(),
            linked.resolve("b/2.png").toString(),
            other.resolve("x/2.png").toString(),
            other.resolve("x/loop/1.png").toString());
  }

  /** GenImage has 2.7 million: nobody may ask for them all because one is wanted. */
  @Test
  void views_ofManySamples_makeThemWhenAsked() {
    AtomicInteger made = new AtomicInteger();
    ImageDataset many =
        new ImageDataset() {
          @Override
          public int size() {
            return 1_000_000_000;
          }

          @Override
          public Sample sample(int index) {
            made.incrementAndGet();
            return new Sample(Integer.toString(index), ByteSource.empty(), Label.AI, Generator.ADM);
          }
        };

    ImageDataset view = ImageDataset.union(many, many).decoding(Decoding.PILLOW.reduced(64));

    assertThat(view.size()).isEqualTo(2_000_000_000);
    assertThat(view.sample(1_999_999_999).name()).isEqualTo("999999999");
    assertThat(made).hasValue(1);
    assertThatThrownBy(() -> ImageDataset.union(many, many, many))
        .isInstanceOf(ArithmeticException.class);
  }

  @Test
  void decoding_ofADataset_isThatOfItsSamples() {
    byte[] sideways = ReferenceData.bytes("images/jpeg_exif_orientation6.jpg");
    ImageDataset one =
        ImageDataset.of(
            List.of(new Sample("a.jpg", ByteSource.wrap(sideways), Label.NATURE, Generator.ADM)),
            "one");
    Image stored = one.sample(0).image();

    ImageDataset upright =
        one.decoding(
            Decoding.PILLOW
                .orientation(Decoding.Orientation.APPLIED)
                .truncated(Decoding.Truncated.PADDED));

    assertThat(upright.sample(0).image().width()).isEqualTo(stored.height());
    assertThat(upright.selection())
        .isEqualTo("one; turned upright by EXIF, truncated files padded");
    assertThat(one.decoding(Decoding.PILLOW.maxPixels(1).reduced(7)).selection())
        .isEqualTo("one; up to 1 pixels, JPEG decoded at a reduced scale down to 7 pixels");
    assertThat(one.decoding(Decoding.PILLOW).selection()).isEqualTo("one");
  }
}

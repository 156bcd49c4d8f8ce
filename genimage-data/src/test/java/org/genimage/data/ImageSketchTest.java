package org.genimage.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.io.ByteSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ImageSketchTest {

  private static ImageDataset images(int from, int to, String folder) {
    return ImageDataset.of(
        IntStream.range(from, to)
            .mapToObj(
                i ->
                    new Sample(
                        folder + "/" + i + ".png",
                        ByteSource.wrap(("image " + i).getBytes(StandardCharsets.UTF_8)),
                        Label.values()[i % 2],
                        Generator.ADM))
            .toList());
  }

  @Test
  void known_imagesOfASmallDataset_areAllRecognized() {
    ImageSketch sketch = ImageSketch.of(images(0, 500, "training"));

    assertThat(sketch.size()).isEqualTo(500);
    assertThat(sketch.known(images(490, 600, "elsewhere"))).isEqualTo(10);
    assertThat(sketch.known(images(500, 900, "training"))).isZero();
  }

  /** Of 20,000 images the sketch has 1,024: one in twenty of those that are shared is found. */
  @Test
  void known_imagesOfALargeDataset_areRecognizedInProportion() {
    ImageSketch sketch = ImageSketch.of(images(0, 20_000, "training"));

    assertThat(sketch.size()).isEqualTo(1024);
    assertThat(sketch.known(images(0, 2000, "part"))).isBetween(70L, 140L);
    assertThat(sketch.known(images(20_000, 40_000, "others"))).isZero();
  }

  @Test
  void toString_isReadAgain_andDoesNotDependOnFolders() {
    ImageSketch sketch = ImageSketch.of(images(0, 3000, "a/b"));
    String text = sketch.toString();

    assertThat(text).hasSize(8 * 1024);
    assertThat(ImageSketch.parse(text)).hasToString(text);
    assertThat(ImageSketch.of(images(0, 3000, "c"))).hasToString(text);
    assertThat(ImageSketch.parse(text).known(images(0, 3000, "d"))).isEqualTo(1024);
    assertThat(ImageSketch.parse("").known(images(0, 9, "d"))).isZero();
  }

  @Test
  void of_imagesThatCannotBeRead_areLeftOut() {
    ByteSource broken =
        new ByteSource() {
          @Override
          public InputStream openStream() throws IOException {
            throw new IOException("disk");
          }
        };
    ImageDataset data =
        ImageDataset.union(
            images(0, 3, "a"),
            ImageDataset.of(List.of(new Sample("b", broken, Label.AI, Generator.ADM))));

    assertThat(ImageSketch.of(data).size()).isEqualTo(3);
    assertThat(ImageSketch.of(images(0, 3, "a")).known(data)).isEqualTo(3);
  }

  @Test
  void parse_otherText_isRefused() {
    assertThatThrownBy(() -> ImageSketch.parse("#"))
        .hasMessage("expected a sketch of images, found no base64");
    assertThatThrownBy(() -> ImageSketch.parse("AAAA"))
        .hasMessage("expected a sketch of at most 1024 images, found 3 bytes");
  }
}

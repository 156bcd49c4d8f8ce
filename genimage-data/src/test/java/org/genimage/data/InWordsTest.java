package org.genimage.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.genimage.data.image.Decoding;
import org.junit.jupiter.api.Test;

/** Datasets print themselves in a line, however many images they have. */
class InWordsTest {

  private static final Sample SAMPLE =
      Sample.of(Path.of("image.png"), Label.AI, Generator.named("own"));

  @Test
  void toString_ofEveryDataset_isAShortLine() {
    ImageDataset list = ImageDataset.of(Collections.nCopies(1000, SAMPLE), "chosen by\nhand");
    Stream<ImageDataset> datasets =
        Stream.of(
            list,
            ImageDataset.union(list, list),
            list.filter(sample -> true),
            list.draw(500, 1),
            list.decoding(Decoding.PILLOW));

    assertThat(datasets)
        .extracting(Object::toString)
        .containsExactly(
            "1000 images (chosen by hand)",
            "2000 images (chosen by hand)",
            "1000 images (chosen by hand)",
            "500 images (chosen by hand)",
            "1000 images (chosen by hand)");
    assertThat(ImageDataset.of(List.of(SAMPLE))).hasToString("1 image");
    assertThat(ImageDataset.of(List.of(SAMPLE), "x".repeat(500)).toString()).hasSize(130);
  }
}

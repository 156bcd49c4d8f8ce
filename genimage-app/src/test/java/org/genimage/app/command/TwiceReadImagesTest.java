package org.genimage.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.genimage.data.image.Image;
import org.genimage.models.Detectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tiles and explanations read an image once more, and it may be gone by then. */
class TwiceReadImagesTest {

  @TempDir Path folder;

  private Path weights;
  private Path first;
  private Path second;

  @BeforeEach
  void write() throws IOException {
    weights = folder.resolve("weights.safetensors");
    Detectors.ferretNetSmall()
        .describe(Detectors.ferretNetSmall().initialWeights(1))
        .write(weights);
    first = image("first.png");
    second = image("second.png");
  }

  private Path image(String name) throws IOException {
    return Files.write(folder.resolve(name), Image.of(32, 32, new byte[32 * 32 * 3]).toPng());
  }

  private Said score(String when, Path gone, String... more) {
    Said said =
        Said.acting(
            when,
            () -> {
              try {
                Files.delete(gone);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    String[] arguments = {
      "score",
      first.toString(),
      second.toString(),
      "--weights=" + weights,
      "--format=csv",
      "--explain=" + folder.resolve("why.html")
    };
    String[] all = Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    assertThat(said.run(all)).isEqualTo(ExitCode.FAILED);
    return said;
  }

  @Test
  void explain_imageThatIsGone_othersAreExplained() {
    Said said = score("Explaining", first);

    assertThat(said.text())
        .contains("not explained: " + first)
        .doesNotContain("have no score", "\tat ");
    assertThat(folder.resolve("why.html"))
        .content()
        .contains("<h2>" + second)
        .doesNotContain("<h2>" + first);
  }

  @Test
  void tiles_imageThatIsGone_othersHaveTiles() {
    Said said = score("first.png,", second, "--tiles", "--tile-side=16");

    assertThat(said.text()).contains(second + ",,,", "--tiles: ", "1 of 2 images have no score");
    assertThat(folder.resolve("why.html")).content().contains("<h2>" + first, "4 tiles of 16");
  }
}

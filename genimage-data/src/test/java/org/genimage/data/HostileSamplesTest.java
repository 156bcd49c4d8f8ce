package org.genimage.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.io.ByteSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.genimage.data.image.Augmentation;
import org.genimage.data.image.Filter;
import org.genimage.data.image.Image;
import org.genimage.data.image.Transform;
import org.genimage.data.image.Transforms;
import org.genimage.data.image.UnreadableImageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** One image that exhausts memory, or never ends, is left out, and the others are read. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileSamplesTest {

  private static final Transform SMALL = Transforms.resize(8, 8, Filter.BILINEAR);

  /** As CNNSpot's training prepares images. */
  private static final Transform CNN_SPOT =
      Transforms.resizeShorterSide(256, Filter.BILINEAR)
          .then(Transforms.randomGaussianBlur(1, 0, 3))
          .then(Transforms.randomJpeg(1, 30, 100))
          .then(Transforms.randomCrop(224));

  @Test
  void epoch_imageThatExhaustsMemory_isSkippedByName() {
    for (Error error : List.of(new OutOfMemoryError("Java heap space"), new StackOverflowError())) {
      Sample bad = sample("bad.png", throwing(error));

      assertSkipped(bad, SMALL, "bad.png: expected ");
    }
  }

  @Test
  void epoch_preparationThatExhaustsMemory_isSkippedByName() {
    Sample bad = good(1);
    Transform hungry =
        (image, random) -> {
          throw new OutOfMemoryError("Java heap space");
        };

    assertThatThrownBy(() -> bad.preparation(hungry).image())
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageStartingWith("1.png: expected an image whose preparation fits into memory");
    assertSkipped(bad.preparation(hungry), SMALL, "1.png: expected an image whose preparation");
  }

  @Test
  void epoch_thinImageInTraining_isSkippedByName() {
    for (Image thin : List.of(black(1, 60_000), black(60_000, 1), black(1, 900_000))) {
      Sample bad = sample("thin.png", ByteSource.wrap(thin.toPng()));

      assertSkipped(
          bad,
          CNN_SPOT,
          "thin.png: expected an image of at most 178956970 pixels when its shorter side is 256,"
              + " found %sx%s, whose longer side would be %s; leave it out"
                  .formatted(
                      thin.width(), thin.height(), 256L * Math.max(thin.width(), thin.height())));
    }
  }

  @Test
  void apply_thinImageCroppedFromTheCentre_isScored() {
    Transform scoring =
        Transforms.resizeShorterSide(256, Filter.BILINEAR).then(Transforms.centerCrop(224));
    for (Image thin : List.of(black(1, 60_000), black(60_000, 1), black(3, 20_000))) {
      Image prepared = scoring.apply(thin, Seed.of(0).random());

      assertThat(List.of(prepared.width(), prepared.height())).containsExactly(224, 224);
    }
  }

  @Test
  void apply_sideThatNoArrayCanHold_isRefused() {
    Transform resize = Transforms.resizeShorterSide(256, Filter.BILINEAR);
    for (Transform transform : List.of(resize, resize.then(Transforms.centerCrop(224)))) {
      assertThatThrownBy(() -> transform.apply(black(1, 9_000_000), Seed.of(0).random()))
          .isInstanceOf(UnreadableImageException.class)
          .hasMessageContaining("found 1x9000000, whose longer side would be 2304000000");
    }
  }

  @Test
  void apply_everyTransformToThinImages_endsOrIsRefused() {
    List<Transform> transforms =
        List.of(
            CNN_SPOT,
            Transforms.jpeg(75),
            Transforms.gaussianBlur(3),
            Transforms.gaussianBlurRounded(3),
            Transforms.gaussianBlurOpenCv(3),
            Transforms.randomCrop(224),
            Transforms.randomResizedCrop(224, 0.08, 1, Filter.BICUBIC),
            Transforms.randAugment(2, 9, 0.5, Filter.BILINEAR),
            Transforms.lowResolution(64, Filter.BILINEAR),
            Transforms.lowResolutionShorterSide(64, Filter.BILINEAR),
            Transforms.randomSquareOpenCv(64, 256),
            Transforms.horizontalFlip(1));
    for (Image thin : List.of(black(1, 70_000), black(70_000, 1), black(1, 1), black(2, 65_500))) {
      for (Transform transform : transforms) {
        try {
          assertThat(transform.apply(thin, Seed.of(3).random())).isNotNull();
        } catch (UnreadableImageException e) {
          assertThat(e.getMessage()).startsWith("expected an image ").hasLineCount(1);
        }
      }
    }
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void epoch_pipesDevicesAndEndlessFiles_areSkippedByName(@TempDir Path folder) throws Exception {
    Path pipe = folder.resolve("pipe.png");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor(10, TimeUnit.SECONDS))
        .isTrue();
    Path device = Files.createSymbolicLink(folder.resolve("device.jpg"), Path.of("/dev/zero"));
    Path large = folder.resolve("large.jpg");
    try (RandomAccessFile sparse = new RandomAccessFile(large.toFile(), "rw")) {
      sparse.setLength(3L << 30);
    }

    assertSkipped(of(pipe), SMALL, pipe + ": expected an image file, found a named pipe");
    assertSkipped(of(device), SMALL, device + ": expected an image file, found a named pipe");
    assertSkipped(of(large), SMALL, large + ": expected an image file, found a file of 3221225472");
  }

  private static Sample of(Path file) {
    return Sample.of(file, Label.AI, Generator.BIGGAN);
  }

  private static void assertSkipped(Sample bad, Transform transform, String reason) {
    ImageDataset data = ImageDataset.of(List.of(good(0), bad, good(2)));
    BatchLoader loader =
        BatchLoader.of(data)
            .batchSize(3)
            .augmentation(Augmentation.of(transform))
            .onError(ErrorPolicy.skip(1));
    List<Integer> positions = new ArrayList<>();
    try (Batches batches = loader.epoch(0)) {
      while (batches.hasNext()) {
        positions.addAll(batches.next().positions());
      }
      assertThat(batches.skipped())
          .singleElement()
          .extracting(Skipped::reason)
          .asString()
          .startsWith(reason)
          .hasLineCount(1);
    }
    assertThat(positions).containsExactly(0, 2);
  }

  private static Image black(int width, int height) {
    return Image.of(width, height, new byte[3 * width * height]);
  }

  private static Sample good(int number) {
    return sample(number + ".png", ByteSource.wrap(black(9, 9).toPng()));
  }

  private static Sample sample(String name, ByteSource content) {
    return new Sample(name, content, Label.NATURE, Generator.BIGGAN);
  }

  private static ByteSource throwing(Error error) {
    return new ByteSource() {
      @Override
      public InputStream openStream() throws IOException {
        throw error;
      }
    };
  }
}

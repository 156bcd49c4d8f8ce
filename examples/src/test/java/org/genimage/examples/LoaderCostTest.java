package org.genimage.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.common.io.ByteSource;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.genimage.data.BatchLoader;
import org.genimage.data.Batches;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.PackedImages;
import org.genimage.data.Progress;
import org.genimage.data.Sample;
import org.genimage.data.image.Augmentation;
import org.genimage.data.image.Filter;
import org.genimage.data.image.Image;
import org.genimage.data.image.Transform;
import org.genimage.data.image.Transforms;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How often a loader reads an image, and how much memory it takes for one: what it costs. */
@Timeout(60)
class LoaderCostTest {

  private static final int IMAGES = 24;
  private static final int WIDTH = 500;
  private static final int HEIGHT = 375;

  /** The bytes that the loader's only thread had taken whenever it opened an image. */
  private final List<Long> taken = new ArrayList<>();

  private ImageDataset counted(byte[] file) {
    ByteSource content =
        new ByteSource() {
          @Override
          public InputStream openStream() throws IOException {
            if (ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads) {
              taken.add(threads.getThreadAllocatedBytes(Thread.currentThread().getId()));
            }
            return ByteSource.wrap(file).openStream();
          }
        };
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < IMAGES; i++) {
      samples.add(new Sample(i + ".png", content, Label.values()[i % 2], Generator.ADM));
    }
    return ImageDataset.of(samples);
  }

  private static byte[] photo() {
    byte[] rgb = new byte[3 * WIDTH * HEIGHT];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (i / 3 % WIDTH / 2 + i / 3 / WIDTH / 3);
    }
    return Image.of(WIDTH, HEIGHT, rgb).toPng();
  }

  @Test
  void epoch_opensEachImageOnce_andTakesLittleMemory() {
    assumeThat(ManagementFactory.getThreadMXBean()).isInstanceOf(ThreadMXBean.class);
    Transform transform =
        Transforms.resizeShorterSide(256, Filter.BILINEAR).then(Transforms.centerCrop(224));
    BatchLoader loader =
        BatchLoader.of(counted(photo()))
            .batchSize(4)
            .threads(1)
            .augmentation(Augmentation.of(transform));

    try (Batches batches = loader.epoch(0)) {
      while (batches.hasNext()) {
        batches.next();
      }
    }

    assertThat(taken).as("times that an image was opened").hasSize(IMAGES);
    List<Long> each = new ArrayList<>();
    for (int i = 1; i < IMAGES; i++) {
      each.add(taken.get(i) - taken.get(i - 1));
    }
    each.sort(null);
    double share = each.get(each.size() / 2) / (3.0 * WIDTH * HEIGHT);
    assertThat(share).as("bytes for an image, over those of its pixels").isBetween(0.5, 1.5);
  }

  /** A packed image is copied out of its file, and once more where it is cut. */
  @Test
  void packedImage_isCopiedOnce(@TempDir Path folder) {
    assumeThat(ManagementFactory.getThreadMXBean()).isInstanceOf(ThreadMXBean.class);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Path file = folder.resolve("packed");
    PackedImages.write(file, counted(photo()), Transform.IDENTITY, "whole", Progress.NONE);
    ImageDataset packed = PackedImages.open(file);
    List<Long> each = new ArrayList<>();
    for (int i = 0; i < IMAGES; i++) {
      long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
      packed.sample(i).image();
      each.add(threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before);
    }
    each.sort(null);

    double share = each.get(each.size() / 2) / (3.0 * WIDTH * HEIGHT);
    assertThat(share).as("bytes for an image, over those of its pixels").isBetween(1.0, 1.05);
  }
}

package org.genimage.train;

import java.util.ArrayList;
import java.util.List;
import org.genimage.data.Batch;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;

/** Splits a batch into parts, for batches that do not fit into memory (gradient accumulation). */
final class BatchParts {

  private BatchParts() {}

  /** Returns the parts in order, with all splits of a sample in one; sizes differ by at most 1. */
  static List<Batch> of(Batch batch, int count) {
    int samples = batch.samples().size();
    int parts = Math.min(count, samples);
    List<Batch> result = new ArrayList<>();
    for (int i = 0; i < parts; i++) {
      result.add(slice(batch, i * samples / parts, (i + 1) * samples / parts));
    }
    return result;
  }

  private static Batch slice(Batch batch, int from, int to) {
    int samples = batch.samples().size();
    List<Image> images = new ArrayList<>();
    for (int split = 0; split < batch.splits(); split++) {
      for (int i = from; i < to; i++) {
        images.add(batch.images().image(split * samples + i));
      }
    }
    return new Batch(
        ImageBatch.of(images),
        batch.samples().subList(from, to),
        batch.positions().subList(from, to),
        batch.splits());
  }
}

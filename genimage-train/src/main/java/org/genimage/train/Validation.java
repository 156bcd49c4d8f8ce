package org.genimage.train;

import java.util.List;
import java.util.stream.IntStream;
import org.genimage.data.Batch;
import org.genimage.data.BatchLoader;
import org.genimage.data.Batches;
import org.genimage.data.ErrorPolicy;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.data.Seed;
import org.genimage.models.Blueprint;
import org.genimage.train.recipe.Recipe;

/**
 * The accuracy on validation images. Each process scores its part of them.
 *
 * @param images all of them
 */
record Validation(
    ImageDataset images,
    Recipe recipe,
    Blueprint blueprint,
    ErrorPolicy errors,
    ProcessGroup group) {

  private static final int BATCH = 64;

  /** Returns the share of all images that the network classifies correctly, from 0 to 1. */
  double accuracy(TrainingGraph graph, int epoch) {
    List<Sample> part =
        IntStream.range(0, images.size())
            .filter(i -> i % group.size() == group.rank())
            .mapToObj(images::sample)
            .toList();
    int correct = 0;
    int count = 0;
    if (!part.isEmpty()) {
      try (Batches batches = loader(ImageDataset.of(part)).epoch(epoch)) {
        while (batches.hasNext()) {
          Batch batch = batches.next();
          correct += correct(batch, graph.logits(batch.images()));
          count += batch.samples().size();
        }
      }
    }
    long[] sums = group.sums(correct, count);
    return sums[0] / (double) sums[1];
  }

  private static int correct(Batch batch, float[] logits) {
    int correct = 0;
    for (int i = 0; i < batch.samples().size(); i++) {
      Label found = logits[2 * i + 1] > logits[2 * i] ? Label.AI : Label.NATURE;
      correct += found == batch.samples().get(i).label() ? 1 : 0;
    }
    return correct;
  }

  private BatchLoader loader(ImageDataset part) {
    return BatchLoader.of(part)
        .augmentation(recipe.images().validation(blueprint.input()))
        .batchSize(BATCH)
        .shuffle(Seed.of(recipe.seed()).at("validation"))
        .ordered()
        .onError(errors);
  }
}

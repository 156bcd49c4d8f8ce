package org.genimage.train;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.genimage.models.WeightArray;
import org.genimage.models.Weights;
import org.genimage.models.WeightsException;
import org.genimage.models.nn.Parameter;

/**
 * All that training needs to go on after an epoch, in one file that is replaced as a whole: the
 * model's numbers, the optimizer's, how many epochs and steps are done, and the best epoch so far.
 * Order and augmentation follow from the seed and the epoch and need no state.
 */
record Checkpoint(Weights state, int epochs, long steps, double bestAccuracy, int bestEpoch) {

  private static final String FILE = "last.safetensors";
  private static final String SLOTS = "optimizer.";
  private static final String RUN = "genimage.run";
  private static final String EPOCHS = "genimage.epochs";
  private static final String STEPS = "genimage.steps";
  private static final String BEST_ACCURACY = "genimage.best_accuracy";
  private static final String BEST_EPOCH = "genimage.best_epoch";

  static Checkpoint of(
      TrainingGraph graph, Weights weights, int epochs, long steps, double best, int bestEpoch) {
    Map<String, WeightArray> arrays = new LinkedHashMap<>(weights.arrays());
    Map<String, float[]> slots = graph.readSlots();
    for (Parameter slot : graph.slotEntries()) {
      arrays.put(SLOTS + slot.key(), WeightArray.of(slot.shape(), slots.get(slot.key())));
    }
    return new Checkpoint(Weights.of(arrays), epochs, steps, best, bestEpoch);
  }

  /** Puts the model's and the optimizer's numbers back. */
  void restore(TrainingGraph graph) {
    graph.load(
        parameter -> state.get(parameter.key()).toFloats(),
        slot -> state.get(SLOTS + slot.key()).toFloats());
  }

  static boolean in(Path folder) {
    return Files.exists(folder.resolve(FILE));
  }

  void write(Path folder, String run) {
    state
        .with(
            Map.of(
                RUN, run,
                EPOCHS, Integer.toString(epochs),
                STEPS, Long.toString(steps),
                BEST_ACCURACY, Double.toString(bestAccuracy),
                BEST_EPOCH, Integer.toString(bestEpoch)))
        .write(folder.resolve(FILE));
  }

  /**
   * Reads the folder's checkpoint.
   *
   * @param run what the checkpoint has to belong to: detector, recipe and data
   */
  static Checkpoint read(Path folder, String run) {
    Path file = folder.resolve(FILE);
    Weights state = Weights.read(file);
    Map<String, String> metadata = state.metadata();
    if (!run.equals(metadata.get(RUN))) {
      throw new WeightsException(
          ("%s: expected a checkpoint of this training, found one of another (%s, not %s); name"
                  + " another checkpoint folder or remove this one")
              .formatted(file, metadata.get(RUN), run));
    }
    try {
      return new Checkpoint(
          state,
          Integer.parseInt(metadata.get(EPOCHS)),
          Long.parseLong(metadata.get(STEPS)),
          Double.parseDouble(metadata.get(BEST_ACCURACY)),
          Integer.parseInt(metadata.get(BEST_EPOCH)));
    } catch (NumberFormatException | NullPointerException e) {
      throw new WeightsException(
          file + ": expected a checkpoint's counts in the metadata; remove the file", e);
    }
  }
}

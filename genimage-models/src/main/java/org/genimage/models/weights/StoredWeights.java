package org.genimage.models.weights;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Weights as a file has them: copied into the heap if the file is small, otherwise left where they
 * are.
 */
final class StoredWeights {

  /**
   * The largest file that is copied into the heap. Larger ones are read when their numbers are
   * needed: a detector needs them once, and again only for gradients, an export or a hash.
   */
  static final long COPIED = 16 << 20;

  private StoredWeights() {}

  static Weights of(FileState state, Map<String, StoredNumbers> numbers) throws IOException {
    Map<String, WeightArray> arrays = new LinkedHashMap<>();
    for (Map.Entry<String, StoredNumbers> entry : numbers.entrySet()) {
      StoredNumbers stored = entry.getValue();
      arrays.put(
          entry.getKey(),
          state.size() <= COPIED ? WeightArray.copied(stored) : WeightArray.of(stored));
    }
    state.check();
    return Weights.of(arrays);
  }
}

package org.genimage.models;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.nio.file.Path;
import java.util.Map;

/**
 * A model's numbers by state-dict key, in PyTorch's names, shapes and axis order, with whatever is
 * known of their origin. Plain arrays: nothing to close. The file format is safetensors, which
 * loads into PyTorch under the same names.
 */
public final class Weights {

  private final ImmutableMap<String, WeightArray> arrays;
  private final ImmutableMap<String, String> metadata;

  private Weights(Map<String, WeightArray> arrays, Map<String, String> metadata) {
    this.arrays = ImmutableMap.copyOf(arrays);
    this.metadata = ImmutableMap.copyOf(metadata);
  }

  /** Returns weights of these arrays, in the map's order, without metadata. */
  public static Weights of(Map<String, WeightArray> arrays) {
    return new Weights(arrays, ImmutableMap.of());
  }

  /**
   * Reads a safetensors file.
   *
   * @throws WeightsException if it cannot be read or is not what it says; the message names it
   */
  public static Weights read(Path file) {
    return Safetensors.read(file);
  }

  /**
   * Writes a safetensors file. The file appears whole or not at all: an earlier one of that name
   * stays until the new one is complete.
   *
   * @throws WeightsException if it cannot be written
   */
  public void write(Path file) {
    Safetensors.write(file, this);
  }

  /** Returns the keys in order. */
  public ImmutableSet<String> keys() {
    return arrays.keySet();
  }

  /**
   * Returns the numbers of a key.
   *
   * @throws IllegalArgumentException if there is no such key
   */
  public WeightArray get(String key) {
    WeightArray array = arrays.get(key);
    checkArgument(array != null, "weights have no key %s; they have %s keys", key, arrays.size());
    return array;
  }

  /** Returns all arrays by key, in order. */
  public ImmutableMap<String, WeightArray> arrays() {
    return arrays;
  }

  /** Returns what is known of the numbers: detector, input contract, recipe, training data. */
  public ImmutableMap<String, String> metadata() {
    return metadata;
  }

  /** Returns the same numbers with these entries added to the metadata, or put in their place. */
  public Weights with(Map<String, String> entries) {
    return new Weights(
        arrays,
        ImmutableMap.<String, String>builder().putAll(metadata).putAll(entries).buildKeepingLast());
  }
}

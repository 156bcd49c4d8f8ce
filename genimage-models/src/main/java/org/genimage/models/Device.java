package org.genimage.models;

/**
 * What TensorFlow can compute on.
 *
 * @param name as TensorFlow has it, such as {@code /job:localhost/replica:0/task:0/device:GPU:0}
 * @param type as TensorFlow has it, such as {@code CPU} or {@code GPU}
 * @param memory what TensorFlow lets itself take of a GPU's, in bytes; of a CPU it says nothing
 *     true
 */
public record Device(String name, String type, long memory) {

  /** Returns whether it is a GPU. */
  public boolean isGpu() {
    return type.equals("GPU");
  }
}

package org.genimage.data;

/** A part of the benchmark: to train or to test on. */
public enum Split {
  /** To train on; GenImage's folder {@code train}. */
  TRAIN("train"),
  /** To test on; GenImage's folder {@code val}. */
  VALIDATION("val");

  private final String folder;

  Split(String folder) {
    this.folder = folder;
  }

  /** Returns the name of this split's folder in GenImage. */
  public String folder() {
    return folder;
  }
}

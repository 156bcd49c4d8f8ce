package org.genimage.eval;

import static com.google.common.base.Preconditions.checkArgument;

/** One of several equal, contiguous parts of a dataset. */
record Part(int index, int count) {

  static final Part WHOLE = new Part(0, 1);

  Part {
    checkArgument(count > 0, "number of parts must be positive, got %s", count);
    checkArgument(
        index >= 0 && index < count, "part must be from 0 to below %s, got %s", count, index);
  }

  /** Returns its first image. */
  int start(int images) {
    return (int) ((long) images * index / count);
  }

  /** Returns the image after its last one. */
  int end(int images) {
    return (int) ((long) images * (index + 1) / count);
  }

  @Override
  public String toString() {
    return "part %s of %s".formatted(index + 1, count);
  }
}

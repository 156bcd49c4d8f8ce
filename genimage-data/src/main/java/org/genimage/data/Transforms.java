package org.genimage.data;

/** Skeleton. */
public final class Transforms {
  private Transforms() {}

  /** Skeleton. */
  public static Transform resizeShorterSide(int side, Filter filter) {
    throw new UnsupportedOperationException();
  }

  /** Skeleton. */
  public static Transform centerCrop(int side) {
    throw new UnsupportedOperationException();
  }
}

package org.genimage.data;

/** Skeleton. */
public final class BatchLoader {
  private BatchLoader() {}
}

package org.genimage.train.memory;

/**
 * The memory of a step as a straight line over the number of samples that are computed together.
 *
 * @param fixed bytes without any sample
 * @param perSample bytes of each
 */
record MemoryLine(double fixed, double perSample) {

  /** Returns the line through two measurements, which does not fall. */
  static MemoryLine through(int few, long less, int many, long more) {
    double slope = Math.max(0, (more - less) / (double) (many - few));
    return new MemoryLine(more - slope * many, slope);
  }

  double bytes(int samples) {
    return fixed + perSample * samples;
  }
}

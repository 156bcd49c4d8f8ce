package org.genimage.data;

import com.google.common.collect.ImmutableList;

/** A dataset held in memory: a sample is a few references. */
record ListDataset(ImmutableList<Sample> samples, String selection) implements ImageDataset {

  @Override
  public int size() {
    return samples.size();
  }

  @Override
  public Sample sample(int index) {
    return samples.get(index);
  }

  /** Returns the number of images and how they were chosen, in a short line. */
  @Override
  public String toString() {
    return InWords.of(this);
  }
}

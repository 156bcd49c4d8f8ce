package org.genimage.data;

import static com.google.common.base.Preconditions.checkElementIndex;

import com.google.common.collect.ImmutableList;

/** Several datasets, one after the other. */
record UnionDataset(ImmutableList<ImageDataset> parts, int size, String selection)
    implements ImageDataset {

  @Override
  public Sample sample(int index) {
    checkElementIndex(index, size, "sample");
    int part = 0;
    int rest = index;
    while (rest >= parts.get(part).size()) {
      rest -= parts.get(part++).size();
    }
    return parts.get(part).sample(rest);
  }

  /** Returns the number of images and how they were chosen, in a short line. */
  @Override
  public String toString() {
    return InWords.of(this);
  }
}

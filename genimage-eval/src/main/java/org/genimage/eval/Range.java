package org.genimage.eval;

import java.util.Objects;
import org.genimage.data.ImageDataset;
import org.genimage.data.Sample;

/** The images of a dataset from {@code start} up to, but not including, {@code end}. */
record Range(ImageDataset all, int start, int end) implements ImageDataset {

  @Override
  public int size() {
    return end - start;
  }

  @Override
  public Sample sample(int index) {
    return all.sample(start + Objects.checkIndex(index, size()));
  }

  @Override
  public String selection() {
    return all.selection();
  }
}

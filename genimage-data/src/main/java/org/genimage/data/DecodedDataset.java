package org.genimage.data;

import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.genimage.data.image.Decoding;

/** A dataset whose images are decoded with other options. */
record DecodedDataset(ImageDataset data, Decoding decoding) implements ImageDataset {

  @Override
  public int size() {
    return data.size();
  }

  @Override
  public Sample sample(int index) {
    return data.sample(index).decoding(decoding);
  }

  @Override
  public String selection() {
    return Stream.of(data.selection(), decoding.differences())
        .filter(text -> !text.isEmpty())
        .collect(Collectors.joining("; "));
  }

  /** Returns the number of images and how they were chosen, in a short line. */
  @Override
  public String toString() {
    return InWords.of(this);
  }
}

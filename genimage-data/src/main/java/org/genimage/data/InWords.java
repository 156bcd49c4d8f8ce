package org.genimage.data;

import com.google.common.base.Ascii;

/** What a dataset says of itself where it is printed. */
final class InWords {

  private static final int LONGEST = 120;

  private InWords() {}

  /** Returns the number of images and how they were chosen, in a short line. */
  static String of(ImageDataset data) {
    String images = data.size() == 1 ? "1 image" : data.size() + " images";
    String selection = data.selection().replaceAll("\\s+", " ");
    return selection.isEmpty()
        ? images
        : images + " (" + Ascii.truncate(selection, LONGEST, "...") + ")";
  }
}

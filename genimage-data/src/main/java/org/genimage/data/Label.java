package org.genimage.data;

/**
 * What an image is: a photograph or the work of a generator. {@link #AI} is the positive class
 * everywhere in genimage, whatever the order of classes in a checkpoint.
 */
public enum Label {
  /** A natural image; GenImage's folder {@code nature}. Index 0, negative. */
  NATURE("nature"),
  /** An image made by a generator; GenImage's folder {@code ai}. Index 1, positive. */
  AI("ai");

  private final String folder;

  Label(String folder) {
    this.folder = folder;
  }

  /** Returns the name of this class's folder in GenImage. */
  public String folder() {
    return folder;
  }

  /** Returns 0 for {@link #NATURE} and 1 for {@link #AI}. */
  public int index() {
    return ordinal();
  }
}

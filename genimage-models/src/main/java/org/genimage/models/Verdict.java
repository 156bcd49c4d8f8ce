package org.genimage.models;

/** What a {@link VerdictRule} says of an image. */
public enum Verdict {
  /** The image counts as AI-made. */
  AI,
  /** The image counts as natural. */
  NATURE,
  /** The score, or a second view of the image, does not allow to say. */
  UNSURE
}

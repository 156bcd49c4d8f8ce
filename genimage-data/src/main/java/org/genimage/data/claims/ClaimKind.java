package org.genimage.data.claims;

/** What a claim says about the image. */
public enum ClaimKind {

  /** A trained model made the image. */
  AI_GENERATED("a trained model made the image"),

  /** A trained model made or changed a part of the image. */
  PARTLY_AI("a trained model made or changed a part of the image"),

  /** A program computed the image without a trained model, for example a fractal. */
  ALGORITHMIC("a program computed the image without a trained model"),

  /** A camera or a scanner captured the image. */
  CAMERA("a camera or scanner captured the image"),

  /**
   * Something else: the name of a program, a part of a prompt, that a person drew the image, or a
   * term that leaves the origin open.
   */
  DETAIL("neither AI nor a camera");

  private final String words;

  ClaimKind(String words) {
    this.words = words;
  }

  /** Returns what such a claim says, as a part of a sentence. */
  public String words() {
    return words;
  }
}

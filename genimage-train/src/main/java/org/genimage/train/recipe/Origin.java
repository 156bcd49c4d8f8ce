package org.genimage.train.recipe;

/** Where a recipe's value comes from. */
public enum Origin {
  /** The GenImage paper's supplement. */
  PAPER("paper"),
  /** The detector's official repository; the paper does not state the value. */
  REPOSITORY("repository"),
  /** Deduced by this project; neither states the value. */
  INFERRED("inferred"),
  /** Chosen by the caller. */
  CALLER("chosen");

  private final String word;

  Origin(String word) {
    this.word = word;
  }

  /** Returns one word, which recipes print. */
  @Override
  public String toString() {
    return word;
  }
}

package org.genimage.train.recipe;

/** Where a recipe's value comes from. */
public enum Origin {
  /** The GenImage paper's supplement. */
  PAPER("paper"),
  /** The detector's official repository, where the paper says nothing. */
  REPOSITORY("repository"),
  /** A deduction of this project, where both leave it open. */
  INFERRED("inferred"),
  /** Neither: whoever trains chose it. */
  CALLER("chosen");

  private final String word;

  Origin(String word) {
    this.word = word;
  }

  /** Returns a word for it. */
  @Override
  public String toString() {
    return word;
  }
}

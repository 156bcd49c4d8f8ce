package org.genimage.eval.leaderboard;

/** What a number of a leaderboard is, in which unit, and how sure it is. */
public enum Quantity {

  /** Area under the ROC curve of the images as they are. Interval: DeLong's. */
  AREA("ROC AUC", Unit.NUMBER, Spread.CONFIDENCE),

  /** Accuracy at the detector's own threshold. Interval: Wilson's. */
  ACCURACY("accuracy", Unit.SHARE, Spread.CONFIDENCE),

  /** Mean of the accuracies of both labels. Interval: MOVER, of Wilson's of two shares. */
  BALANCED("balanced accuracy", Unit.SHARE, Spread.CONFIDENCE),

  /** Area after formats were made equal. Interval: DeLong's. */
  ALIGNED("ROC AUC, aligned", Unit.NUMBER, Spread.CONFIDENCE),

  /**
   * Area over all changes together, of the images that have a score after each. Interval: DeLong's
   * with images as blocks.
   */
  ROBUST("ROC AUC, robust", Unit.NUMBER, Spread.CONFIDENCE),

  /** Area after the worst change. Interval: DeLong's; the worst was looked for. */
  WORST("ROC AUC, worst change", Unit.NUMBER, Spread.TOO_NARROW),

  /**
   * Share of images whose verdict no change turns, of those that have a score after each. Interval:
   * Wilson's.
   */
  STEADY("verdicts that never turn", Unit.SHARE, Spread.CONFIDENCE),

  /** Accuracy at 0.5 of the images that are attacked, before. Interval: Wilson's. */
  BEFORE("accuracy before attacks", Unit.SHARE, Spread.CONFIDENCE),

  /** Accuracy at 0.5 after an attack. Interval: Wilson's. */
  UNDER("accuracy under", Unit.SHARE, Spread.CONFIDENCE),

  /** Median change of the images that an attack without limit turned from right to wrong. */
  CHANGE("median L2 change by", Unit.SMALL_NUMBER, Spread.NONE),

  /** Mean distance of score and share of AI images. Interval: bootstrap. */
  CALIBRATION("calibration error", Unit.NUMBER, Spread.CONFIDENCE),

  /** What a perfectly calibrated detector would show there by chance. */
  CHANCE("calibration error by chance", Unit.NUMBER, Spread.NONE),

  /** Share of images that the verdict rule decides. Interval: Wilson's. */
  COVERAGE("coverage", Unit.SHARE, Spread.CONFIDENCE),

  /** Wrong verdicts out of the decided ones. Interval: Wilson's. */
  ERRORS("errors where decided", Unit.SHARE, Spread.CONFIDENCE),

  /** Median time of one image on the machine at hand; its fastest and slowest repetition. */
  SECONDS("seconds an image", Unit.SECONDS, Spread.RANGE),

  /** Most memory, on the machine at hand. */
  MEMORY("memory in MB", Unit.MEGABYTES, Spread.NONE);

  /** In what a quantity is counted. */
  public enum Unit {
    /** From 0 to 1, shown in per cent. */
    SHARE,
    /** Shown with three decimals. */
    NUMBER,
    /** Shown with four decimals. */
    SMALL_NUMBER,
    /** Depends on the machine. */
    SECONDS,
    /** 10^6 bytes; depends on the machine. */
    MEGABYTES
  }

  /** What the two numbers beside a figure are. */
  public enum Spread {
    /** A 95 % confidence interval. */
    CONFIDENCE,
    /** A 95 % interval that is too narrow, because the figure was picked from several. */
    TOO_NARROW,
    /** The least and the greatest of several measurements. */
    RANGE,
    /** There are none. */
    NONE
  }

  private final String words;
  private final Unit unit;
  private final Spread spread;

  Quantity(String words, Unit unit, Spread spread) {
    this.words = words;
    this.unit = unit;
    this.spread = spread;
  }

  /** Returns in what it is counted. */
  public Unit unit() {
    return unit;
  }

  /** Returns what the two numbers beside a figure are. */
  public Spread spread() {
    return spread;
  }

  /** Returns whether it is what a detector takes of the machine at hand: time or memory. */
  public boolean isCost() {
    return unit == Unit.SECONDS || unit == Unit.MEGABYTES;
  }

  /**
   * Returns the name of a figure, such as {@code accuracy under PGD}.
   *
   * @param attack empty if the quantity is not of an attack
   */
  public String of(String attack) {
    return attack.isEmpty() ? words : words + " " + attack;
  }

  /** Returns the name, such as {@code ROC AUC}. */
  @Override
  public String toString() {
    return words;
  }
}

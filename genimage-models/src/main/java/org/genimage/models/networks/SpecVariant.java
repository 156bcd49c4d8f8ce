package org.genimage.models.networks;

/**
 * What Spec's classifier sees: the authors' options {@code --feature} and {@code --mode}. Bands are
 * squares around frequency 0 in the shifted spectrum of 224 pixels; what lies outside one is 0,
 * which is halfway between the least and the greatest value.
 */
public enum SpecVariant {
  /** All of the log spectrum: the paper's, and the default. */
  FULL,
  /** Frequencies from -55 to 64 in both directions; mode 1. */
  LOW,
  /** Frequencies from -91 to 90 in both directions that are not low; mode 2. */
  MIDDLE,
  /** All other frequencies; mode 3. */
  HIGH,
  /** No spectrum but the pixels, from -1 to 1; feature {@code image}. */
  IMAGE;

  private static final int SIDE = 224;

  /** Returns whether a place of the spectrum, its frequency 0 first, is left as it is. */
  public boolean keeps(int row, int column) {
    boolean low = inside(row, column, 57, 176);
    boolean middle = inside(row, column, 21, 202) && !low;
    return switch (this) {
      case FULL, IMAGE -> true;
      case LOW -> low;
      case MIDDLE -> middle;
      case HIGH -> !low && !middle;
    };
  }

  /** In the shifted spectrum, frequency 0 is at 112. */
  private static boolean inside(int row, int column, int first, int last) {
    int y = (row + SIDE / 2) % SIDE;
    int x = (column + SIDE / 2) % SIDE;
    return y >= first && y <= last && x >= first && x <= last;
  }

  /** Returns whether images of this side have these bands. */
  boolean fits(int side) {
    return this == FULL || this == IMAGE || side == SIDE;
  }
}

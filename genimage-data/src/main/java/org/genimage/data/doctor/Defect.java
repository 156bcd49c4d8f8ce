package org.genimage.data.doctor;

/** What may be wrong with an image file. */
public enum Defect {
  /** It has no bytes. */
  EMPTY("empty"),
  /** It cannot be decoded, and its format's end is missing. */
  TRUNCATED("truncated"),
  /** It cannot be read or decoded. */
  CORRUPT("corrupt"),
  /** It is of another format than its name says. */
  MISNAMED("misnamed"),
  /** It is a JPEG of four components, CMYK or YCCK. */
  CMYK("CMYK"),
  /** It is a generator's, and not of the size that this generator's published images have. */
  ODD_SIZE("odd size"),
  /** Its bytes are in the other split, or in the other class, too. */
  DUPLICATE("duplicate");

  private final String label;

  Defect(String label) {
    this.label = label;
  }

  /** Tells whether nothing can be learned from such a file. */
  public boolean isUnreadable() {
    return this == EMPTY || this == TRUNCATED || this == CORRUPT;
  }

  @Override
  public String toString() {
    return label;
  }
}

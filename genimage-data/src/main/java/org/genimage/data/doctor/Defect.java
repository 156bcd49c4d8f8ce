package org.genimage.data.doctor;

/** A defect of an image file. */
public enum Defect {
  /** It has no bytes. */
  EMPTY("empty"),
  /** It cannot be decoded, and its format's end is missing. */
  TRUNCATED("truncated"),
  /** It cannot be read or decoded. */
  CORRUPT("corrupt"),
  /** Its format differs from the one that its name says. */
  MISNAMED("misnamed"),
  /** It is a JPEG file with four components, CMYK or YCCK. */
  CMYK("CMYK"),
  /** It is an AI image whose size differs from that of the generator's published images. */
  ODD_SIZE("odd size"),
  /** An earlier file has the same bytes. */
  DUPLICATE("duplicate"),
  /** It looks like an earlier image, but is another file: perhaps saved again, or resized. */
  NEAR_DUPLICATE("near duplicate");

  private final String label;

  Defect(String label) {
    this.label = label;
  }

  /** Returns whether a file with this defect cannot be decoded. */
  public boolean isUnreadable() {
    return this == EMPTY || this == TRUNCATED || this == CORRUPT;
  }

  @Override
  public String toString() {
    return label;
  }
}

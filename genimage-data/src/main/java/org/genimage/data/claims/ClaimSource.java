package org.genimage.data.claims;

/** The kind of metadata in which a claim stands. */
public enum ClaimSource {

  /** An action of a C2PA manifest (Content Credentials). */
  C2PA("C2PA"),

  /** A property in XMP. */
  XMP("XMP"),

  /** A dataset of IPTC's Information Interchange Model (IIM). */
  IPTC("IPTC"),

  /** A field of EXIF or TIFF. */
  EXIF("EXIF"),

  /** A text chunk of a PNG file: {@code tEXt}, {@code zTXt} or {@code iTXt}. */
  PNG_TEXT("PNG text"),

  /** A comment of a JPEG file. */
  COMMENT("JPEG comment"),

  /** The lowest bits of the alpha channel of a PNG file. */
  ALPHA_BITS("alpha bits"),

  /** The block that Samsung's editor appends to a JPEG file. */
  EDITOR_BLOCK("editor block");

  private final String title;

  ClaimSource(String title) {
    this.title = title;
  }

  /** Returns the name for people. */
  public String title() {
    return title;
  }
}

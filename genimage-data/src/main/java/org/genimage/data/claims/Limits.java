package org.genimage.data.claims;

/** What is read of a file's metadata at most, so that no file takes much memory or time. */
final class Limits {

  /** Bytes of a C2PA store, also after its compressed manifests are expanded. */
  static final int STORE = 16 << 20;

  /** Boxes in boxes of a C2PA store. */
  static final int BOX_DEPTH = 32;

  static final int BOXES = 4096;
  static final int MANIFESTS = 64;
  static final int ACTIONS = 256;
  static final int INGREDIENTS = 256;

  /** Bytes of one claim, assertion or signature in CBOR. */
  static final int CBOR = 1 << 20;

  static final int CBOR_DEPTH = 64;

  /** Values, keys, and beginnings and ends of lists in one piece of CBOR or JSON. */
  static final int TOKENS = 100_000;

  /** Bytes of one block of XMP. */
  static final int XMP = 8 << 20;

  static final int XML_DEPTH = 64;
  static final int XML_ELEMENTS = 100_000;
  static final int XML_NAMESPACES = 256;

  /** Blocks of one kind, such as EXIF, in a file, and fields with one tag in one of TIFF. */
  static final int BLOCKS = 4;

  /** Bytes of one text, expanded. */
  static final int TEXT = 1 << 20;

  /** Bytes of all texts of a file that are expanded. */
  static final int EXPANDED = 16 << 20;

  /** Texts of a file. */
  static final int TEXTS = 1000;

  /** Directories of a TIFF file, as in the reference implementation of C2PA. */
  static final int DIRECTORIES = 2000;

  /** Fields of all directories of a TIFF file. */
  static final int FIELDS = 200_000;

  /** Boxes or items of an AVIF, HEIF or JPEG XL file. */
  static final int FILE_BOXES = 65_536;

  /** Bytes of one text that is handed out, in UTF-8. */
  static final int SHOWN = 4096;

  static final int WARNINGS = 50;

  private Limits() {}
}

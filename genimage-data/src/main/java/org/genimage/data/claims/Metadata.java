package org.genimage.data.claims;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The blocks of metadata that a container holds, before they are read. Blocks are views of the
 * file, unless the container stores them in pieces or compressed. More than a few of a kind, and
 * blocks that are too long, are left out with a warning.
 */
final class Metadata {

  private final Warnings warnings = new Warnings();
  private final List<ByteBuffer> exif = new ArrayList<>();
  private final List<ByteBuffer> xmp = new ArrayList<>();
  private final List<ByteBuffer> iptc = new ArrayList<>();
  private final List<ByteBuffer> stores = new ArrayList<>();
  private final List<TextField> texts = new ArrayList<>();
  private final ExtendedXmp extendedXmp = new ExtendedXmp();
  private final Inflation inflation = new Inflation(warnings);
  private boolean damagedStore;

  Warnings warnings() {
    return warnings;
  }

  /** What the file's compressed texts may still take. */
  Inflation inflation() {
    return inflation;
  }

  ExtendedXmp extendedXmp() {
    return extendedXmp;
  }

  /** Adds a TIFF structure, from its byte order mark on. */
  void addExif(ByteBuffer block) {
    add(exif, block, "EXIF");
  }

  List<ByteBuffer> exif() {
    return exif;
  }

  void addXmp(ByteBuffer block) {
    if (block.remaining() > Limits.XMP) {
      warnings.add(
          "XMP of %s bytes is not read; at most %s are.".formatted(block.remaining(), Limits.XMP));
      return;
    }
    add(xmp, block, "XMP");
  }

  List<ByteBuffer> xmp() {
    return xmp;
  }

  /** Adds datasets of IPTC's Information Interchange Model. */
  void addIptc(ByteBuffer block) {
    add(iptc, block, "IPTC");
  }

  List<ByteBuffer> iptc() {
    return iptc;
  }

  private void add(List<ByteBuffer> blocks, ByteBuffer block, String kind) {
    if (blocks.size() < Limits.BLOCKS) {
      blocks.add(block.slice());
    } else {
      warnings.add(
          "The file has more than %s blocks of %s; the others are not read."
              .formatted(Limits.BLOCKS, kind));
    }
  }

  /** Adds a C2PA store, a JUMBF box with its header. */
  void addStore(ByteBuffer store) {
    if (store.remaining() > Limits.STORE) {
      addDamagedStore(
          "The C2PA store of %s bytes is not read; at most %s are."
              .formatted(store.remaining(), Limits.STORE));
    } else if (stores.size() < 2) { // two are one too many
      stores.add(store.slice());
    }
  }

  /** Records that the file has a C2PA store that cannot be read. */
  void addDamagedStore(String warning) {
    warnings.add(warning);
    damagedStore = true;
  }

  List<ByteBuffer> stores() {
    return stores;
  }

  boolean hasDamagedStore() {
    return damagedStore;
  }

  void addText(TextField text) {
    if (texts.size() < Limits.TEXTS) {
      texts.add(text);
    } else {
      addTooManyTexts();
    }
  }

  void addTooManyTexts() {
    warnings.add(
        "The file has more than %s texts; the others are not read.".formatted(Limits.TEXTS));
  }

  List<TextField> texts() {
    return texts;
  }

  /** Records bytes behind the end of the image; what stands there is no claim. */
  void addTrailing(long bytes) {
    if (bytes > 0) {
      warnings.add(
          "%s bytes behind the end of the image are not read: they are no part of it."
              .formatted(bytes));
    }
  }
}

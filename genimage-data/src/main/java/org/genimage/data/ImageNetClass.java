package org.genimage.data;

import com.google.common.io.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The ImageNet class, 0 to 999, that a file name of GenImage contains: the index of its synset. */
final class ImageNetClass {

  private static final Pattern NATURAL = Pattern.compile("(n\\d{8})_.*");
  private static final Pattern FAKE =
      Pattern.compile("(?:[A-Za-z]+_\\d+_\\d+_\\d+_)?(\\d{1,3})_[a-z].*");
  private static final List<String> SYNSETS = synsets();

  private ImageNetClass() {}

  /** Returns the class; empty for ImageNet's validation images, whose names do not contain it. */
  static OptionalInt of(Label label, String file) {
    Matcher name = (label == Label.NATURE ? NATURAL : FAKE).matcher(file);
    if (!name.matches()) {
      return OptionalInt.empty();
    }
    int index =
        label == Label.NATURE
            ? Collections.binarySearch(SYNSETS, name.group(1))
            : Integer.parseInt(name.group(1));
    return index < 0 ? OptionalInt.empty() : OptionalInt.of(index);
  }

  private static List<String> synsets() {
    try {
      return Resources.readLines(
          Resources.getResource(ImageNetClass.class, "imagenet-classes.txt"),
          StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

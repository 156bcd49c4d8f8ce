package org.genimage.eval;

import org.genimage.data.Generator;
import org.genimage.data.Label;
import org.genimage.data.Skipped;

/**
 * An image that could not be read and has no score.
 *
 * @param name the image's name
 * @param generator the subset that it belongs to
 * @param label what it is
 * @param reason what was expected and what was found
 */
public record Failure(String name, Generator generator, Label label, String reason) {

  static Failure of(Skipped skipped) {
    return new Failure(
        skipped.sample().name(),
        skipped.sample().generator(),
        skipped.sample().label(),
        skipped.reason());
  }
}

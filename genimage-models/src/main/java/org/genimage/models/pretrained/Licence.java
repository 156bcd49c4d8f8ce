package org.genimage.models.pretrained;

import java.net.URI;

/**
 * The terms under which a file was published. Reading them is up to you: genimage shows them and
 * keeps their name with the weights.
 *
 * @param subject what is licensed, such as {@code Community Forensics, 384 pixels}
 * @param name as SPDX abbreviates it, such as {@code MIT}
 * @param owner who published it
 * @param address where its text, or the statement that it applies, is published
 * @param note what else the owner asks for, or is not certain; may be empty
 */
public record Licence(String subject, String name, String owner, URI address, String note) {

  /** Returns all of it in a sentence. */
  @Override
  public String toString() {
    return "%s is published by %s under the licence %s (%s)%s"
        .formatted(subject, owner, name, address, note.isEmpty() ? "" : "; " + note);
  }
}

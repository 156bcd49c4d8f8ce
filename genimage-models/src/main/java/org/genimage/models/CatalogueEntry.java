package org.genimage.models;

/**
 * What is known of a detector: an entry of {@link Detectors#catalogue()}. Its texts are short
 * phrases for people; docs/detectors has a page for each detector, with all figures and their
 * sources, and docs/weights.md has sizes and hashes of published files.
 *
 * @param blueprint the detector without weights
 * @param paper authors, title and venue of the paper that proposes it
 * @param year when the paper was published
 * @param weights where finished weights of the detector are published, or that nobody did so
 * @param licence of these weights, or that none is stated
 * @param strength what it is good at
 * @param weakness what it is bad at
 */
public record CatalogueEntry(
    Blueprint blueprint,
    String paper,
    int year,
    String weights,
    String licence,
    String strength,
    String weakness) {

  /** Returns the detector's name and its paper, in a short line. */
  @Override
  public String toString() {
    return "%s (%s, %s)".formatted(blueprint.name(), paper, year);
  }
}

package org.genimage.data.claims;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * One statement in a file's metadata. Its texts are those of the file: they are not verified, may
 * contain markup and control characters, and each has at most 4 KiB in UTF-8.
 *
 * @param kind what it says about the image
 * @param source where it stands
 * @param field the name of the field: {@code Iptc4xmpExt:DigitalSourceType}, {@code Software}; of
 *     C2PA the action and, unless it is the active manifest's, which manifest speaks
 * @param text the field's value as stored, without surrounding white space
 * @param tool the program that is named, or that writes such fields
 * @param model the name of the model, where one is named
 * @param signer the name in the certificate of the manifest that speaks
 */
public record Claim(
    ClaimKind kind,
    ClaimSource source,
    String field,
    String text,
    Optional<String> tool,
    Optional<String> model,
    Optional<String> signer) {

  private static final int SHORT = 80; // characters of a text that a sentence shows

  /** Checks that all components are there. */
  public Claim {
    requireNonNull(kind, "kind");
    requireNonNull(source, "source");
    requireNonNull(field, "field");
    requireNonNull(text, "text");
    requireNonNull(tool, "tool");
    requireNonNull(model, "model");
    requireNonNull(signer, "signer");
  }

  static Claim of(ClaimKind kind, ClaimSource source, String field, String text) {
    return new Claim(
        kind,
        source,
        Texts.shown(field),
        Texts.shown(text),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  Claim by(Optional<String> tool, Optional<String> model, Optional<String> signer) {
    return new Claim(kind, source, field, text, shown(tool), shown(model), shown(signer));
  }

  private static Optional<String> shown(Optional<String> text) {
    return text.map(Texts::shown).filter(name -> !name.isBlank());
  }

  /**
   * Returns whether the claim was verified: never. No signature, no hash and no certificate is
   * checked, and anyone can write any claim into a file.
   */
  public boolean verified() {
    return false;
  }

  /**
   * Returns the claim in one sentence, for a person. Control characters are visible, line breaks
   * are spaces; markup is left as it is, so escape it where the sentence becomes a part of a page.
   */
  public String sentence() {
    StringBuilder sentence = new StringBuilder(source.title()).append(", ").append(field);
    if (kind == ClaimKind.DETAIL) {
      boolean isLong = text.codePointCount(0, text.length()) > SHORT;
      int end = isLong ? text.offsetByCodePoints(0, SHORT) : text.length();
      sentence.append(": ").append(text, 0, end).append(isLong ? "\u2026" : "");
    } else {
      sentence.append(" says that ").append(kind.words());
    }
    sentence.append(" (");
    tool.ifPresent(name -> sentence.append("tool: ").append(name).append("; "));
    model.ifPresent(name -> sentence.append("model: ").append(name).append("; "));
    signer.ifPresent(name -> sentence.append("names as signer: ").append(name).append("; "));
    return Texts.visible(sentence.append("not verified)").toString()).replace('\n', ' ') + ".";
  }
}

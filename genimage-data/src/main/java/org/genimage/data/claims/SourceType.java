package org.genimage.data.claims;

import com.google.common.collect.ImmutableMap;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * IPTC's terms for the kind of source of a digital image (NewsCodes, digitalsourcetype,
 * 2024-10-23), and C2PA's own. Terms of human work, and those that leave open whether a model took
 * part, are details.
 */
final class SourceType {

  private static final Pattern ADDRESS =
      Pattern.compile(
          "(?:https?://cv\\.iptc\\.org/newscodes/digitalsourcetype/|digsrctype:"
              + "|https?://c2pa\\.org/digitalsourcetype/|)([A-Za-z]+)/?");

  private static final ImmutableMap<String, ClaimKind> KINDS =
      ImmutableMap.<String, ClaimKind>builder()
          .put("trainedalgorithmicmedia", ClaimKind.AI_GENERATED)
          .put("trainedalgorithmicdata", ClaimKind.AI_GENERATED)
          .put("compositewithtrainedalgorithmicmedia", ClaimKind.PARTLY_AI)
          .put("compositesynthetic", ClaimKind.PARTLY_AI)
          .put("algorithmicmedia", ClaimKind.ALGORITHMIC)
          .put("digitalcapture", ClaimKind.CAMERA)
          .put("computationalcapture", ClaimKind.CAMERA)
          .put("compositecapture", ClaimKind.CAMERA)
          .put("negativefilm", ClaimKind.CAMERA)
          .put("positivefilm", ClaimKind.CAMERA)
          .put("print", ClaimKind.CAMERA)
          .buildOrThrow();

  private SourceType() {}

  /** Returns what a term says; {@link ClaimKind#DETAIL} for one that is open or unknown. */
  static ClaimKind kind(String term) {
    Matcher address = ADDRESS.matcher(term.strip());
    return Optional.of(address)
        .filter(Matcher::matches)
        .map(found -> KINDS.get(found.group(1).toLowerCase(Locale.ROOT)))
        .orElse(ClaimKind.DETAIL);
  }
}

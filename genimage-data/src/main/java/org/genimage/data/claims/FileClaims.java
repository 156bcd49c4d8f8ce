package org.genimage.data.claims;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What an image file says of its own origin. Nothing of it is verified, and no part of it is used
 * for a score. Texts are those of the file: escape them where they become a part of a page, and
 * show them with {@link Claims#visible} in a terminal or a log.
 *
 * @param format the container, such as {@code JPEG}, or what was found instead
 * @param claims what the metadata say, C2PA first
 * @param camera the camera that EXIF names
 * @param contentCredentials the C2PA store; empty if the file has none
 * @param remoteManifest the address at which the file says its C2PA manifest lies; never fetched
 * @param warnings what was damaged, cut, or not read, in sentences
 */
public record FileClaims(
    String format,
    List<Claim> claims,
    Optional<Camera> camera,
    Optional<ContentCredentials> contentCredentials,
    Optional<String> remoteManifest,
    List<String> warnings) {

  /** What claims are worth, in one paragraph for people. */
  public static final String NOTE =
      "Claims are not verified: anyone can write them, copy them from another file or remove them."
          + " Absent claims mean nothing: most services strip metadata from images. No claim"
          + " changes the score.";

  /** Copies the lists, and checks that all components are there. */
  public FileClaims {
    requireNonNull(format, "format");
    claims = ImmutableList.copyOf(claims);
    requireNonNull(camera, "camera");
    requireNonNull(contentCredentials, "contentCredentials");
    requireNonNull(remoteManifest, "remoteManifest");
    warnings = ImmutableList.copyOf(warnings);
  }

  /**
   * The camera that EXIF names.
   *
   * @param make the maker; may be empty
   * @param model the model; may be empty
   */
  public record Camera(String make, String model) {}

  /**
   * Returns what the claims together say about the image's origin, in the order of {@link
   * ClaimKind}. It is empty if they say nothing. {@link ClaimKind#PARTLY_AI} is left out where
   * {@link ClaimKind#AI_GENERATED} stands.
   */
  public ImmutableSet<ClaimKind> says() {
    Set<ClaimKind> kinds = EnumSet.noneOf(ClaimKind.class);
    claims.forEach(claim -> kinds.add(claim.kind()));
    camera.ifPresent(named -> kinds.add(ClaimKind.CAMERA));
    kinds.remove(ClaimKind.DETAIL);
    if (kinds.contains(ClaimKind.AI_GENERATED)) {
      kinds.remove(ClaimKind.PARTLY_AI);
    }
    return Sets.immutableEnumSet(kinds);
  }

  /** Returns the program that is said to have made or changed the image, if one is named. */
  public Optional<String> tool() {
    return claims.stream()
        .filter(
            claim -> claim.kind() == ClaimKind.AI_GENERATED || claim.kind() == ClaimKind.PARTLY_AI)
        .flatMap(claim -> claim.tool().stream())
        .findFirst();
  }

  /**
   * Returns the claims in a paragraph for people. It says that nothing is verified, and that absent
   * claims mean nothing. Markup is left as it is.
   */
  public String summary() {
    ImmutableSet<ClaimKind> says = says();
    String first =
        says.isEmpty()
            ? "The file does not say that AI or a camera made the image."
            : "The file says that "
                + says.stream().map(ClaimKind::words).collect(Collectors.joining(", and that "))
                + (sources(says).isEmpty() ? "" : " (" + String.join(", ", sources(says)) + ")")
                + ".";
    return Texts.visible(first).replace('\n', ' ') + " " + NOTE;
  }

  private List<String> sources(Set<ClaimKind> says) {
    return claims.stream()
        .filter(claim -> says.contains(claim.kind()))
        .map(claim -> claim.source().title() + claim.tool().map(tool -> ": " + tool).orElse(""))
        .distinct()
        .limit(5)
        .toList();
  }

  /** Returns one short line. */
  @Override
  public String toString() {
    return "FileClaims[%s, says %s, %s claims, %s warnings]"
        .formatted(format, says(), claims.size(), warnings.size());
  }
}

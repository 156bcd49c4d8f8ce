package org.genimage.data.claims;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The C2PA store of a file (C2PA Technical Specification 2.2), read and not verified: no signature,
 * no hash and no certificate is checked, and anyone can write such a store. All texts are those of
 * the file, each of at most 4 KiB in UTF-8.
 *
 * @param readable whether the active manifest, and every manifest that it was made from, could be
 *     read; the warnings of {@link FileClaims} say what could not
 * @param active the label of the manifest that describes the file; empty if it could not be read
 * @param manifests all manifests that could be read, in the store's order
 */
public record ContentCredentials(
    boolean readable, Optional<String> active, List<Manifest> manifests) {

  static final ContentCredentials UNREADABLE =
      new ContentCredentials(false, Optional.empty(), ImmutableList.of());

  /** Copies the list, and checks that all components are there. */
  public ContentCredentials {
    requireNonNull(active, "active");
    manifests = ImmutableList.copyOf(manifests);
  }

  /** How a manifest is related to the file. */
  public enum Role {
    /** It describes the file itself. */
    ACTIVE("active manifest"),
    /** It describes an earlier state of the image, from which the file was made. */
    PARENT("parent manifest"),
    /** It describes an image of which a part or a property was used. */
    COMPONENT("component manifest"),
    /** No other manifest refers to it, so that it says nothing about the file. */
    UNREFERENCED("unreferenced manifest");

    private final String title;

    Role(String title) {
      this.title = title;
    }

    /** Returns the name for people. */
    public String title() {
      return title;
    }
  }

  /**
   * One manifest: a signed list of statements about one state of an image.
   *
   * @param label its name in the store
   * @param role how it is related to the file
   * @param claimVersion the version of its claim, 1 or 2
   * @param claimGenerator the program that wrote it, as a text; version 1 only
   * @param generators the programs that wrote it
   * @param title the image's title
   * @param signer what the signature says of who signed and when; empty if it says nothing
   * @param actions what was done to the image, in order, at most 256
   * @param ingredients the images that it was made from, at most 256
   * @param redactions the addresses of removed assertions
   */
  public record Manifest(
      String label,
      Role role,
      int claimVersion,
      Optional<String> claimGenerator,
      List<Software> generators,
      Optional<String> title,
      Optional<Signer> signer,
      List<Action> actions,
      List<Ingredient> ingredients,
      List<String> redactions) {

    /** Copies the lists. */
    public Manifest {
      generators = ImmutableList.copyOf(generators);
      actions = ImmutableList.copyOf(actions);
      ingredients = ImmutableList.copyOf(ingredients);
      redactions = ImmutableList.copyOf(redactions);
    }

    Manifest as(Role role) {
      return new Manifest(
          label,
          role,
          claimVersion,
          claimGenerator,
          generators,
          title,
          signer,
          actions,
          ingredients,
          redactions);
    }

    /** Returns the program that wrote it, if it names one. */
    public Optional<String> generator() {
      return generators.stream().findFirst().map(Software::name).or(() -> claimGenerator);
    }
  }

  /**
   * A program or a model.
   *
   * @param name its name
   * @param version its version
   */
  public record Software(String name, Optional<String> version) {}

  /**
   * What a signature says of itself. Nothing of it is verified: anyone can write another's name.
   *
   * @param organisation the organisation (O) in the first certificate
   * @param commonName the common name (CN) in the first certificate
   * @param algorithm the name of the signature's algorithm, such as {@code ES256}
   * @param time when a time-stamping service says it was signed; empty without a time stamp, and if
   *     the time stamp was made for something else
   */
  public record Signer(
      Optional<String> organisation,
      Optional<String> commonName,
      Optional<String> algorithm,
      Optional<Instant> time) {

    /** Returns the organisation, or else the common name. */
    public Optional<String> name() {
      return organisation.or(() -> commonName);
    }
  }

  /**
   * Something that was done to the image.
   *
   * @param action its name, such as {@code c2pa.created}
   * @param digitalSourceType the address of IPTC's term for the kind of source, as stored
   * @param softwareAgent the program or model that did it
   * @param description in words
   */
  public record Action(
      String action,
      Optional<String> digitalSourceType,
      Optional<Software> softwareAgent,
      Optional<String> description) {}

  /**
   * An image from which the manifest's image was made.
   *
   * @param relationship {@code parentOf}, {@code componentOf} or {@code inputTo}
   * @param title its title
   * @param manifest the label of its manifest, if the store has one
   */
  public record Ingredient(
      Optional<String> relationship, Optional<String> title, Optional<String> manifest) {}

  /** Returns the manifest that describes the file, if it could be read. */
  public Optional<Manifest> activeManifest() {
    return manifests.stream().filter(manifest -> manifest.role() == Role.ACTIVE).findFirst();
  }

  /** Returns the manifests with one role, in the store's order. */
  public List<Manifest> manifests(Role role) {
    return manifests.stream().filter(manifest -> manifest.role() == role).toList();
  }
}

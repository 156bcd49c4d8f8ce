package org.genimage.data.claims;

import com.google.common.collect.ImmutableList;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.genimage.data.claims.ContentCredentials.Action;
import org.genimage.data.claims.ContentCredentials.Manifest;
import org.genimage.data.claims.ContentCredentials.Role;
import org.genimage.data.claims.ContentCredentials.Signer;
import org.genimage.data.claims.ContentCredentials.Software;

/** Joins what the blocks of one file say. */
final class ClaimsReader {

  private static final int LONGEST_LABEL = 128; // of a manifest in the name of a field

  private final Metadata metadata = new Metadata();
  private Optional<String> remote = Optional.empty();

  private ClaimsReader() {}

  static FileClaims read(ByteBuffer file) {
    Optional<Container> container = Container.of(file);
    if (container.isEmpty()) {
      return new FileClaims(
          "unknown",
          ImmutableList.of(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          ImmutableList.of("The format is not one whose metadata are read; nothing was read."));
    }
    return new ClaimsReader().read(container.get(), file);
  }

  private FileClaims read(Container container, ByteBuffer file) {
    guarded("container", () -> container.read(file, metadata));
    for (ByteBuffer block : metadata.xmp()) {
      guarded("XMP", () -> xmp(block));
    }
    for (ByteBuffer block : metadata.iptc()) {
      guarded("IPTC", () -> Iptc.read(block, metadata));
    }
    for (ByteBuffer block : metadata.exif()) {
      guarded("EXIF", () -> ExifReader.read(block, metadata));
    }
    Optional<ContentCredentials> credentials = C2paReader.read(metadata);
    KnownTools tools = KnownTools.of(metadata.texts());
    ImmutableList<Claim> claims =
        ImmutableList.<Claim>builder()
            .addAll(credentials.map(ClaimsReader::claims).orElse(ImmutableList.of()))
            .addAll(tools.claims())
            .build();
    warnOfTexts(claims, credentials);
    return new FileClaims(
        container.title(), claims, tools.camera(), credentials, remote, metadata.warnings().all());
  }

  /** A block that deceives its reader in a way that nobody thought of must not hide the others. */
  private void guarded(String what, Runnable reading) {
    try {
      reading.run();
    } catch (RuntimeException e) {
      metadata.warnings().add("The %s is damaged; a part of it is not read.".formatted(what));
    }
  }

  private void xmp(ByteBuffer block) {
    Map<String, String> properties = XmpReader.read(block, metadata.warnings());
    properties.forEach(this::property);
    if (properties.containsKey(XmpReader.EXTENDED)) {
      try {
        ByteBuffer whole = metadata.extendedXmp().whole(properties.get(XmpReader.EXTENDED));
        XmpReader.read(whole, metadata.warnings()).forEach(this::property);
      } catch (DamagedException e) {
        metadata.warnings().add(e.getMessage());
      }
    }
  }

  private void property(String name, String value) {
    if (name.equals(XmpReader.PROVENANCE)) {
      remote = value.matches("https?://.*") ? BoundedTree.shown(value) : remote;
    } else if (!name.equals(XmpReader.EXTENDED)) {
      metadata.addText(new TextField(ClaimSource.XMP, name, value));
    }
  }

  /** Returns the claims of the manifests that say something about the file. */
  private static ImmutableList<Claim> claims(ContentCredentials credentials) {
    ImmutableList.Builder<Claim> claims = ImmutableList.builder();
    for (Role role : List.of(Role.ACTIVE, Role.PARENT, Role.COMPONENT)) {
      for (Manifest manifest : credentials.manifests(role)) {
        for (Action action : manifest.actions()) {
          kind(action, manifest).ifPresent(kind -> claims.add(claim(kind, action, manifest)));
        }
      }
    }
    return claims.build();
  }

  /** Returns what an action says; empty if it names nothing but itself. */
  private static Optional<ClaimKind> kind(Action action, Manifest manifest) {
    boolean isNamed = action.softwareAgent().isPresent() || action.description().isPresent();
    return action
        .digitalSourceType()
        .map(SourceType::kind)
        .or(() -> isNamed ? Optional.of(ClaimKind.DETAIL) : Optional.empty())
        .map(
            said ->
                said == ClaimKind.AI_GENERATED && manifest.role() == Role.COMPONENT
                    ? ClaimKind.PARTLY_AI
                    : said);
  }

  private static Claim claim(ClaimKind kind, Action action, Manifest manifest) {
    String field =
        manifest.role() == Role.ACTIVE
            ? action.action()
            : "%s of %s %s"
                .formatted(action.action(), manifest.role().title(), shortened(manifest.label()));
    String text = action.digitalSourceType().or(action::description).orElse(action.action());
    return Claim.of(kind, ClaimSource.C2PA, field, text)
        .by(
            action.softwareAgent().map(Software::name).or(manifest::generator),
            Optional.empty(),
            manifest.signer().flatMap(Signer::name));
  }

  private static String shortened(String label) {
    return label.length() <= LONGEST_LABEL ? label : label.substring(0, LONGEST_LABEL);
  }

  private void warnOfTexts(List<Claim> claims, Optional<ContentCredentials> credentials) {
    List<String> cut =
        metadata.texts().stream()
            .filter(text -> Texts.shown(text.value()).length() < text.value().length())
            .map(TextField::key)
            .filter(key -> claims.stream().anyMatch(claim -> claim.field().equals(key)))
            .distinct()
            .toList();
    if (!cut.isEmpty()) {
      metadata
          .warnings()
          .add("Shown cut to %s bytes: %s.".formatted(Limits.SHOWN, String.join(", ", cut)));
    }
    List<String> shown = new ArrayList<>();
    claims.forEach(claim -> shown.addAll(List.of(claim.field(), claim.text())));
    credentials.ifPresent(
        store -> store.manifests().forEach(manifest -> addTexts(manifest, shown)));
    if (shown.stream().anyMatch(Texts::hasHidden)) {
      metadata
          .warnings()
          .add("Texts of the file have control characters or direction marks, which may deceive.");
    }
  }

  private static void addTexts(Manifest manifest, List<String> texts) {
    texts.add(manifest.label());
    manifest.title().ifPresent(texts::add);
    manifest.claimGenerator().ifPresent(texts::add);
    for (Software software : manifest.generators()) {
      texts.add(software.name());
      software.version().ifPresent(texts::add);
    }
    for (Action action : manifest.actions()) {
      texts.add(action.action());
      action.digitalSourceType().ifPresent(texts::add);
      action.description().ifPresent(texts::add);
      action.softwareAgent().map(Software::name).ifPresent(texts::add);
    }
  }
}

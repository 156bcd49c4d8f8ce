package org.genimage.data.claims;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.genimage.data.claims.ContentCredentials.Action;
import org.genimage.data.claims.ContentCredentials.Ingredient;
import org.genimage.data.claims.ContentCredentials.Manifest;
import org.genimage.data.claims.ContentCredentials.Role;
import org.genimage.data.claims.ContentCredentials.Signer;
import org.genimage.data.claims.ContentCredentials.Software;

/**
 * Reads the manifests of a C2PA store (C2PA Technical Specification 2.2, sections 10, 11 and 18).
 * The last manifest is the active one. From it the ingredients are followed, each manifest once: a
 * chain of {@code parentOf} leads to parents, everything else to components.
 */
final class C2paReader {

  private static final String STORE = "c2pa";
  private static final Set<String> MANIFESTS = Set.of("c2ma", "c2md", "c2um", "c2cm");
  private static final String COMPRESSED = "c2cm";
  private static final String ASSERTIONS = "c2as";
  private static final String CLAIM = "c2cl";
  private static final String SIGNATURE = "c2cs";

  private final Warnings warnings;
  private final Map<String, Manifest> manifests = new LinkedHashMap<>();
  private boolean readable = true;
  private int expanded;

  private C2paReader(Warnings warnings) {
    this.warnings = warnings;
  }

  /** Reads the store of a file; empty if it has none. */
  static Optional<ContentCredentials> read(Metadata file) {
    List<ByteBuffer> stores = file.stores();
    if (stores.isEmpty()) {
      return file.hasDamagedStore() ? Optional.of(ContentCredentials.UNREADABLE) : Optional.empty();
    }
    if (stores.size() > 1 || file.hasDamagedStore()) {
      file.warnings()
          .add("The file has several C2PA stores where one is allowed; none of them is read.");
      return Optional.of(ContentCredentials.UNREADABLE);
    }
    try {
      return Optional.of(new C2paReader(file.warnings()).store(stores.get(0)));
    } catch (IOException e) {
      file.warnings().add("The C2PA store is not read: %s.".formatted(e.getMessage()));
      return Optional.of(ContentCredentials.UNREADABLE);
    }
  }

  private ContentCredentials store(ByteBuffer bytes) throws IOException {
    Jumbf store = Jumbf.read(bytes, warnings);
    List<Jumbf> boxes =
        store.children().stream().filter(box -> MANIFESTS.contains(box.type())).toList();
    if (!store.type().equals(STORE) || boxes.isEmpty()) {
      throw new DamagedException("it has no manifest");
    }
    if (boxes.size() > Limits.MANIFESTS) {
      throw new DamagedException("it has more than %s manifests".formatted(Limits.MANIFESTS));
    }
    String active = boxes.get(boxes.size() - 1).label();
    for (Jumbf box : boxes) {
      try {
        if (manifests.put(box.label(), manifest(box)) != null) {
          warnings.add("Two manifests of the C2PA store have one label; the last is read.");
        }
      } catch (IOException e) {
        readable &= !box.label().equals(active);
        warnings.add(
            "The C2PA manifest %s is not read: %s.".formatted(box.label(), e.getMessage()));
      }
    }
    Map<String, Role> roles = roles(active);
    return new ContentCredentials(
        readable && roles.keySet().stream().allMatch(this::isThere),
        Optional.of(active).filter(manifests::containsKey),
        manifests.values().stream()
            .map(each -> each.as(roles.getOrDefault(each.label(), Role.UNREFERENCED)))
            .collect(ImmutableList.toImmutableList()));
  }

  private boolean isThere(String label) {
    if (!manifests.containsKey(label)) {
      warnings.add("The C2PA manifest %s of an ingredient is missing.".formatted(label));
    }
    return manifests.containsKey(label);
  }

  /** Follows the ingredients from the active manifest. Parents first, so that their role wins. */
  private Map<String, Role> roles(String active) {
    Map<String, Role> roles = new LinkedHashMap<>();
    roles.put(active, Role.ACTIVE);
    follow(roles, true);
    follow(roles, false);
    return roles;
  }

  private void follow(Map<String, Role> roles, boolean parents) {
    Deque<String> next = new ArrayDeque<>(roles.keySet());
    while (!next.isEmpty()) {
      Manifest manifest = manifests.get(next.remove());
      if (manifest == null) {
        continue;
      }
      for (Ingredient ingredient : manifest.ingredients()) {
        boolean isParent = ingredient.relationship().equals(Optional.of("parentOf"));
        if (ingredient.manifest().isPresent() && (isParent || !parents)) {
          String label = ingredient.manifest().get();
          if (roles.putIfAbsent(label, parents ? Role.PARENT : Role.COMPONENT) == null) {
            next.add(label);
          }
        }
      }
    }
  }

  private Manifest manifest(Jumbf box) throws IOException {
    Jumbf manifest = box.type().equals(COMPRESSED) ? expanded(box) : box;
    Jumbf claimBox =
        manifest.child(CLAIM).orElseThrow(() -> new DamagedException("it has no claim"));
    ByteBuffer claimBytes =
        claimBox.content("cbor").orElseThrow(() -> new DamagedException("its claim is no CBOR"));
    JsonNode claim = BoundedTree.cbor(claimBytes);
    if (!claim.isObject()) {
      throw new DamagedException("its claim is no map");
    }
    List<Jumbf> assertions = manifest.child(ASSERTIONS).map(Jumbf::children).orElse(List.of());
    return new Manifest(
        box.label(),
        Role.UNREFERENCED,
        claimBox.label().endsWith(".v2") ? 2 : 1,
        BoundedTree.text(claim, "claim_generator"),
        software(claim.path("claim_generator_info")),
        BoundedTree.text(claim, "dc:title"),
        signer(manifest, claimBytes),
        actions(assertions),
        ingredients(assertions),
        BoundedTree.items(claim.path("redacted_assertions"))
            .filter(JsonNode::isTextual)
            .flatMap(address -> BoundedTree.shown(address.textValue()).stream())
            .collect(ImmutableList.toImmutableList()));
  }

  private Optional<Signer> signer(Jumbf manifest, ByteBuffer claim) {
    Optional<ByteBuffer> signature = manifest.child(SIGNATURE).flatMap(box -> box.content("cbor"));
    if (signature.isEmpty()) {
      warnings.add("A C2PA manifest has no signature: its signer is unknown.");
    }
    return signature.flatMap(found -> Signatures.read(found, claim, warnings));
  }

  private Jumbf expanded(Jumbf box) throws IOException {
    ByteBuffer compressed =
        box.content("brob").orElseThrow(() -> new DamagedException("it holds no Brotli"));
    if (Bytes.startWith(compressed, "jumb")) {
      compressed = Bytes.from(compressed, 4); // the type, as JPEG XL's boxes begin
    }
    int left = Limits.STORE - expanded;
    expanded = Limits.STORE; // unless it succeeds, nothing more is expanded
    ByteBuffer whole = Brotli.expand(compressed, left);
    expanded += whole.limit() - left;
    warnings.add(
        "The C2PA manifest %s is compressed; it was expanded to %s bytes."
            .formatted(box.label(), whole.limit()));
    return Jumbf.read(whole, warnings);
  }

  private static ImmutableList<Software> software(JsonNode info) {
    return BoundedTree.items(info)
        .flatMap(one -> software(one, "name").stream())
        .limit(Limits.INGREDIENTS)
        .collect(ImmutableList.toImmutableList());
  }

  private static Optional<Software> software(JsonNode map, String name) {
    return BoundedTree.text(map, name)
        .map(text -> new Software(text, BoundedTree.text(map, "version")));
  }

  /** Returns the contents of the assertions with a label, whatever its version and number. */
  private Stream<JsonNode> assertions(List<Jumbf> assertions, String label) {
    return assertions.stream()
        .filter(box -> box.label().matches(label + "(?:\\.v[0-9]+)?(?:__[0-9]+)?"))
        .filter(box -> box.content("uuid").isEmpty()) // redacted
        .flatMap(
            box -> {
              try {
                ByteBuffer cbor =
                    box.content("cbor").orElseThrow(() -> new DamagedException("it is no CBOR"));
                return Stream.of(BoundedTree.cbor(cbor));
              } catch (DamagedException e) {
                readable = false;
                warnings.add(
                    "The assertion %s of a C2PA manifest is not read: %s."
                        .formatted(box.label(), e.getMessage()));
                return Stream.empty();
              }
            });
  }

  private ImmutableList<Action> actions(List<Jumbf> assertions) {
    List<Action> actions =
        assertions(assertions, "c2pa\\.actions")
            .flatMap(
                assertion -> {
                  List<Optional<Software>> agents =
                      BoundedTree.items(assertion.path("softwareAgents"))
                          .map(C2paReader::agent)
                          .toList();
                  return BoundedTree.items(assertion.path("actions"))
                      .flatMap(action -> action(action, agents).stream());
                })
            .limit(Limits.ACTIONS + 1)
            .toList();
    return cut(actions, Limits.ACTIONS, "actions");
  }

  /** Reads an agent: a map, or in older files its name. */
  private static Optional<Software> agent(JsonNode agent) {
    return agent.isTextual()
        ? BoundedTree.shown(agent.textValue()).map(name -> new Software(name, Optional.empty()))
        : software(agent, "name");
  }

  private static Optional<Action> action(JsonNode action, List<Optional<Software>> agents) {
    int index = action.path("softwareAgentIndex").asInt(-1);
    Optional<Software> software =
        agent(action.path("softwareAgent"))
            .or(() -> index >= 0 && index < agents.size() ? agents.get(index) : Optional.empty());
    return BoundedTree.text(action, "action")
        .map(
            name ->
                new Action(
                    name,
                    BoundedTree.text(action, "digitalSourceType"),
                    software,
                    BoundedTree.text(action, "description")));
  }

  private ImmutableList<Ingredient> ingredients(List<Jumbf> assertions) {
    List<Ingredient> ingredients =
        assertions(assertions, "c2pa\\.ingredient")
            .map(
                ingredient ->
                    new Ingredient(
                        BoundedTree.text(ingredient, "relationship"),
                        BoundedTree.text(ingredient, "dc:title"),
                        Stream.of("activeManifest", "c2pa_manifest")
                            .flatMap(key -> BoundedTree.text(ingredient.path(key), "url").stream())
                            .findFirst()
                            .map(C2paReader::label)))
            .limit(Limits.INGREDIENTS + 1)
            .toList();
    return cut(ingredients, Limits.INGREDIENTS, "ingredients");
  }

  /** Returns the label in an address such as self#jumbf=/c2pa/LABEL. */
  private static String label(String address) {
    return address.substring(address.lastIndexOf('/') + 1);
  }

  private <T> ImmutableList<T> cut(List<T> all, int limit, String what) {
    if (all.size() <= limit) {
      return ImmutableList.copyOf(all);
    }
    warnings.add(
        "A C2PA manifest has more than %s %s; the others are not read.".formatted(limit, what));
    readable = false;
    return ImmutableList.copyOf(all.subList(0, limit));
  }
}
